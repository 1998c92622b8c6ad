// The crypto backend of the nodes: the shared façade, with signing and the primitives of an onion layer replaced by
// Node's synchronous ones. A hop does them one after another, and a round trip to WebCrypto's thread pool for each
// costs more than the primitive. Verifying stays with WebCrypto, which spreads it over the cores.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  sign,
  type KeyObject
} from 'node:crypto';
import { concatBytes, equalBytes } from '../src/lib/bytes/index.ts';
import { createCryptoBackend, CryptoError, type CryptoBackend } from '../src/lib/crypto/index.ts';
import type { RandomBytes } from '../src/lib/random.ts';

/** PKCS #8 and SubjectPublicKeyInfo around 32 bytes of RFC 8410. */
const PKCS8_ED25519 = Uint8Array.from([0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32]);
const PKCS8_X25519 = Uint8Array.from([0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 34, 4, 32]);
const SPKI_X25519 = Uint8Array.from([0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 33, 0]);
const TAG_BYTES = 16;
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 9 : 0));

function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** Private keys by the array they came from, and its content: a node uses the same one for every request. */
function createPrivateKeyMemory(prefix: Uint8Array): (secretKey: Uint8Array) => KeyObject {
  const known = new WeakMap<Uint8Array, { content: Uint8Array; key: KeyObject }>();
  return (secretKey) => {
    const last = known.get(secretKey);
    if (last && equalBytes(last.content, secretKey)) return last.key;
    const der = Buffer.from(concatBytes(prefix, secretKey));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    known.set(secretKey, { content: secretKey.slice(), key });
    return key;
  };
}

/**
 * Runs `work` without recording stacks. Node asks of every key whether it is a key object by catching an exception, and
 * recording that exception's stack takes longer than the key agreement.
 */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Bare keys are read faster than DER, where this version of Node takes them. */
function publicKeyReader(): (bytes: Uint8Array) => KeyObject {
  const fromDer = (bytes: Uint8Array) =>
    createPublicKey({ key: Buffer.from(concatBytes(SPKI_X25519, bytes)), format: 'der', type: 'spki' });
  const fromRaw = (bytes: Uint8Array) =>
    createPublicKey({ key: bytes, format: 'raw-public', asymmetricKeyType: 'x25519' } as never);
  try {
    const reader = fromRaw(BASE_POINT).equals(fromDer(BASE_POINT)) ? fromRaw : fromDer;
    return (bytes) => withoutStacks(() => reader(bytes));
  } catch {
    return fromDer;
  }
}

function requireLength(bytes: Uint8Array, length: number, input: string): void {
  if (bytes.length !== length) throw new CryptoError('bad-key-length', { details: { input } });
}

/** A backend for servers in Node; same results and refusals as `createCryptoBackend`. */
export async function createNodeCryptoBackend(random?: RandomBytes): Promise<CryptoBackend> {
  const base = await createCryptoBackend(random ? { random } : {});
  const privateKeyOf = createPrivateKeyMemory(PKCS8_X25519);
  const publicKeyOf = publicKeyReader();
  const signingKeyOf = createPrivateKeyMemory(PKCS8_ED25519);
  return {
    ...base,
    async x25519SharedSecret(secretKey, publicKey) {
      requireLength(secretKey, 32, 'secretKey');
      requireLength(publicKey, 32, 'publicKey');
      try {
        return owned(
          diffieHellman({ privateKey: privateKeyOf(secretKey), publicKey: publicKeyOf(publicKey) })
        );
      } catch (cause) {
        throw new CryptoError('low-order-point', { cause, details: { input: 'publicKey' } });
      }
    },
    async ed25519Sign(seed, message) {
      requireLength(seed, 32, 'seed');
      return owned(sign(null, message, signingKeyOf(seed)));
    },
    async hmacSha256(key, message) {
      return owned(createHmac('sha256', createSecretKey(key)).update(message).digest());
    },
    // Keys are made where they are used here.
    async aesGcmPrepare(key) {
      requireLength(key, 32, 'key');
    },
    async aesGcmEncrypt(key, nonce, plaintext, aad) {
      requireLength(key, 32, 'key');
      const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce);
      if (aad) cipher.setAAD(aad);
      return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
    },
    async aesGcmDecrypt(key, nonce, sealed, aad) {
      requireLength(key, 32, 'key');
      if (sealed.length < TAG_BYTES) throw new CryptoError('open-failed', { details: { input: 'sealed' } });
      const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce, {
        authTagLength: TAG_BYTES
      });
      if (aad) decipher.setAAD(aad);
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      try {
        const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
        decipher.final();
        return owned(plaintext);
      } catch (cause) {
        throw new CryptoError('open-failed', { cause, details: { input: 'sealed' } });
      }
    }
  };
}
