// The start-up test that decides whether an implementation of a primitive is used: published answers, and a refusal
// where the primitive must refuse. A name that merely exists proves nothing.
import { bytesToHex, equalBytes, hexToBytes, utf8ToBytes } from '../bytes/index.ts';
import { systemRandom } from '../random.ts';
import { ML_KEM_BYTES } from './ml-kem-rules.ts';
import { mlKemPublicKey, NOBLE_PRIMITIVES, nobleEncapsulate } from './noble-primitives.ts';
import type { PrimitiveName, Primitives } from './primitives.ts';

/** RFC 7748 §5.2: the first vector, and the first step of the iterated one. */
const X25519 = {
  secretHex: 'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
  publicHex: 'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
  sharedHex: 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
  nineHex: '0900000000000000000000000000000000000000000000000000000000000000',
  nineTimesBaseHex: '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079'
};

/** RFC 8032 §7.1, test 2. */
const ED25519 = {
  seedHex: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  publicHex: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  messageHex: '72',
  signatureHex:
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
    '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
};

/** McGrew and Viega, "The Galois/Counter Mode of Operation", test case 14: key, nonce and plaintext all zero. */
const AES_GCM_SEALED_HEX = 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919';

/** NIST SP 800-38A F.2.5, first block; the padding's block follows from it. */
const AES_CBC = {
  keyHex: '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
  ivHex: '000102030405060708090a0b0c0d0e0f',
  plaintextHex: '6bc1bee22e409f96e93d7e117393172a',
  firstBlockHex: 'f58c4c04d6e5f1ba779eabfb5f7bfbd6'
};

/** RFC 5869 A.1. */
const HKDF = {
  ikmHex: '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b',
  saltHex: '000102030405060708090a0b0c',
  infoHex: 'f0f1f2f3f4f5f6f7f8f9',
  outputHex: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'
};

/** RFC 4231 §4.3. */
const HMAC_HEX = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
/** RFC 4231 §4.8. */
const LONG_HMAC_TEXT =
  'This is a test using a larger than block-size key and a larger than block-size data. ' +
  'The key needs to be hashed before being used by the HMAC algorithm.';
const LONG_HMAC_HEX = '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2';

/** FIPS 180-4 examples for "abc". */
const SHA256_HEX = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const SHA512_HEX =
  'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
  '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f';

/**
 * ML-KEM-768 of the seed 00..3f and the coins 22×32; OpenSSL and noble agree on it. The ciphertext is too long to stand here, so the
 * fallback makes it.
 */
const ML_KEM_SHARED_HEX = 'd63680e92c0bca92f44bfb7d15eae2ecb7fec2bcacd1ddc5ca6c2bcb25166611';

/** Key pairs of an agreement are fresh, so there is no published answer; the other side must find the same secret. */
async function agreesWithItself({ x25519 }: Primitives): Promise<boolean> {
  const secretKey = hexToBytes(X25519.secretHex);
  const agreement = await x25519.agree(await x25519.publicKey(secretKey), systemRandom);
  const shared = agreement && (await x25519.sharedSecret(secretKey, agreement.ephemeralPublicKey));
  return shared !== null && bytesToHex(shared) === bytesToHex(agreement?.sharedSecret ?? new Uint8Array());
}

type Test = (primitives: Primitives) => Promise<boolean>;

