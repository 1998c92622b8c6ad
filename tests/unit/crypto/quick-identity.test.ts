import { expect, it } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { deriveIdentity, openIdentity } from '../../../src/lib/crypto/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { BACKENDS, codeOf } from './support.ts';

it.each(BACKENDS)(
  'opens the identity that the seed has, with the primitives of $name',
  async ({ crypto }) => {
    const random = seededRandom(42);
    const signs = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const seed = random(16);
      const wanted = deriveIdentity(seed);
      expect(await openIdentity(crypto, seed)).toEqual(wanted);
      signs.add((wanted.ed25519PublicKey[31] as number) & 0x80);
    }
    // Both of the two keys that an X25519 key may belong to came up.
    expect(signs).toEqual(new Set([0, 0x80]));
  }
);

it.each(BACKENDS)('asks the curves of the backend and not the library: $name', async ({ crypto, name }) => {
  const asked: string[] = [];
  const watched = {
    ...crypto,
    ed25519Verify: (...input: Parameters<typeof crypto.ed25519Verify>) => {
      asked.push(bytesToHex(input[0]));
      return crypto.ed25519Verify(...input);
    }
  };
  await openIdentity(watched, new Uint8Array(16).fill(5));
  expect(asked.length > 0).toBe(name !== 'noble' && crypto.primitives.ed25519 === 'webcrypto');
});

it('takes no seed of another length', async () => {
  const [{ crypto }] = BACKENDS as unknown as [{ crypto: (typeof BACKENDS)[number]['crypto'] }];
  expect(await codeOf(openIdentity(crypto, new Uint8Array(15)))).toBe('bad-key-length');
});
