// The primitives WebCrypto has. Keys come and go as bytes; an imported key is remembered with the array it came from,
// since importing costs as much as using it (the own identity is used for every message).
import { equalBytes } from '../bytes/index.ts';
import type {
  AesCbcPrimitive,
  AesGcmPrimitive,
  Bytes,
  Ed25519Primitive,
  HkdfPrimitive,
  HmacPrimitive,
  MlKemPrimitive,
  Primitives,
  Sha2Primitive,
  X25519Primitive
} from './primitives.ts';

/** PKCS #8 around a 32-byte secret of RFC 8410; the last byte of the object identifier tells the curve. */
const PKCS8_X25519 = Uint8Array.from([0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 34, 4, 32]);
const PKCS8_ED25519 = Uint8Array.from([0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32]);

/** The u coordinate of X25519's base point. */
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 9 : 0));

/** All our arrays own ordinary buffers; the compiler cannot see it. */
function source(bytes: Uint8Array): Bytes {
  return bytes as Bytes;
}

function bytesOf(buffer: ArrayBuffer): Bytes {
  return new Uint8Array(buffer);
}

/** Keys of others that are kept imported: more people write at a time to nobody. */
const MOST_SIGNERS = 256;

type KeyImport = (bytes: Uint8Array) => Promise<CryptoKey>;

/** Remembers keys as long as their array lives; an array whose content changed (wiped, reused) is imported again. */
function rememberBySource(importKey: KeyImport): KeyImport {
  const entries = new WeakMap<Uint8Array, { snapshot: Uint8Array; key: Promise<CryptoKey> }>();
  return (bytes) => {
    const known = entries.get(bytes);
    if (known !== undefined && equalBytes(known.snapshot, bytes)) return known.key;
    const key = importKey(bytes);
    entries.set(bytes, { snapshot: bytes.slice(), key });
    return key;
  };
}

/** Public keys of people and nodes come again and again, each time in an array of its own: the latest are remembered by content. */
function rememberByContent(importKey: KeyImport, most: number): KeyImport {
  const entries = new Map<string, Promise<CryptoKey>>();
  return (bytes) => {
    const content = String.fromCharCode(...bytes);
    let key = entries.get(content);
    if (key === undefined) {
      key = importKey(bytes);
      key.catch(() => entries.delete(content));
    }
    // Latest last.
    entries.delete(content);
    entries.set(content, key);
    const [oldest] = entries.keys();
    if (entries.size > most && oldest !== undefined) entries.delete(oldest);
    return key;
  };
}

function importPkcs8(
  subtle: SubtleCrypto,
  prefix: Uint8Array,
  algorithm: string,
  usage: KeyUsage
): KeyImport {
  return rememberBySource((secret) => {
    const encoded = new Uint8Array(prefix.length + 32);
    encoded.set(prefix);
    encoded.set(secret, prefix.length);
    return subtle.importKey('pkcs8', encoded, algorithm, false, [usage]);
  });
}

function webcryptoX25519(subtle: SubtleCrypto): X25519Primitive {
  const importSecret = importPkcs8(subtle, PKCS8_X25519, 'X25519', 'deriveBits');
  // A hop's key is agreed with for every request, a message's ephemeral key twice.
  const importPublic = rememberBySource((publicKey) =>
    subtle.importKey('raw', source(publicKey), 'X25519', false, [])
  );
  const derive = async (secret: CryptoKey, other: CryptoKey) => {
    try {
      return bytesOf(await subtle.deriveBits({ name: 'X25519', public: other }, secret, 256));
    } catch {
      // Both are good keys, so the all-zero result is the one thing left to refuse.
      return null;
    }
  };
  const sharedSecret = async (secretKey: Uint8Array, publicKey: Uint8Array) => {
    const [secret, other] = await Promise.all([importSecret(secretKey), importPublic(publicKey)]);
    return derive(secret, other);
  };
  return {
    sharedSecret,
    publicKey: (secretKey) => sharedSecret(secretKey, BASE_POINT) as Promise<Bytes>,
    // Generating is a third cheaper than importing bytes of ours, and the secret never becomes bytes.
    async agree(publicKey) {
      const [pair, other] = await Promise.all([
        subtle.generateKey('X25519', false, ['deriveBits']) as Promise<CryptoKeyPair>,
        importPublic(publicKey)
      ]);
      const [ephemeral, shared] = await Promise.all([
        subtle.exportKey('raw', pair.publicKey),
        derive(pair.privateKey, other)
      ]);
      return shared && { ephemeralPublicKey: bytesOf(ephemeral), sharedSecret: shared };
    }
  };
}

function webcryptoEd25519(subtle: SubtleCrypto, noble: Ed25519Primitive): Ed25519Primitive {
  const importSeed = importPkcs8(subtle, PKCS8_ED25519, 'Ed25519', 'sign');
  const importPublic = rememberByContent(
    (publicKey) => subtle.importKey('raw', source(publicKey), 'Ed25519', false, ['verify']),
    MOST_SIGNERS
  );
  return {
    // WebCrypto gives a public key out of a seed only together with the seed, as JWK text.
    publicKey: noble.publicKey,
    sign: async (seed, message) =>
      bytesOf(await subtle.sign('Ed25519', await importSeed(seed), source(message))),
    async verify(publicKey, message, signature) {
      try {
        return await subtle.verify(
          'Ed25519',
          await importPublic(publicKey),
          source(signature),
          source(message)
        );
      } catch {
        return false;
      }
    }
  };
}

