// The shared secret of both halves (§7, §10.1). The combiner is X-Wing's, label last: another order of its input is another protocol.
import { concatBytes, wipe } from '../bytes/index.ts';
import { sha3 } from '../crypto/index.ts';

const LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);

/**
 * SHA3-256(ssM ‖ ssX ‖ E ‖ X ‖ label), 32 bytes. Wipes both secrets.
 * @param input each part is 32 bytes
 */
export function combineSecrets(input: {
  mlKemSharedSecret: Uint8Array;
  x25519SharedSecret: Uint8Array;
  ephemeralPublicKey: Uint8Array;
  recipientPublicKey: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const { mlKemSharedSecret, x25519SharedSecret } = input;
  const joined = concatBytes(
    mlKemSharedSecret,
    x25519SharedSecret,
    input.ephemeralPublicKey,
    input.recipientPublicKey,
    LABEL
  );
  const combined = sha3(joined);
  wipe(joined);
  wipe(mlKemSharedSecret);
  wipe(x25519SharedSecret);
  return combined;
}
