// The signature of an account over a request (network.md §5.1).
import { bytesToHex } from '../bytes/index.ts';
import { signText, type CryptoBackend, type Identity } from '../crypto/index.ts';
import type { RequestAuth } from '../wire/index.ts';

export async function signRequest(
  crypto: CryptoBackend,
  identity: Identity,
  text: string
): Promise<RequestAuth> {
  return {
    signature: await signText(crypto, identity, text),
    ed25519PublicKeyHex: bytesToHex(identity.ed25519PublicKey)
  };
}
