// Onion frames as their readers see them: guard node, hop, destination and server (network.md §3.1, §3.3, §3.4).
import { hexToBytes, isHex } from '../bytes/index.ts';
import { malformed, requireAtMost } from './errors.ts';
import { fieldOf, parseJson, requireObject, requireString, type JsonObject } from './json.ts';
import { decodeFrame, MAX_ONION_REQUEST_BYTES, parseCipherName, type HopCipher } from './onion-request.ts';

const STRUCTURE = 'onion-control';
/** Controls hold a few short fields; libsession's longest is under 400 bytes. */
const MAX_CONTROL_BYTES = 16 * 1024;
const KEY_HEX_LENGTH = 64;

/** What the recipient needs in order to open the blob beside a control. */
export interface LayerHeader {
  readonly ciphertext: Uint8Array;
  /** X25519 key of the client for this recipient, 32 bytes. */
  readonly ephemeralPublicKey: Uint8Array;
  readonly cipher: HopCipher;
}

export interface OuterRequest extends LayerHeader {
  /** How far the request claims to have come; 0 when it says nothing. Over 15 is for the reader to refuse. */
  readonly hopNumber: number;
}

export type InnerRequest =
  | ({ readonly role: 'node'; readonly destinationEd25519Hex: string } & LayerHeader)
  | {
      readonly role: 'server';
      readonly host: string;
      readonly target: string;
      readonly port: number;
      /** As written; only `http` and `https` may be relayed (`isAllowedRelayTarget` judges the target alone). */
      readonly protocol: string;
      /** The whole frame, which is what the server is sent. */
      readonly raw: Uint8Array;
    }
  | { readonly role: 'final'; readonly rpc: Uint8Array; readonly base64: boolean; readonly json: boolean };

/**
 * Body of a request to `/onion_req/v2`, or of one a hop posts to a server: both begin with this frame.
 * @throws WireError `malformed` (`details.structure` `onion-frame` or `onion-control`), `too-large`
 */
export function decodeOuterRequest(body: Uint8Array): OuterRequest {
  requireAtMost(body, MAX_ONION_REQUEST_BYTES, 'onion-frame');
  const { blob, control } = decodeFrame(body);
  const object = parseControl(control);
  const hopNumber = fieldOf(object, 'hop_no') ?? 0;
  if (typeof hopNumber !== 'number' || !Number.isSafeInteger(hopNumber) || hopNumber < 0) {
    throw malformed(STRUCTURE, 'hop_no');
  }
  return { ...layerHeader(object, blob), hopNumber };
}

/**
 * What a decrypted layer asks its reader to do: `headers` makes it final, else `host` a relay to a server, else a
 * relay to a node.
 * @throws WireError `malformed`, `too-large`; a node answers either with status 400 `Invalid json`
 */
export function decodeInnerRequest(plaintext: Uint8Array): InnerRequest {
  requireAtMost(plaintext, MAX_ONION_REQUEST_BYTES, 'onion-frame');
  const { blob, control } = decodeFrame(plaintext);
  const object = parseControl(control);
  // `headers` counts when it is there at all, even as null.
  if (Object.hasOwn(object, 'headers')) {
    return {
      role: 'final',
      rpc: blob,
      base64: flag(object, 'base64', true),
      json: flag(object, 'json', false)
    };
  }
  if (Object.hasOwn(object, 'host')) {
    return {
      role: 'server',
      host: requireString(object, 'host', STRUCTURE),
      target: requireString(object, 'target', STRUCTURE),
      port: portOf(object),
      protocol:
        fieldOf(object, 'protocol') === undefined ? 'https' : requireString(object, 'protocol', STRUCTURE),
      raw: plaintext
    };
  }
  return { role: 'node', destinationEd25519Hex: keyHex(object, 'destination'), ...layerHeader(object, blob) };
}

/**
 * Whether a hop may post to this path: `/loki/…/lsrpc` or `/oxen/…/lsrpc` without query. Stricter than deployed
 * nodes, which let `..` pass: no `..`, `%`, `#`, `\` or control characters (§3.4).
 */
export function isAllowedRelayTarget(target: string): boolean {
  if (!/^\/(?:loki|oxen)\//.test(target) || !target.endsWith('/lsrpc')) return false;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[?#%\\\u0000-\u001f\u007f]/.test(target) && !target.includes('..');
}

function parseControl(control: Uint8Array): JsonObject {
  return requireObject(parseJson(control, MAX_CONTROL_BYTES, STRUCTURE), STRUCTURE);
}

function layerHeader(object: JsonObject, ciphertext: Uint8Array): LayerHeader {
  const ephemeralPublicKey = hexToBytes(keyHex(object, 'ephemeral_key'));
  const name = fieldOf(object, 'enc_type');
  if (name !== undefined && typeof name !== 'string') throw malformed(STRUCTURE, 'enc_type');
  return { ciphertext, ephemeralPublicKey, cipher: parseCipherName(name) };
}

function keyHex(object: JsonObject, key: string): string {
  const text = requireString(object, key, STRUCTURE);
  if (text.length !== KEY_HEX_LENGTH || !isHex(text)) throw malformed(STRUCTURE, key);
  return text.toLowerCase();
}

function flag(object: JsonObject, key: string, byDefault: boolean): boolean {
  const value = fieldOf(object, key) ?? byDefault;
  if (typeof value !== 'boolean') throw malformed(STRUCTURE, key);
  return value;
}

function portOf(object: JsonObject): number {
  const port = fieldOf(object, 'port') ?? 443;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw malformed(STRUCTURE, 'port');
  }
  return port;
}
