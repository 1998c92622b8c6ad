// Onions from controls given as JSON, so that a captured request can be rebuilt for other nodes, and its answer read.
import {
  base64ToBytes,
  bytesToHex,
  bytesToUtf8,
  hexToBytes,
  utf8ToBytes
} from '../../../../src/lib/bytes/index.ts';
import {
  createHopKey,
  decryptLayer,
  encryptLayer,
  type CryptoBackend,
  type HopCipher,
  type HopKey
} from '../../../../src/lib/crypto/index.ts';
import { encodeFrame } from '../../../../src/lib/wire/index.ts';

export interface OnionHop {
  /** X25519 key of the recipient, 64 hex. */
  readonly x25519PublicKeyHex: string;
  readonly cipher: HopCipher;
  /** Control beside the ciphertext for this recipient; `ephemeral_key` is filled in. */
  readonly control: Readonly<Record<string, unknown>>;
}

/**
 * Body of the request to the guard, and the key of each layer.
 * @param innermost frame of the destination, or the bare payload of a server
 * @param tamper may change a ciphertext
 */
export async function buildOnion(
  crypto: CryptoBackend,
  hops: readonly OnionHop[],
  innermost: Uint8Array | { readonly blob: Uint8Array; readonly control: string },
  tamper?: (layer: number, ciphertext: Uint8Array) => void
): Promise<{ body: Uint8Array; keys: HopKey[] }> {
  let body: Uint8Array =
    innermost instanceof Uint8Array ? innermost : encodeFrame(innermost.blob, utf8ToBytes(innermost.control));
  const keys: HopKey[] = [];
  for (let layer = hops.length - 1; layer >= 0; layer--) {
    const { x25519PublicKeyHex, cipher, control } = hops[layer] as OnionHop;
    const { key, ephemeralPublicKey } = await createHopKey(crypto, {
      hopX25519PublicKey: hexToBytes(x25519PublicKeyHex),
      cipher
    });
    const ciphertext = await encryptLayer(crypto, key, body);
    tamper?.(layer, ciphertext);
    const full = { ...control, ephemeral_key: bytesToHex(ephemeralPublicKey) };
    body = encodeFrame(ciphertext, utf8ToBytes(JSON.stringify(full)));
    keys.unshift(key);
  }
  return { body, keys };
}

/** Plaintext of an answer. @param isBase64 whether its body is base64 text */
export async function openAnswer(
  crypto: CryptoBackend,
  key: HopKey,
  body: Uint8Array,
  isBase64 = true
): Promise<string> {
  const sealed = isBase64 ? base64ToBytes(bytesToUtf8(body)) : body;
  return bytesToUtf8(await decryptLayer(crypto, key, sealed));
}