const TESTS: Readonly<Record<PrimitiveName, Test>> = {
  async x25519(primitives) {
    const { x25519 } = primitives;
    const secretKey = hexToBytes(X25519.secretHex);
    const shared = await x25519.sharedSecret(secretKey, hexToBytes(X25519.publicHex));
    const publicKey = await x25519.publicKey(hexToBytes(X25519.nineHex));
    return (
      shared !== null &&
      bytesToHex(shared) === X25519.sharedHex &&
      bytesToHex(publicKey) === X25519.nineTimesBaseHex &&
      (await x25519.sharedSecret(secretKey, new Uint8Array(32))) === null &&
      (await agreesWithItself(primitives))
    );
  },
  async ed25519({ ed25519 }) {
    const message = hexToBytes(ED25519.messageHex);
    const publicKey = hexToBytes(ED25519.publicHex);
    const signature = await ed25519.sign(hexToBytes(ED25519.seedHex), message);
    return (
      bytesToHex(signature) === ED25519.signatureHex &&
      (await ed25519.verify(publicKey, message, signature)) &&
      !(await ed25519.verify(publicKey, hexToBytes('73'), signature))
    );
  },
  async 'aes-gcm'({ 'aes-gcm': aesGcm }) {
    const key = new Uint8Array(32);
    const nonce = new Uint8Array(12);
    const sealed = await aesGcm.encrypt(key, nonce, new Uint8Array(16));
    const opened = await aesGcm.decrypt(key, nonce, sealed);
    return (
      bytesToHex(sealed) === AES_GCM_SEALED_HEX &&
      opened !== null &&
      opened.every((byte) => byte === 0) &&
      (await aesGcm.decrypt(key, nonce, sealed, utf8ToBytes('other'))) === null
    );
  },
  async 'aes-cbc'({ 'aes-cbc': aesCbc }) {
    const [key, iv] = [hexToBytes(AES_CBC.keyHex), hexToBytes(AES_CBC.ivHex)];
    const ciphertext = await aesCbc.encrypt(key, iv, hexToBytes(AES_CBC.plaintextHex));
    const opened = await aesCbc.decrypt(key, iv, ciphertext);
    return (
      ciphertext.length === 32 &&
      bytesToHex(ciphertext.subarray(0, 16)) === AES_CBC.firstBlockHex &&
      opened !== null &&
      bytesToHex(opened) === AES_CBC.plaintextHex &&
      (await aesCbc.decrypt(key, iv, ciphertext.subarray(0, 16))) === null
    );
  },
  async hkdf({ hkdf }) {
    const { ikmHex, saltHex, infoHex, outputHex } = HKDF;
    const output = await hkdf(
      hexToBytes(ikmHex),
      hexToBytes(saltHex),
      hexToBytes(infoHex),
      outputHex.length / 2
    );
    return bytesToHex(output) === outputHex;
  },
  async sha2({ sha2 }) {
    const message = utf8ToBytes('abc');
    return (
      bytesToHex(await sha2.sha256(message)) === SHA256_HEX &&
      bytesToHex(await sha2.sha512(message)) === SHA512_HEX
    );
  },
  async hmac({ hmac }) {
    const code = await hmac(utf8ToBytes('Jefe'), utf8ToBytes('what do ya want for nothing?'));
    // Short and long ones may be made in different ways.
    const long = await hmac(new Uint8Array(131).fill(0xaa), utf8ToBytes(LONG_HMAC_TEXT));
    return bytesToHex(code) === HMAC_HEX && bytesToHex(long) === LONG_HMAC_HEX;
  },
  async 'ml-kem'({ 'ml-kem': mlKem }) {
    const seed = Uint8Array.from({ length: ML_KEM_BYTES.seed }, (_, index) => index);
    const publicKey = mlKemPublicKey(seed);
    const sample = nobleEncapsulate(publicKey, new Uint8Array(32).fill(0x22));
    const fresh = await mlKem.encapsulate(publicKey);
    if (sample === null || fresh === null) return false;
    const [secret, reference] = await Promise.all([
      mlKem.secret(seed),
      NOBLE_PRIMITIVES['ml-kem'].secret(seed)
    ]);
    const altered = sample.ciphertext.with(7, (sample.ciphertext[7] as number) ^ 1);
    return (
      bytesToHex(await secret.decapsulate(sample.ciphertext)) === ML_KEM_SHARED_HEX &&
      equalBytes(await reference.decapsulate(fresh.ciphertext), fresh.sharedSecret) &&
      equalBytes(await secret.decapsulate(altered), await reference.decapsulate(altered))
    );
  }
};

/** Whether `primitives` gives the published answers for `name`; an implementation that throws does not. */
export async function passesKnownAnswers(name: PrimitiveName, primitives: Primitives): Promise<boolean> {
  try {
    return await TESTS[name](primitives);
  } catch {
    return false;
  }
}
