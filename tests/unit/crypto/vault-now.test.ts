import { describe, expect, it } from 'vitest';
import { createRoot, deriveVaultKeys } from '../../../src/lib/crypto/index.ts';
import { createPromptSeal, openPromptSealed } from '../../../src/lib/crypto/vault-now.ts';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { codeOf } from './support.ts';

const words = utf8ToBytes('the last words of a page');
const vaultKey = async () => (await deriveVaultKeys(createRoot(systemRandom))).rows;

describe('what is sealed at once', () => {
  it('is there without waiting, holds nothing in plain, and opens in its place alone', async () => {
    const key = await vaultKey();
    const seal = await createPromptSeal(key, 'here', systemRandom);
    const sealed = seal(words);
    expect(sealed).toHaveLength(60 + 24 + words.length + 16);
    expect(bytesToHex(sealed)).not.toContain(bytesToHex(words).slice(0, 12));
    expect(await openPromptSealed(key, sealed, 'here')).toEqual(words);
    expect(await codeOf(openPromptSealed(key, sealed, 'elsewhere'))).toBe('open-failed');
    expect(await codeOf(openPromptSealed(await vaultKey(), sealed, 'here'))).toBe('open-failed');
  });

  it('is different each time, so that nothing can be told from two of them', async () => {
    const seal = await createPromptSeal(await vaultKey(), 'here', systemRandom);
    expect(bytesToHex(seal(words)).slice(120)).not.toBe(bytesToHex(seal(words)).slice(120));
  });

  it('does not open once any byte is altered, or some are missing', async () => {
    const key = await vaultKey();
    const sealed = (await createPromptSeal(key, 'here', systemRandom))(words);
    for (let at = 0; at < sealed.length; at += 7) {
      const altered = sealed.with(at, (sealed[at] as number) ^ 1);
      expect(await codeOf(openPromptSealed(key, altered, 'here'))).toBe('open-failed');
      expect(await codeOf(openPromptSealed(key, sealed.subarray(0, at), 'here'))).toBe('open-failed');
    }
  });
});
