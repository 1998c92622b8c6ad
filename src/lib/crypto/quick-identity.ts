// The keys of an account without multiplying a point in JavaScript: the library would first build its tables, which takes longer
// than everything else that stands between a start and the list.
import { ed25519 } from '@noble/curves/ed25519.js';
import { accountIdOf } from '../account-id.ts';
import { utf8ToBytes } from '../bytes/index.ts';
import type { CryptoBackend } from './backend.ts';
import { assertLength } from './errors.ts';
import { ACCOUNT_SEED_BYTES, deriveIdentity, type Identity } from './identity.ts';
import { positiveEd25519PublicKey } from './positive-ed25519.ts';

const SIGN_BIT = 0x80;
/** No message of any protocol. The signature is checked and forgotten. */
const PROBE = utf8ToBytes('onionskin: which of two keys');

/**
 * As `deriveIdentity`, by the backend's curves. An X25519 key belongs to two Ed25519 keys; a signature tells which is ours.
 * @throws CryptoError `bad-key-length`
 */
export async function openIdentity(crypto: CryptoBackend, accountSeed: Uint8Array): Promise<Identity> {
  assertLength(accountSeed, ACCOUNT_SEED_BYTES, 'accountSeed');
  const { ed25519: edwards, x25519: montgomery } = crypto.primitives;
  if (edwards === 'noble' || montgomery === 'noble') return deriveIdentity(accountSeed);
  const ed25519Seed = new Uint8Array(32);
  ed25519Seed.set(accountSeed);
  const x25519SecretKey = ed25519.utils.toMontgomerySecret(ed25519Seed);
  const [x25519PublicKey, signature] = await Promise.all([
    crypto.x25519PublicKey(x25519SecretKey),
    crypto.ed25519Sign(ed25519Seed, PROBE)
  ]);
  const ed25519PublicKey = positiveEd25519PublicKey(x25519PublicKey);
  for (let tried = 0; tried < 2; tried++) {
    if (await crypto.ed25519Verify(ed25519PublicKey, PROBE, signature)) {
      const accountId = accountIdOf(x25519PublicKey);
      return { accountId, ed25519Seed, ed25519PublicKey, x25519SecretKey, x25519PublicKey };
    }
    ed25519PublicKey[31] = (ed25519PublicKey[31] as number) ^ SIGN_BIT;
  }
  return deriveIdentity(accountSeed);
}
