import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCryptoBackend, createNobleBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { MIXED_ORDER_KEY } from './edge-keys.ts';
import { BACKENDS, codeOf, codeThrown } from './support.ts';

const [{ crypto: noble }, { crypto: webcrypto }] = BACKENDS as [(typeof BACKENDS)[0], (typeof BACKENDS)[0]];
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** The platform's SubtleCrypto with some methods replaced. */
function subtleWith(replaced: Partial<SubtleCrypto>): SubtleCrypto {
  const { subtle } = globalThis.crypto;
  return new Proxy(subtle, {
    get(target, name) {
      const own = Reflect.get(replaced, name) as unknown;
      if (own !== undefined) return own;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    }
  });
}

describe('choosing an implementation', () => {
  it('takes WebCrypto for everything this platform answers right', () => {
    expect(new Set(Object.values(webcrypto.primitives))).toEqual(new Set(['webcrypto']));
    expect(new Set(Object.values(noble.primitives))).toEqual(new Set(['noble']));
  });

  it('takes noble where there is no WebCrypto', async () => {
    const { primitives } = await createCryptoBackend({ subtle: null });
    expect(new Set(Object.values(primitives))).toEqual(new Set(['noble']));
  });

  it('takes noble for the one primitive that is missing', async () => {
    const { subtle } = globalThis.crypto;
    const importKey = ((
      format: 'raw',
      data: BufferSource,
      algorithm: string,
      ...rest: [boolean, KeyUsage[]]
    ) =>
      algorithm === 'X25519'
        ? Promise.reject(new DOMException('unknown', 'NotSupportedError'))
        : subtle.importKey(format, data, algorithm, ...rest)) as SubtleCrypto['importKey'];
    const { primitives } = await createCryptoBackend({ subtle: subtleWith({ importKey }) });
    expect(primitives.x25519).toBe('noble');
    expect(primitives.ed25519).toBe('webcrypto');
    expect(primitives['aes-gcm']).toBe('webcrypto');
  });

  it('takes noble where an answer is wrong, or everything verifies', async () => {
    const verify: SubtleCrypto['verify'] = async () => true;
    const digest: SubtleCrypto['digest'] = async () => new ArrayBuffer(32);
    const lying = await createCryptoBackend({ subtle: subtleWith({ verify, digest }) });
    expect(lying.primitives).toMatchObject({ ed25519: 'noble', sha2: 'noble', x25519: 'webcrypto' });
    const forged = await lying.ed25519Verify(
      new Uint8Array(32).fill(7),
      new Uint8Array(1),
      new Uint8Array(64)
    );
    expect(forged).toBe(false);
  });

  it('imports the key of a signer once, whatever arrays it comes in, and again after it failed', async () => {
    const { subtle } = globalThis.crypto;
    let imports = 0;
    let fails = false;
    const importKey = ((
      format: 'raw',
      data: BufferSource,
      algorithm: string,
      ...rest: [boolean, KeyUsage[]]
    ) => {
      if (algorithm === 'Ed25519' && format === 'raw') imports += 1;
      return fails
        ? Promise.reject(new DOMException('busy', 'OperationError'))
        : subtle.importKey(format, data, algorithm, ...rest);
    }) as SubtleCrypto['importKey'];
    const backend = await createCryptoBackend({ subtle: subtleWith({ importKey }) });
    const seed = new Uint8Array(32).fill(9);
    const message = utf8ToBytes('a word');
    const publicKey = await noble.ed25519PublicKey(seed);
    const signature = await noble.ed25519Sign(seed, message);
    const verify = (words: Uint8Array) => backend.ed25519Verify(publicKey.slice(), words, signature);
    imports = 0;
    fails = true;
    expect(await verify(message)).toBe(false);
    fails = false;
    expect([await verify(message), await verify(message), await verify(utf8ToBytes('another'))]).toEqual([
      true,
      true,
      false
    ]);
    expect(imports).toBe(2);
  });

  it('passes the given randomness on', async () => {
    const first = await createNobleBackend(seededRandom(3)).generateX25519();
    const second = await (await createCryptoBackend({ random: seededRandom(3) })).generateX25519();
    expect(bytesToHex(first.secretKey)).toBe(bytesToHex(second.secretKey));
    expect(bytesToHex(first.publicKey)).toBe(bytesToHex(second.publicKey));
  });
});

