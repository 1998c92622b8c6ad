// The curve operations nobody can leave out, with WebCrypto and with noble: the floor of what is measured, and the measure of a
// machine.
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { systemRandom } from '../../src/lib/random.ts';

export interface Curves {
  /** One X25519 agreement with a key at hand, and one verification. */
  agreeAndVerify(): unknown;
  /** One fresh key pair, one agreement, and one signature. */
  freshAgreeAndSign(): unknown;
  /** One fresh key pair and one agreement. */
  freshAgree(): unknown;
}

const MESSAGE = new Uint8Array(256).fill(7);

export async function webcryptoCurves(): Promise<Curves> {
  const { subtle } = globalThis.crypto;
  const own = (await subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  const signer = (await subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  const signature = await subtle.sign('Ed25519', signer.privateKey, MESSAGE);
  const derive = (key: CryptoKey) => subtle.deriveBits({ name: 'X25519', public: own.publicKey }, key, 256);
  const fresh = async () => {
    const pair = (await subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
    await derive(pair.privateKey);
  };
  return {
    agreeAndVerify: () =>
      Promise.all([derive(own.privateKey), subtle.verify('Ed25519', signer.publicKey, signature, MESSAGE)]),
    freshAgreeAndSign: () => Promise.all([fresh(), subtle.sign('Ed25519', signer.privateKey, MESSAGE)]),
    freshAgree: fresh
  };
}

export function nobleCurves(): Curves {
  const secret = systemRandom(32);
  const other = x25519.getPublicKey(systemRandom(32));
  const seed = systemRandom(32);
  const signer = ed25519.getPublicKey(seed);
  const signature = ed25519.sign(MESSAGE, seed);
  const fresh = () => {
    const ephemeral = systemRandom(32);
    x25519.getPublicKey(ephemeral);
    x25519.getSharedSecret(ephemeral, other);
  };
  return {
    agreeAndVerify() {
      x25519.getSharedSecret(secret, other);
      ed25519.verify(signature, MESSAGE, signer, { zip215: false });
    },
    freshAgreeAndSign() {
      fresh();
      ed25519.sign(MESSAGE, seed);
    },
    freshAgree: fresh
  };
}
