// Opens answers of an onion request (network.md §3.5, §3.6). Only the destination encrypts, so a body that opens was
// written by it; everything else may have been written by anyone on the path.
import { base64ToBytes, bytesToUtf8 } from '../bytes/index.ts';
import { decryptLayer, type CryptoBackend, type HopKey } from '../crypto/index.ts';
import { decodeNodeReply, decodeV4Response, type JsonValue, type V4Response } from '../wire/index.ts';
import { OnionError } from './errors.ts';

/**
 * The answer of a service node: base64 of the sealed `{"status", "body"}`.
 * @throws OnionError `response-unreadable` when the body does not open; `destination-garbage` when it opens and is not
 *   an answer
 */
export async function openNodeResponse(
  crypto: CryptoBackend,
  key: HopKey,
  body: Uint8Array
): Promise<{ status: number; body: JsonValue }> {
  const plaintext = await openAny(crypto, [key], body);
  try {
    return decodeNodeReply(plaintext);
  } catch (cause) {
    throw new OnionError('destination-garbage', { retry: 'other-path', cause });
  }
}

/**
 * The answer of a server to a v4 request: the sealed list, raw.
 * @throws OnionError `response-unreadable`, `destination-garbage`; `server-refused` when the last hop did not relay
 *   (`details.status`)
 */
export async function openServerResponse(
  crypto: CryptoBackend,
  keys: { readonly destinationKey: HopKey; readonly lastHopKey: HopKey },
  body: Uint8Array
): Promise<V4Response> {
  const plaintext = await openFromServer(crypto, keys, body);
  try {
    return decodeV4Response(plaintext);
  } catch (cause) {
    throw new OnionError('destination-garbage', { retry: 'later', cause });
  }
}

/**
 * The answer of a server to a v3 request: base64 of the sealed text, opened and not parsed.
 * @throws OnionError as `openServerResponse`
 */
export async function openV3Response(
  crypto: CryptoBackend,
  keys: { readonly destinationKey: HopKey; readonly lastHopKey: HopKey },
  body: Uint8Array
): Promise<Uint8Array> {
  return openFromServer(crypto, keys, body);
}

async function openFromServer(
  crypto: CryptoBackend,
  keys: { readonly destinationKey: HopKey; readonly lastHopKey: HopKey },
  body: Uint8Array
): Promise<Uint8Array> {
  try {
    return await openAny(crypto, [keys.destinationKey], body);
  } catch (error) {
    const refusal = await openNodeResponse(crypto, keys.lastHopKey, body).catch(() => null);
    if (refusal === null) throw error;
    throw new OnionError('server-refused', { retry: 'never', details: { status: refusal.status } });
  }
}

/** Tries the body as base64 text and as raw bytes, since both are in use and neither says which it is. */
async function openAny(
  crypto: CryptoBackend,
  keys: readonly HopKey[],
  body: Uint8Array
): Promise<Uint8Array> {
  for (const key of keys) {
    for (const sealed of readings(body)) {
      try {
        return await decryptLayer(crypto, key, sealed);
      } catch {
        // Not this key or not this reading.
      }
    }
  }
  throw new OnionError('response-unreadable', { retry: 'other-path' });
}

function readings(body: Uint8Array): Uint8Array[] {
  try {
    return [base64ToBytes(bytesToUtf8(body).trim()), body];
  } catch {
    return [body];
  }
}