describe('both backends give the same', () => {
  it('X25519 keys and secrets, also for encodings that are not canonical', async () => {
    await fc.assert(
      fc.asyncProperty(bytes32, bytes32, async (secret, other) => {
        expect(await webcrypto.x25519PublicKey(secret)).toEqual(await noble.x25519PublicKey(secret));
        expect(await webcrypto.x25519SharedSecret(secret, other)).toEqual(
          await noble.x25519SharedSecret(secret, other)
        );
      }),
      { numRuns: 30 }
    );
  });

  it('Ed25519 keys and signatures, and both verify them', async () => {
    await fc.assert(
      fc.asyncProperty(bytes32, fc.uint8Array({ maxLength: 200 }), async (seed, message) => {
        const signature = await webcrypto.ed25519Sign(seed, message);
        expect(signature).toEqual(await noble.ed25519Sign(seed, message));
        const publicKey = await webcrypto.ed25519PublicKey(seed);
        for (const { crypto } of BACKENDS) {
          expect(await crypto.ed25519Verify(publicKey, message, signature)).toBe(true);
          expect(await crypto.ed25519Verify(publicKey, Uint8Array.of(...message, 0), signature)).toBe(false);
        }
      }),
      { numRuns: 20 }
    );
  });

  it('hashes, codes and derived keys, with empty input too', async () => {
    const some = fc.uint8Array({ maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(some, some, some, fc.integer({ min: 1, max: 200 }), async (a, b, c, length) => {
        expect(await webcrypto.sha256(a)).toEqual(await noble.sha256(a));
        expect(await webcrypto.sha512(a)).toEqual(await noble.sha512(a));
        expect(await webcrypto.hmacSha256(a, b)).toEqual(await noble.hmacSha256(a, b));
        expect(await webcrypto.hkdfSha256(a, b, c, length)).toEqual(await noble.hkdfSha256(a, b, c, length));
      }),
      { numRuns: 40 }
    );
  });

  it('AES-GCM, and each opens what the other sealed', async () => {
    const data = fc.uint8Array({ maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(bytes32, data, fc.option(data, { nil: undefined }), async (key, plaintext, aad) => {
        const nonce = key.slice(0, 12);
        const sealed = await webcrypto.aesGcmEncrypt(key, nonce, plaintext, aad);
        expect(sealed).toEqual(await noble.aesGcmEncrypt(key, nonce, plaintext, aad));
        for (const { crypto } of BACKENDS) {
          expect(await crypto.aesGcmDecrypt(key, nonce, sealed, aad)).toEqual(Uint8Array.from(plaintext));
        }
      }),
      { numRuns: 30 }
    );
  });
});

describe('both backends agree on AES-CBC', () => {
  it('and each opens what the other made', async () => {
    const data = fc.uint8Array({ maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(bytes32, data, async (key, plaintext) => {
        const iv = key.slice(0, 16);
        const ciphertext = await webcrypto.aesCbcEncrypt(key, iv, plaintext);
        expect(ciphertext).toEqual(await noble.aesCbcEncrypt(key, iv, plaintext));
        for (const { crypto } of BACKENDS) {
          expect(await crypto.aesCbcDecrypt(key, iv, ciphertext)).toEqual(Uint8Array.from(plaintext));
          expect(await codeOf(crypto.aesCbcDecrypt(key, iv, ciphertext.subarray(1)))).toBe('open-failed');
          expect(await codeOf(crypto.aesCbcDecrypt(key, iv.subarray(1), ciphertext))).toBe('bad-key-length');
        }
      }),
      { numRuns: 30 }
    );
  });
});

describe.each(BACKENDS)('the façade on $name', ({ crypto }) => {
  const key = new Uint8Array(32).fill(1);
  const nonce = new Uint8Array(12);

  it('steps X25519 a thousand times as RFC 7748 §5.2 says', async () => {
    let [k, u] = [new Uint8Array(32), new Uint8Array(32)];
    k[0] = u[0] = 9;
    for (let step = 0; step < 1000; step++) [k, u] = [await crypto.x25519SharedSecret(k, u), k];
    expect(bytesToHex(k)).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
  });

  it('takes a base point that is not canonical, or has the unused bit set, for the base point', async () => {
    const publicKey = bytesToHex(await crypto.x25519PublicKey(key));
    // p + 9, and 9 with bit 255.
    for (const hex of [`f6${'ff'.repeat(30)}7f`, `09${'00'.repeat(30)}80`]) {
      expect(bytesToHex(await crypto.x25519SharedSecret(key, hexToBytes(hex)))).toBe(publicKey);
    }
  });

  it('refuses every X25519 key whose secret is all zero', async () => {
    const lowOrder = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      `ec${'ff'.repeat(30)}7f`,
      `ed${'ff'.repeat(30)}7f`,
      `ee${'ff'.repeat(30)}7f`
    ];
    for (const hex of lowOrder) {
      expect(await codeOf(crypto.x25519SharedSecret(key, hexToBytes(hex)))).toBe('low-order-point');
    }
  });

  it('agrees with a fresh key pair on what the other side finds', async () => {
    const other = await crypto.generateX25519();
    const agreements = [await crypto.x25519Agree(other.publicKey), await crypto.x25519Agree(other.publicKey)];
    for (const { ephemeralPublicKey, sharedSecret } of agreements) {
      expect(await noble.x25519SharedSecret(other.secretKey, ephemeralPublicKey)).toEqual(sharedSecret);
    }
    expect(agreements[0]?.ephemeralPublicKey).not.toEqual(agreements[1]?.ephemeralPublicKey);
    expect(await codeOf(crypto.x25519Agree(new Uint8Array(32)))).toBe('low-order-point');
    expect(await codeOf(crypto.x25519Agree(new Uint8Array(33)))).toBe('bad-key-length');
  });

  it('converts Ed25519 keys as identity.ts does, however many, and hands out copies', () => {
    const convert = crypto.x25519PublicKeyFromEd25519;
    const publicKeys = Array.from({ length: 3 }, (_, index) => {
      const seed = new Uint8Array(16).fill(index);
      return deriveIdentity(seed);
    });
    for (let round = 0; round < 2; round++) {
      for (const { ed25519PublicKey, x25519PublicKey } of publicKeys) {
        const converted = convert(ed25519PublicKey);
        expect(converted).toEqual(x25519PublicKey);
        converted.fill(0);
      }
    }
    for (let round = 0; round < 2; round++) {
      expect(codeThrown(() => convert(hexToBytes(MIXED_ORDER_KEY)))).toBe('bad-key');
      expect(codeThrown(() => convert(new Uint8Array(31)))).toBe('bad-key-length');
    }
  });

  it('refuses keys of another length, and says which', async () => {
    const short = new Uint8Array(31);
    const good = await crypto.x25519PublicKey(key);
    const calls = [
      crypto.x25519PublicKey(short),
      crypto.x25519SharedSecret(short, good),
      crypto.x25519SharedSecret(key, short),
      crypto.ed25519PublicKey(short),
      crypto.ed25519Sign(short, key),
      crypto.aesGcmEncrypt(short, nonce, key),
      crypto.aesGcmEncrypt(key, short, key),
      crypto.aesGcmDecrypt(short, nonce, key),
      crypto.aesGcmDecrypt(key, short, key)
    ];
    for (const call of calls) expect(await codeOf(call)).toBe('bad-key-length');
    await expect(crypto.x25519SharedSecret(key, short)).rejects.toMatchObject({
      details: { input: 'publicKey' }
    });
  });

  it('uses what is in a key now, not what it was made ready with', async () => {
    const [first, second, nonce] = [
      new Uint8Array(32).fill(1),
      new Uint8Array(32).fill(2),
      new Uint8Array(12)
    ];
    const text = utf8ToBytes('content');
    const array = first.slice();
    await crypto.aesGcmPrepare(array);
    expect(await crypto.aesGcmEncrypt(array, nonce, text)).toEqual(
      await noble.aesGcmEncrypt(first, nonce, text)
    );
    array.set(second);
    expect(await crypto.aesGcmEncrypt(array, nonce, text)).toEqual(
      await noble.aesGcmEncrypt(second, nonce, text)
    );
    expect(await codeOf(crypto.aesGcmPrepare(array.subarray(1)))).toBe('bad-key-length');
  });

  it('opens nothing that was altered, cut, or bound to something else', async () => {
    const sealed = await crypto.aesGcmEncrypt(key, nonce, utf8ToBytes('content'), utf8ToBytes('place'));
    const open = (bytes: Uint8Array, aad: string, with_ = key) =>
      codeOf(crypto.aesGcmDecrypt(with_, nonce, bytes, utf8ToBytes(aad)));
    expect(await open(sealed, 'place')).toBeNull();
    expect(await open(sealed, 'other')).toBe('open-failed');
    expect(await open(sealed, '')).toBe('open-failed');
    expect(await open(sealed.subarray(1), 'place')).toBe('open-failed');
    expect(await open(new Uint8Array(0), 'place')).toBe('open-failed');
    expect(
      await open(
        sealed.map((byte, index) => (index === 2 ? byte ^ 1 : byte)),
        'place'
      )
    ).toBe('open-failed');
    expect(await open(sealed, 'place', new Uint8Array(32).fill(2))).toBe('open-failed');
  });

  it('derives no more bytes than HKDF can', async () => {
    const derive = (length: number) => codeOf(crypto.hkdfSha256(key, key, key, length));
    expect(await derive(8160)).toBeNull();
    for (const length of [0, -1, 1.5, 8161]) expect(await derive(length)).toBe('usage');
  });

  it('notices when the array of a secret has another content than before', async () => {
    const secret = new Uint8Array(32).fill(5);
    const other = await crypto.x25519PublicKey(key);
    const before = [await crypto.x25519SharedSecret(secret, other), await crypto.ed25519Sign(secret, key)];
    secret.fill(6);
    const after = [await crypto.x25519SharedSecret(secret, other), await crypto.ed25519Sign(secret, key)];
    const fresh = new Uint8Array(32).fill(6);
    expect(after).toEqual([
      await crypto.x25519SharedSecret(fresh, other),
      await crypto.ed25519Sign(fresh, key)
    ]);
    expect(after).not.toEqual(before);
  });

  it('leaves its input as it was', async () => {
    const secret = Uint8Array.from({ length: 32 }, (_, index) => index + 200);
    const copy = secret.slice();
    await crypto.x25519PublicKey(secret);
    await crypto.ed25519PublicKey(secret);
    await crypto.ed25519Sign(secret, secret);
    await crypto.aesGcmEncrypt(secret, nonce, secret);
    expect(secret).toEqual(copy);
  });
});