function webcryptoAesGcm(subtle: SubtleCrypto): AesGcmPrimitive {
  // What opens an answer sealed its question.
  const importKey = rememberBySource((key) =>
    subtle.importKey('raw', source(key), 'AES-GCM', false, ['encrypt', 'decrypt'])
  );
  const parameters = (nonce: Uint8Array, aad: Uint8Array | undefined) => ({
    name: 'AES-GCM',
    iv: source(nonce),
    ...(aad !== undefined && { additionalData: source(aad) })
  });
  return {
    prepare: async (key) => void (await importKey(key)),
    async encrypt(key, nonce, plaintext, aad) {
      const imported = await importKey(key);
      return bytesOf(await subtle.encrypt(parameters(nonce, aad), imported, source(plaintext)));
    },
    async decrypt(key, nonce, sealed, aad) {
      const imported = await importKey(key);
      try {
        return bytesOf(await subtle.decrypt(parameters(nonce, aad), imported, source(sealed)));
      } catch {
        return null;
      }
    }
  };
}

function webcryptoAesCbc(subtle: SubtleCrypto): AesCbcPrimitive {
  const importKey = (key: Uint8Array, usage: KeyUsage) =>
    subtle.importKey('raw', source(key), 'AES-CBC', false, [usage]);
  return {
    async encrypt(key, iv, plaintext) {
      const imported = await importKey(key, 'encrypt');
      return bytesOf(await subtle.encrypt({ name: 'AES-CBC', iv: source(iv) }, imported, source(plaintext)));
    },
    async decrypt(key, iv, ciphertext) {
      const imported = await importKey(key, 'decrypt');
      try {
        return bytesOf(
          await subtle.decrypt({ name: 'AES-CBC', iv: source(iv) }, imported, source(ciphertext))
        );
      } catch {
        return null;
      }
    }
  };
}

function webcryptoSha2(subtle: SubtleCrypto): Sha2Primitive {
  return {
    sha256: async (message) => bytesOf(await subtle.digest('SHA-256', source(message))),
    sha512: async (message) => bytesOf(await subtle.digest('SHA-512', source(message)))
  };
}

/** Up to so many bytes of key and message hashing takes less time than two turns of another thread. */
const SHORT_HMAC_BYTES = 256;

function webcryptoHmac(subtle: SubtleCrypto, noble: HmacPrimitive): HmacPrimitive {
  return async (key, message) => {
    if (key.length + message.length <= SHORT_HMAC_BYTES) return noble(key, message);
    // WebCrypto refuses an empty key; HMAC fills keys up with zeros, so one zero byte is the same key.
    const filled = key.length === 0 ? new Uint8Array(1) : source(key);
    const imported = await subtle.importKey('raw', filled, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign'
    ]);
    return bytesOf(await subtle.sign('HMAC', imported, source(message)));
  };
}

function webcryptoHkdf(subtle: SubtleCrypto): HkdfPrimitive {
  return async (ikm, salt, info, length) => {
    const key = await subtle.importKey('raw', source(ikm), 'HKDF', false, ['deriveBits']);
    const parameters = { name: 'HKDF', hash: 'SHA-256', salt: source(salt), info: source(info) };
    return bytesOf(await subtle.deriveBits(parameters, key, length * 8));
  };
}

/** What the compiler's library does not know yet of https://wicg.github.io/webcrypto-modern-algos/ */
interface KemSubtle {
  importKey(
    format: 'raw-public' | 'raw-seed',
    key: Bytes,
    algorithm: 'ML-KEM-768',
    extractable: boolean,
    usages: readonly string[]
  ): Promise<CryptoKey>;
  encapsulateBits(
    algorithm: 'ML-KEM-768',
    key: CryptoKey
  ): Promise<{ ciphertext: ArrayBuffer; sharedKey: ArrayBuffer }>;
  decapsulateBits(algorithm: 'ML-KEM-768', key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>;
}

function webcryptoMlKem(subtle: SubtleCrypto): MlKemPrimitive {
  const kem = subtle as unknown as KemSubtle;
  return {
    async encapsulate(publicKey) {
      try {
        const key = await kem.importKey('raw-public', source(publicKey), 'ML-KEM-768', false, [
          'encapsulateBits'
        ]);
        const { ciphertext, sharedKey } = await kem.encapsulateBits('ML-KEM-768', key);
        return { ciphertext: bytesOf(ciphertext), sharedSecret: bytesOf(sharedKey) };
      } catch {
        // Implementations differ in whether importing or using such a key fails.
        return null;
      }
    },
    async secret(seed) {
      const key = await kem.importKey('raw-seed', source(seed), 'ML-KEM-768', false, ['decapsulateBits']);
      return {
        decapsulate: async (ciphertext) =>
          bytesOf(await kem.decapsulateBits('ML-KEM-768', key, source(ciphertext))),
        forget: () => undefined
      };
    }
  };
}

/** Every primitive over `subtle`; whether each works here is for known-answers.ts to find out. */
export function webcryptoPrimitives(subtle: SubtleCrypto, noble: Primitives): Primitives {
  return {
    x25519: webcryptoX25519(subtle),
    ed25519: webcryptoEd25519(subtle, noble.ed25519),
    'aes-gcm': webcryptoAesGcm(subtle),
    'aes-cbc': webcryptoAesCbc(subtle),
    hkdf: webcryptoHkdf(subtle),
    sha2: webcryptoSha2(subtle),
    hmac: webcryptoHmac(subtle, noble.hmac),
    'ml-kem': webcryptoMlKem(subtle)
  };
}
