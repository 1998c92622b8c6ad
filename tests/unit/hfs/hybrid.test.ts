// K2 and K3 of v2-forward-secrecy-and-pq.md §23: the combiner against the library's X-Wing, ML-KEM of one implementation against the
// other. Published vectors are not at hand here, so random cases both ways take the place of the ACVP subset.
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { isReducedMlKemKey, ML_KEM_BYTES, mlKemPublicKey, shake256 } from '../../../src/lib/crypto/index.ts';
import { combineSecrets } from '../../../src/lib/hfs/hybrid-secret.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { codeOf } from '../crypto/support.ts';
import { BACKENDS } from './people.ts';

const [noble, webcrypto] = BACKENDS.map(({ crypto }) => crypto) as [
  (typeof BACKENDS)[0]['crypto'],
  (typeof BACKENDS)[0]['crypto']
];

describe('K2: the combiner', () => {
  it('is X-Wing, as the library has it', () => {
    const random = seededRandom(41);
    for (let round = 0; round < 20; round++) {
      const pair = ml_kem768_x25519.keygen(random(32));
      const sent = ml_kem768_x25519.encapsulate(pair.publicKey);
      const mlKemPublic = pair.publicKey.subarray(0, 1184);
      const recipientPublicKey = pair.publicKey.subarray(1184);
      const ciphertext = sent.cipherText.subarray(0, 1088);
      const ephemeralPublicKey = sent.cipherText.subarray(1088);
      const { mlKemSeed, x25519SecretKey } = libraryHalves(pair.secretKey);
      expect(bytesToHex(mlKemPublicKey(mlKemSeed))).toBe(bytesToHex(mlKemPublic));
      const combined = combineSecrets({
        mlKemSharedSecret: ml_kem768.decapsulate(ciphertext, ml_kem768.keygen(mlKemSeed).secretKey),
        x25519SharedSecret: x25519.getSharedSecret(x25519SecretKey, ephemeralPublicKey),
        ephemeralPublicKey,
        recipientPublicKey
      });
      expect(bytesToHex(combined)).toBe(bytesToHex(sent.sharedSecret));
    }
  });
});

/** X-Wing's own expansion of its 32-byte secret: SHAKE256 to an ML-KEM seed of 64 bytes and an X25519 secret of 32. */
function libraryHalves(seed: Uint8Array) {
  const expanded = shake256(seed, 96);
  return { mlKemSeed: expanded.subarray(0, 64), x25519SecretKey: expanded.subarray(64) };
}

describe('K3: ML-KEM-768', () => {
  it('is WebCrypto’s where the platform has it, and noble’s else', async () => {
    expect(await webcrypto.mlKemImplementation()).toBe('webcrypto');
    expect(await noble.mlKemImplementation()).toBe('noble');
  });

  it.each([
    ['noble to WebCrypto', noble, webcrypto],
    ['WebCrypto to noble', webcrypto, noble]
  ])('agrees in a thousand random cases, %s', async (_, sender, recipient) => {
    const random = seededRandom(42);
    for (let key = 0; key < 50; key++) {
      const seed = random(ML_KEM_BYTES.seed);
      const publicKey = mlKemPublicKey(seed);
      const secret = await recipient.mlKemSecret(seed);
      for (let message = 0; message < 20; message++) {
        const { ciphertext, sharedSecret } = await sender.mlKemEncapsulate(publicKey);
        expect(bytesToHex(await secret.decapsulate(ciphertext))).toBe(bytesToHex(sharedSecret));
      }
      secret.forget();
    }
  });

  it('gives both the same wrong secret for an altered ciphertext', async () => {
    const random = seededRandom(43);
    const seed = random(ML_KEM_BYTES.seed);
    const { ciphertext, sharedSecret } = await noble.mlKemEncapsulate(mlKemPublicKey(seed));
    const [a, b] = await Promise.all([noble.mlKemSecret(seed), webcrypto.mlKemSecret(seed)]);
    for (let offset = 0; offset < ciphertext.length; offset += 64) {
      const altered = ciphertext.with(offset, (ciphertext[offset] as number) ^ 0x10);
      const wrong = bytesToHex(await a.decapsulate(altered));
      expect(wrong).toBe(bytesToHex(await b.decapsulate(altered)));
      expect(wrong).not.toBe(bytesToHex(sharedSecret));
    }
  });

  it.each(BACKENDS)('refuses keys out of range and of other lengths, with $name', async ({ crypto }) => {
    const good = mlKemPublicKey(seededRandom(44)(ML_KEM_BYTES.seed));
    expect(isReducedMlKemKey(good)).toBe(true);
    for (const offset of [0, 3, 1149]) {
      // 3329 as the lower, then as the upper coefficient of three bytes.
      const lower = good.with(offset, 0x01).with(offset + 1, ((good[offset + 1] as number) & 0xf0) | 0x0d);
      const upper = good
        .with(offset + 1, ((good[offset + 1] as number) & 0x0f) | 0x10)
        .with(offset + 2, 0xd0);
      for (const bad of [lower, upper]) {
        expect(isReducedMlKemKey(bad)).toBe(false);
        expect(await codeOf(crypto.mlKemEncapsulate(bad))).toBe('bad-key');
      }
    }
    expect(await codeOf(crypto.mlKemEncapsulate(good.subarray(1)))).toBe('bad-key-length');
    expect(await codeOf(crypto.mlKemSecret(good))).toBe('bad-key-length');
  });
});
