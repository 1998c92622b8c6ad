import type { CryptoBackend } from './backend.ts';
import type { Agreement } from './primitives.ts';

/**
 * Key agreement with a key pair for one use, or with a given ephemeral secret, which only tests have.
 * @throws CryptoError `bad-key-length`, `low-order-point`
 */
export async function agreeWith(
  crypto: CryptoBackend,
  publicKey: Uint8Array,
  ephemeralSecretKey: Uint8Array | undefined
): Promise<Agreement> {
  if (ephemeralSecretKey === undefined) return crypto.x25519Agree(publicKey);
  const [ephemeralPublicKey, sharedSecret] = await Promise.all([
    crypto.x25519PublicKey(ephemeralSecretKey),
    crypto.x25519SharedSecret(ephemeralSecretKey, publicKey)
  ]);
  return { ephemeralPublicKey, sharedSecret };
}
