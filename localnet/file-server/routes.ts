// The requests a file server answers (accounts-and-messages.md §5.4), without any transport.
import { utf8ToBytes } from '../../src/lib/bytes/index.ts';
import type { V4Request, V4Response } from '../../src/lib/wire/index.ts';
import type { FileInfo, FileStore } from './file-store.ts';

/** Largest file, in bytes. */
export const MAX_FILE_BYTES = 10_000_000;
/** Life of a file, and the longest that can be asked for. */
export const FILE_LIFE_MS = 14 * 86_400_000;

const NO_BODY = new Uint8Array();
const ID = /^(?:[A-Za-z0-9_-]{44}|\d{1,20})$/;

function json(code: number, value: object): V4Response {
  return { code, headers: { 'content-type': 'application/json' }, body: utf8ToBytes(JSON.stringify(value)) };
}

function failure(code: number): V4Response {
  return { code, headers: {}, body: NO_BODY };
}

/** Seconds since 1970 with fraction, as the server writes times. */
function seconds(ms: number): number {
  return ms / 1000;
}

function describe(info: FileInfo) {
  return { expires: seconds(info.expiresMs), size: info.size, uploaded: seconds(info.uploadedMs) };
}

/** End of life by the header `X-FS-TTL` (seconds), which cannot ask for more than the server's own. */
function expiryOf(request: V4Request, nowMs: number): number {
  const header = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'x-fs-ttl')?.[1];
  const ttlMs = header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : FILE_LIFE_MS;
  return nowMs + Math.min(ttlMs, FILE_LIFE_MS);
}

function upload(store: FileStore, request: V4Request, nowMs: number): V4Response {
  const { body } = request;
  if (!body || body.length === 0) return failure(400);
  if (body.length > MAX_FILE_BYTES) return failure(413);
  const info = store.put(body, expiryOf(request, nowMs), nowMs);
  return json(200, { ...describe(info), id: info.id });
}

function download(store: FileStore, info: FileInfo): V4Response {
  return {
    code: 200,
    headers: {
      'content-type': 'application/octet-stream',
      expires: new Date(info.expiresMs).toUTCString()
    },
    body: store.data(info.id) ?? NO_BODY
  };
}

/** Answers one request of a client. */
export function answerFileRequest(store: FileStore, request: V4Request, nowMs: number): V4Response {
  const path = request.endpoint.split('?', 1)[0] as string;
  const method = request.method.toUpperCase();
  if (path === '/file') return method === 'POST' ? upload(store, request, nowMs) : failure(405);
  const [, root, id = '', action = ''] = path.split('/', 4);
  if (root !== 'file' || !ID.test(id)) return failure(404);
  const info = store.info(id, nowMs);
  if (!info) return failure(404);
  switch (`${method} ${action}`) {
    case 'GET ':
      return download(store, info);
    case 'GET info':
      return json(200, describe(info));
    case 'POST extend': {
      // Only files named by their content can be prolonged.
      if (id.length !== 44) return failure(404);
      store.extend(id, expiryOf(request, nowMs));
      return json(200, describe(store.info(id, nowMs) ?? info));
    }
    default:
      return failure(404);
  }
}
