// Reads what a file server says (accounts-and-messages.md §5.4). Everything in it is a stranger's word.
import { AppError } from '../errors.ts';
import { isJsonObject, parseJson, type V4Response } from '../wire/index.ts';
import { FilesError } from './errors.ts';

export interface FileInfo {
  /** Milliseconds since 1970; null when the server does not say. */
  readonly expiresAtMs: number | null;
  readonly uploadedAtMs: number | null;
  /** Bytes. */
  readonly size: number | null;
}

const MAX_ANSWER_BYTES = 16 * 1024;
const FILE_ID = /^(?:[A-Za-z0-9_-]{44}|\d{1,20})$/;
/** The year 9999: what `Date` and people can still show. */
const MAX_TIME_MS = 253_402_300_799_000;

/**
 * The response of a success, or the error its code stands for.
 * @throws FilesError `file-expired`, `file-too-large`, `file-server-busy`, `file-server-failed`, `file-refused`
 */
export function requireSuccess(response: V4Response, maxFileBytes: number): V4Response {
  const { code } = response;
  const details = { status: code };
  if (code >= 200 && code < 300) return response;
  if (code === 404 || code === 410) throw new FilesError('file-expired', { retry: 'never', details });
  if (code === 413) {
    throw new FilesError('file-too-large', { retry: 'never', details: { ...details, limit: maxFileBytes } });
  }
  if (code === 429 || code === 503) throw new FilesError('file-server-busy', { retry: 'later', details });
  if (code >= 500) throw new FilesError('file-server-failed', { retry: 'later', details });
  throw new FilesError('file-refused', { retry: 'never', details });
}

/** @throws FilesError `file-server-garbage` */
export function readUploaded(body: Uint8Array): FileInfo & { readonly fileId: string } {
  const fields = readFields(body);
  const { id } = fields;
  // Servers of old gave numbers.
  const fileId = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof fileId !== 'string' || !FILE_ID.test(fileId)) throw garbage();
  return { ...infoOf(fields), fileId };
}

/** @throws FilesError `file-server-garbage` */
export function readInfo(body: Uint8Array): FileInfo {
  return infoOf(readFields(body));
}

/** End of a file's life by the header of a download; milliseconds since 1970, null when there is none. */
export function expiryOfHeaders(headers: Readonly<Record<string, string>>): number | null {
  const text = Object.hasOwn(headers, 'expires') ? headers['expires'] : undefined;
  if (text === undefined || text.length > 64) return null;
  return plausibleTime(Date.parse(text));
}

function infoOf(fields: Readonly<Record<string, unknown>>): FileInfo {
  const { size } = fields;
  return {
    expiresAtMs: timeOfSeconds(fields['expires']),
    uploadedAtMs: timeOfSeconds(fields['uploaded']),
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null
  };
}

function timeOfSeconds(value: unknown): number | null {
  return typeof value === 'number' ? plausibleTime(Math.round(value * 1000)) : null;
}

function plausibleTime(ms: number): number | null {
  return ms > 0 && ms <= MAX_TIME_MS ? ms : null;
}

function readFields(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(body, MAX_ANSWER_BYTES, 'file-server-answer');
    if (isJsonObject(value)) return value;
  } catch (cause) {
    if (cause instanceof AppError) throw garbage(cause);
    throw cause;
  }
  throw garbage();
}

function garbage(cause?: unknown): FilesError {
  return new FilesError('file-server-garbage', { retry: 'later', cause });
}
