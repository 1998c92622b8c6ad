import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createNobleBackend, type CryptoBackend } from '../../../src/lib/crypto/index.ts';
import { createNodeCryptoBackend } from '../../../localnet/node-crypto.ts';

const noble = createNobleBackend();
let node: CryptoBackend;

beforeAll(async () => {
  node = await createNodeCryptoBackend();
});

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const anyBytes = fc.uint8Array({ maxLength: 300 });
const RUNS = { numRuns: 40 };

describe('the backend of the nodes gives what the shared one gives', () => {
  test('for key agreement and its keyed hash', async () => {
    await fc.assert(
      fc.asyncProperty(bytes(32), bytes(32), anyBytes, async (secretKey, otherSecret, message) => {
        const publicKey = await noble.x25519PublicKey(otherSecret);
        const shared = await node.x25519SharedSecret(secretKey, publicKey);
        expect(shared).toEqual(await noble.x25519SharedSecret(secretKey, publicKey));
        expect(await node.hmacSha256(shared, message)).toEqual(await noble.hmacSha256(shared, message));
        expect(await node.hmacSha256(message, shared)).toEqual(await noble.hmacSha256(message, shared));
      }),
      RUNS
    );
  });

  test('for encryption in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(bytes(32), bytes(12), anyBytes, fc.option(anyBytes), async (key, nonce, text, aad) => {
        const more = aad ?? undefined;
        const sealed = await node.aesGcmEncrypt(key, nonce, text, more);
        expect(sealed).toEqual(await noble.aesGcmEncrypt(key, nonce, text, more));
        expect(await node.aesGcmDecrypt(key, nonce, sealed, more)).toEqual(text);
      }),
      RUNS
    );
  });

  test('for signatures', async () => {
    await fc.assert(
      fc.asyncProperty(bytes(32), anyBytes, async (seed, message) => {
        const signature = await node.ed25519Sign(seed, message);
        expect(signature).toEqual(await noble.ed25519Sign(seed, message));
        expect(await node.ed25519Verify(await noble.ed25519PublicKey(seed), message, signature)).toBe(true);
      }),
      RUNS
    );
  });
});

describe('it refuses what the shared one refuses', () => {
  const key = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(12);

  test('a public key of small order', async () => {
    await expect(node.x25519SharedSecret(key, new Uint8Array(32))).rejects.toMatchObject({
      code: 'low-order-point'
    });
  });

  test('keys of other lengths', async () => {
    for (const call of [
      node.x25519SharedSecret(key.subarray(1), key),
      node.x25519SharedSecret(key, key.subarray(1)),
      node.aesGcmEncrypt(key.subarray(1), nonce, key),
      node.aesGcmDecrypt(key.subarray(1), nonce, key),
      node.ed25519Sign(key.subarray(1), key)
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'bad-key-length' });
    }
  });

  test('a ciphertext that is damaged in any byte, or too short', async () => {
    const sealed = await node.aesGcmEncrypt(key, nonce, new Uint8Array([1, 2, 3]));
    for (let at = 0; at < sealed.length; at++) {
      const damaged = sealed.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      await expect(node.aesGcmDecrypt(key, nonce, damaged)).rejects.toMatchObject({ code: 'open-failed' });
    }
    await expect(node.aesGcmDecrypt(key, nonce, sealed.subarray(0, 15))).rejects.toMatchObject({
      code: 'open-failed'
    });
  });

  test('and an array that got other content is another key', async () => {
    const seed = new Uint8Array(32).fill(7);
    await node.ed25519Sign(seed, key);
    seed.fill(8);
    expect(await node.ed25519Sign(seed, key)).toEqual(await noble.ed25519Sign(seed, key));
  });
});
