// Frames and controls of onion requests as the client writes them (network.md §3.1–§3.4). What hops read is in
// onion-inner.ts. Nothing here encrypts.
//
//   offset  size
//   0       4     N, u32 little-endian
//   4       N     blob: ciphertext for the next recipient, or the RPC text
//   4+N     rest  control: UTF-8 JSON
import { bytesToHex, concatBytes, utf8ToBytes } from '../bytes/index.ts';
import { malformed } from './errors.ts';

/** How one layer is encrypted. `aes-gcm` is what an absent `enc_type` means. */
export type HopCipher = 'aes-gcm' | 'xchacha20';

/** Largest body of an onion request, in bytes (§3.8). */
export const MAX_ONION_REQUEST_BYTES = 10 * 1024 * 1024;
/** Largest reply to an onion request: base64 of about 7.8 MB of messages, and what is around it (§6.1). */
export const MAX_ONION_REPLY_BYTES = 15 * 1024 * 1024;
/** A hop refuses requests that claim to have come further (§3.7). */
export const MAX_HOP_NUMBER = 15;

const LENGTH_BYTES = 4;

/** `u32le length ‖ blob ‖ control`. */
export function encodeFrame(blob: Uint8Array, control: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, blob.length, true);
  return concatBytes(length, blob, control);
}

/**
 * Views of the two parts of a frame. The control is not parsed.
 * @throws WireError `malformed`: `details.field` `length` for fewer than 4 bytes, `blob` when it runs past the end
 */
export function decodeFrame(bytes: Uint8Array): { blob: Uint8Array; control: Uint8Array } {
  if (bytes.length < LENGTH_BYTES) throw malformed('onion-frame', 'length');
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getUint32(0, true);
  if (length > bytes.length - LENGTH_BYTES) throw malformed('onion-frame', 'blob');
  return {
    blob: bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length),
    control: bytes.subarray(LENGTH_BYTES + length)
  };
}

/**
 * Cipher an `enc_type` text names; names are case sensitive. `aes-cbc` and `cbc` are refused: servers dropped them.
 * @throws WireError `malformed`, field `enc_type`
 */
export function parseCipherName(text: string | undefined): HopCipher {
  switch (text) {
    case undefined:
    case 'aes-gcm':
    case 'gcm':
      return 'aes-gcm';
    case 'xchacha20':
    case 'xchacha20-poly1305':
      return 'xchacha20';
    default:
      throw malformed('onion-control', 'enc_type');
  }
}

interface LayerKey {
  /** X25519 key made for the *next* recipient, 32 bytes. */
  readonly ephemeralPublicKey: Uint8Array;
  /** How the next recipient's layer is encrypted. */
  readonly cipher: HopCipher;
  /** Writes `enc_type` for AES-GCM too, as mixed paths do; by default it is left out. */
  readonly namesAesGcm?: boolean;
}

function cipherField({ cipher, namesAesGcm }: LayerKey): { enc_type?: HopCipher } {
  return cipher === 'aes-gcm' && !namesAesGcm ? {} : { enc_type: cipher };
}

function encodeControl(control: object): Uint8Array<ArrayBuffer> {
  return utf8ToBytes(JSON.stringify(control));
}

/**
 * Control beside the ciphertext for the next node: read by the hop before it, or by the guard node itself when
 * there is no destination (the HTTP body). Key order as the deployed clients write it.
 */
export function encodeNextHopControl(
  next: LayerKey & {
    /** Ed25519 key of the node the blob is for, 64 hex; absent in the outermost frame. */
    readonly destinationEd25519Hex?: string;
    /** Outermost frame only: how many hops the request claims to have travelled, 0 to 15. */
    readonly hopNumber?: number;
  }
): Uint8Array<ArrayBuffer> {
  return encodeControl({
    ...(next.destinationEd25519Hex !== undefined && { destination: next.destinationEd25519Hex }),
    ...cipherField(next),
    ephemeral_key: bytesToHex(next.ephemeralPublicKey),
    ...(next.hopNumber !== undefined && { hop_no: next.hopNumber })
  });
}

/**
 * Control that makes the last hop post the frame to a server (§3.4). With AES-GCM as Desktop writes it (protocol
 * and port left out for https on 443), with XChaCha20 as libsession does (sorted, all keys).
 */
export function encodeServerControl(
  server: LayerKey & {
    readonly host: string;
    readonly target: string;
    readonly protocol: 'http' | 'https';
    readonly port: number;
  }
): Uint8Array<ArrayBuffer> {
  const { host, target, protocol, port } = server;
  const ephemeralKey = bytesToHex(server.ephemeralPublicKey);
  if (server.cipher === 'xchacha20') {
    return encodeControl({
      ...cipherField(server),
      ephemeral_key: ephemeralKey,
      host,
      method: 'POST',
      port,
      protocol,
      target
    });
  }
  return encodeControl({
    host,
    target,
    method: 'POST',
    ...((protocol !== 'https' || port !== 443) && { protocol, port }),
    ...cipherField(server),
    ephemeral_key: ephemeralKey
  });
}

/**
 * Control of the innermost frame: its reader is the destination. Without options as Desktop writes it; with the
 * cipher `xchacha20`, or with flags, as libsession does.
 */
export function encodeFinalControl(
  options: {
    readonly cipher?: HopCipher;
    /** `false` asks for raw bytes in place of base64 text, a quarter less to carry. */
    readonly base64?: boolean;
    /** `true` asks for the body as JSON in place of a string that holds JSON. */
    readonly json?: boolean;
  } = {}
): Uint8Array<ArrayBuffer> {
  const { cipher = 'aes-gcm', base64 = true, json = false } = options;
  if (cipher === 'aes-gcm' && base64 && !json) {
    return encodeControl({ body: null, headers: { 'Content-Type': 'application/json' } });
  }
  return encodeControl({ headers: '', ...(!base64 && { base64 }), ...(json && { json }) });
}
