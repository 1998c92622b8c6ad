// v2-forward-secrecy-and-pq.md §9.2 (K5): signatures anybody can check who knows the Account ID alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  deriveIdentity,
  positiveEd25519PublicKey,
  signPositive,
  verifyPositive
} from '../../../src/lib/crypto/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { BACKENDS, codeThrown } from './support.ts';

const random = seededRandom(9);
const identities = Array.from({ length: 24 }, () => deriveIdentity(random(16)));
const isNegative = (key: Uint8Array) => ((key[31] as number) & 0x80) !== 0;

it('K5: tries keys of both signs', () => {
  expect(new Set(identities.map(({ ed25519PublicKey }) => isNegative(ed25519PublicKey))).size).toBe(2);
});

describe.each(BACKENDS)('K5: a signature under the positive key, with $name', ({ crypto }) => {
  it('verifies for its account, and for no other body, account or byte', async () => {
    for (const [index, { ed25519Seed, x25519PublicKey }] of identities.entries()) {
      const body = utf8ToBytes(`body ${index}`);
      const signature = signPositive(ed25519Seed, body, random(64));
      expect(await verifyPositive(crypto, x25519PublicKey, body, signature)).toBe(true);
      expect(await verifyPositive(crypto, x25519PublicKey, utf8ToBytes('other'), signature)).toBe(false);
      const other = identities[(index + 1) % identities.length] as (typeof identities)[0];
      expect(await verifyPositive(crypto, other.x25519PublicKey, body, signature)).toBe(false);
      const altered = signature.with(index, (signature[index] as number) ^ 1);
      expect(await verifyPositive(crypto, x25519PublicKey, body, altered)).toBe(false);
    }
  });

  it('answers anything with no, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 64 }),
        fc.uint8Array({ maxLength: 32 }),
        fc.uint8Array({ maxLength: 96 }),
        async (key, body, signature) => {
          expect(await verifyPositive(crypto, key, body, signature)).toBe(false);
        }
      ),
      { numRuns: 100 }
    );
  });
});

it('K5: takes another nonce each time, and never the one of an ordinary signature', async () => {
  const [{ crypto }] = BACKENDS as [(typeof BACKENDS)[0]];
  const body = utf8ToBytes('the same body');
  for (const { ed25519Seed } of identities.slice(0, 6)) {
    const nonces = [
      signPositive(ed25519Seed, body, random(64)),
      signPositive(ed25519Seed, body, random(64)),
      await crypto.ed25519Sign(ed25519Seed, body)
    ].map((signature) => bytesToHex(signature.subarray(0, 32)));
    expect(new Set(nonces).size).toBe(3);
  }
});

it('refuses the one key without a counterpart, and wrong lengths', () => {
  const minusOne = Uint8Array.from({ length: 32 }, (_, index) =>
    index === 0 ? 0xec : index === 31 ? 0x7f : 0xff
  );
  expect(codeThrown(() => positiveEd25519PublicKey(minusOne))).toBe('bad-key');
  expect(codeThrown(() => positiveEd25519PublicKey(new Uint8Array(31)))).toBe('bad-key-length');
  expect(codeThrown(() => signPositive(new Uint8Array(32), minusOne, new Uint8Array(32)))).toBe(
    'bad-key-length'
  );
});
