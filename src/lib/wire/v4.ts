// Payloads of onion requests to servers (network.md §3.5): a bencoded list of JSON metadata and an optional body.
// Client and server side.
import { concatBytes, utf8ToBytes } from '../bytes/index.ts';
import { btKey } from './bt.ts';
import { malformed, requireAtMost, tooLarge } from './errors.ts';
import { fieldOf, isJsonObject, parseJson, requireObject, requireString, type JsonObject } from './json.ts';
import { MAX_ONION_REPLY_BYTES, MAX_ONION_REQUEST_BYTES } from './onion-request.ts';

const STRUCTURE = 'v4';
const MAX_META_BYTES = 64 * 1024;
const MAX_HEADERS = 100;
const LIST = 0x6c;
const END = 0x65;
const COLON = 0x3a;

export interface V4Request {
  readonly method: string;
  /** Begins with `/`; may hold a query. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent and empty differ on the wire. */
  readonly body?: Uint8Array;
}

export interface V4Response {
  readonly code: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** `l <length>:<meta> [<length>:<body>] e`. */
export function encodeV4Request(request: V4Request): Uint8Array<ArrayBuffer> {
  const { method, endpoint, headers, body } = request;
  return encodeList({ method, endpoint, headers }, body);
}

/** Always two strings; names of headers are lowered, and `content-length` is left out. */
export function encodeV4Response(response: V4Response): Uint8Array<ArrayBuffer> {
  return encodeList({ code: response.code, headers: lowerCase(response.headers) }, response.body);
}

/** @throws WireError `malformed` (a server answers code 400 `Invalid v4 onion request`), `too-large` */
export function decodeV4Request(bytes: Uint8Array): V4Request {
  const { meta, body } = decodeList(bytes, MAX_ONION_REQUEST_BYTES);
  const endpoint = requireString(meta, 'endpoint', STRUCTURE);
  if (!endpoint.startsWith('/')) throw malformed(STRUCTURE, 'endpoint');
  return {
    method: requireString(meta, 'method', STRUCTURE),
    endpoint,
    headers: headersOf(meta),
    ...(body && { body })
  };
}

/** A response without its body string counts as empty. @throws WireError `malformed`, `too-large` */
export function decodeV4Response(bytes: Uint8Array): V4Response {
  const { meta, body } = decodeList(bytes, MAX_ONION_REPLY_BYTES);
  const code = fieldOf(meta, 'code');
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 100 || code > 999) {
    throw malformed(STRUCTURE, 'code');
  }
  return { code, headers: lowerCase(headersOf(meta)), body: body ?? new Uint8Array() };
}

function encodeList(meta: object, body: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  const text = utf8ToBytes(JSON.stringify(meta));
  const parts = [utf8ToBytes(`l${text.length}:`), text];
  if (body) parts.push(utf8ToBytes(`${body.length}:`), new Uint8Array(body));
  return concatBytes(...parts, utf8ToBytes('e'));
}

function decodeList(bytes: Uint8Array, limit: number): { meta: JsonObject; body: Uint8Array | null } {
  requireAtMost(bytes, limit, STRUCTURE);
  if (bytes.length < 2 || bytes[0] !== LIST || bytes[bytes.length - 1] !== END)
    throw malformed(STRUCTURE, 'list');
  const meta = takeString(bytes, 1);
  const end = bytes.length - 1;
  const body = meta.next === end ? null : takeString(bytes, meta.next);
  if (body && body.next !== end) throw malformed(STRUCTURE, 'list', { offset: body.next });
  const object = requireObject(parseJson(meta.value, MAX_META_BYTES, STRUCTURE), STRUCTURE, 'meta');
  return { meta: object, body: body ? body.value : null };
}

/** One `<length>:<bytes>`; the last byte of the list is not part of any string. */
function takeString(bytes: Uint8Array, start: number): { value: Uint8Array; next: number } {
  // Ten digits say more than any bound allows.
  const colon = bytes.subarray(start, start + 10).indexOf(COLON);
  if (colon < 1) throw malformed(STRUCTURE, 'length', { offset: start });
  const digits = btKey(bytes.subarray(start, start + colon));
  if (!/^(?:0|[1-9]\d*)$/.test(digits)) throw malformed(STRUCTURE, 'length', { offset: start });
  const from = start + colon + 1;
  const next = from + Number(digits);
  if (next > bytes.length - 1) throw malformed(STRUCTURE, 'length', { offset: start });
  return { value: bytes.subarray(from, next), next };
}

function headersOf(meta: JsonObject): Record<string, string> {
  const value = fieldOf(meta, 'headers') ?? {};
  if (!isJsonObject(value)) throw malformed(STRUCTURE, 'headers');
  const names = Object.keys(value);
  if (names.length > MAX_HEADERS) throw tooLarge(STRUCTURE, MAX_HEADERS, 'headers');
  return Object.fromEntries(names.map((name) => [name, requireString(value, name, STRUCTURE)]));
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== 'content-length')
  );
}
