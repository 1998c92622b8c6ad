import { describe, expect, it } from 'vitest';
import {
  createDeviceKey,
  createRoot,
  deriveVaultKeys,
  keyedHash,
  openBytes,
  sealBytes,
  unwrapRoot,
  wrapRoot
} from '../../../src/lib/crypto/index.ts';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { codeOf } from './support.ts';

const content = utf8ToBytes('a row');

async function openVault() {
  const root = createRoot(systemRandom);
  return { root, keys: await deriveVaultKeys(root) };
}

describe('the vault keys', () => {
  it('are the same for the same root and serve three purposes apart', async () => {
    const { root, keys } = await openVault();
    const again = await deriveVaultKeys(root.slice());
    const sealed = await sealBytes(keys.rows, content, 'messages/1', systemRandom);
    expect(await openBytes(again.rows, sealed, 'messages/1')).toEqual(content);
    expect(await codeOf(openBytes(again.identity, sealed, 'messages/1'))).toBe('open-failed');
    expect(await keyedHash(again.index, 'x')).toBe(await keyedHash(keys.index, 'x'));
    const other = (await openVault()).keys;
    expect(await codeOf(openBytes(other.rows, sealed, 'messages/1'))).toBe('open-failed');
    expect(await keyedHash(other.index, 'x')).not.toBe(await keyedHash(keys.index, 'x'));
  });

  it('cannot be exported and survive structured cloning', async () => {
    const { keys } = await openVault();
    for (const key of [keys.rows, keys.index, keys.identity, await createDeviceKey()]) {
      expect(key.extractable).toBe(false);
      await expect(globalThis.crypto.subtle.exportKey('raw', key)).rejects.toThrow();
    }
    const cloned = structuredClone({ aes: keys.rows });
    const sealed = await sealBytes(cloned.aes, content, 'here', systemRandom);
    expect(await openBytes(keys.rows, sealed, 'here')).toEqual(content);
  });

  it('do not come from a root of another length', async () => {
    expect(await codeOf(deriveVaultKeys(new Uint8Array(31)))).toBe('bad-key-length');
  });
});

describe('sealed bytes', () => {
  it('open only in their place', async () => {
    const { keys } = await openVault();
    const sealed = await sealBytes(keys.rows, content, 'messages/1', systemRandom);
    expect(sealed).toHaveLength(content.length + 28);
    expect(await openBytes(keys.rows, sealed, 'messages/1')).toEqual(content);
    expect(await codeOf(openBytes(keys.rows, sealed, 'messages/2'))).toBe('open-failed');
  });

  it('are different each time, and do not hold what they seal', async () => {
    const { keys } = await openVault();
    const long = utf8ToBytes('canary '.repeat(20));
    const [first, second] = [
      await sealBytes(keys.rows, long, 'a', systemRandom),
      await sealBytes(keys.rows, long, 'a', systemRandom)
    ];
    expect(bytesToHex(first)).not.toBe(bytesToHex(second));
    expect(bytesToHex(first.subarray(0, 12))).not.toBe(bytesToHex(second.subarray(0, 12)));
    expect(bytesToHex(first)).not.toContain(bytesToHex(utf8ToBytes('canary')));
  });

  it('do not open when altered or cut', async () => {
    const { keys } = await openVault();
    const sealed = await sealBytes(keys.rows, content, 'a', systemRandom);
    for (let index = 0; index < sealed.length; index++) {
      const altered = sealed.map((byte, at) => (at === index ? byte ^ 1 : byte));
      expect(await codeOf(openBytes(keys.rows, altered, 'a'))).toBe('open-failed');
    }
    for (const length of [0, 1, 27, sealed.length - 1]) {
      expect(await codeOf(openBytes(keys.rows, sealed.subarray(0, length), 'a'))).toBe('open-failed');
    }
  });

  it('may hold nothing at all', async () => {
    const { keys } = await openVault();
    const sealed = await sealBytes(keys.rows, new Uint8Array(0), 'a', systemRandom);
    expect(await openBytes(keys.rows, sealed, 'a')).toHaveLength(0);
  });
});

describe('a wrapped root', () => {
  it('comes back under its device key alone', async () => {
    const root = createRoot(systemRandom);
    const deviceKey = await createDeviceKey();
    const wrapped = await wrapRoot(deviceKey, root, systemRandom);
    expect(wrapped).toHaveLength(60);
    expect(bytesToHex(wrapped)).not.toContain(bytesToHex(root));
    expect(await unwrapRoot(deviceKey, wrapped)).toEqual(root);
    expect(await codeOf(unwrapRoot(await createDeviceKey(), wrapped))).toBe('open-failed');
    expect(await codeOf(unwrapRoot(deviceKey, wrapped.subarray(1)))).toBe('open-failed');
  });

  it('is not confused with other bytes under the same key', async () => {
    const deviceKey = await createDeviceKey();
    const row = await sealBytes(deviceKey, new Uint8Array(32), 'a row', systemRandom);
    expect(await codeOf(unwrapRoot(deviceKey, row))).toBe('open-failed');
  });
});

describe('a keyed hash', () => {
  it('is 32 hex characters and differs by text', async () => {
    const { keys } = await openVault();
    const [first, second] = [await keyedHash(keys.index, 'one'), await keyedHash(keys.index, 'two')];
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(first).not.toBe(second);
    expect(await keyedHash(keys.index, 'one')).toBe(first);
  });
});
