// Reads the HTTP/1.1 answer of a guard from the bytes of its connection. Node's own client costs a relay more than all
// the rest together, and an answer needs little: status, length, body. Everything that is not plain HTTP is refused.
import { AppError } from '../src/lib/errors.ts';

export interface ReplySink {
  /** @param contentLength null when the guard did not say */
  onHead(status: number, contentLength: number | null): void;
  onBody(chunk: Buffer): void;
  /** @param isReusable whether the connection may carry another request */
  onEnd(isReusable: boolean): void;
}

export interface ReplyParser {
  /** @throws ReplySyntaxError */
  push(chunk: Buffer): void;
  /** The connection ended. @throws ReplySyntaxError when the answer was not over */
  end(): void;
  /** Whether anything at all was received. */
  readonly hasBegun: boolean;
}

/** The guard did not answer in HTTP. */
export class ReplySyntaxError extends AppError<'reply-syntax'> {
  override readonly name = 'ReplySyntaxError';
  constructor() {
    super('reply-syntax', { retry: 'other-path' });
  }
}

/** Head, and trailers, bytes. */
const MAX_HEAD_BYTES = 16 * 1024;
/** The line before a chunk: a size, and extensions nobody uses. */
const MAX_SIZE_LINE_BYTES = 256;
/** Answers such as 100 Continue before the real one. */
const MAX_INTERIM = 8;

const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

interface Head {
  readonly status: number;
  readonly contentLength: number | null;
  readonly isChunked: boolean;
  readonly isReusable: boolean;
}

function parseHead(text: string): Head {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const version = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(statusLine);
  if (!version) throw new ReplySyntaxError();
  let contentLength: number | null = null;
  let isChunked = false;
  let connection = '';
  for (const line of lines) {
    const [, name = '', value = ''] = FIELD.exec(line) ?? fail();
    switch (name.toLowerCase()) {
      case 'content-length': {
        if (!/^\d{1,15}$/.test(value)) throw new ReplySyntaxError();
        if (contentLength !== null && contentLength !== Number(value)) throw new ReplySyntaxError();
        contentLength = Number(value);
        break;
      }
      case 'transfer-encoding':
        if (isChunked || value.toLowerCase() !== 'chunked') throw new ReplySyntaxError();
        isChunked = true;
        break;
      case 'connection':
        connection += `,${value.toLowerCase()}`;
        break;
    }
  }
  // Two ways to say where a body ends are how requests are smuggled.
  if (isChunked && contentLength !== null) throw new ReplySyntaxError();
  const isReusable = version[1] === '1' && !connection.split(',').some((token) => token.trim() === 'close');
  return { status: Number(version[2]), contentLength, isChunked, isReusable };
}

function fail(): never {
  throw new ReplySyntaxError();
}

type State = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'done';

/** A parser for one answer. */
export function createReplyParser(sink: ReplySink): ReplyParser {
  let state: State = 'head';
  /** Bytes of an unfinished head, line or trailer. */
  let kept: Buffer = Buffer.alloc(0);
  let remaining = 0;
  let interim = 0;
  let trailerBytes = 0;
  let isReusable = false;
  let hasBegun = false;

  /** Text up to `ending`, taken off the front of `kept`; null while it is not there. */
  function take(ending: string, maxBytes: number): string | null {
    const end = kept.indexOf(ending, 0, 'latin1');
    if (end < 0 ? kept.length > maxBytes : end > maxBytes) throw new ReplySyntaxError();
    if (end < 0) return null;
    const text = kept.toString('latin1', 0, end);
    kept = kept.subarray(end + ending.length);
    return text;
  }

  function finish() {
    state = 'done';
    sink.onEnd(isReusable && kept.length === 0);
  }

  function readHead(): boolean {
    const text = take('\r\n\r\n', MAX_HEAD_BYTES);
    if (text === null) return false;
    const head = parseHead(text);
    if (head.status < 200) {
      interim += 1;
      if (head.status === 101 || interim > MAX_INTERIM) throw new ReplySyntaxError();
      return true;
    }
    if (head.status > 599) throw new ReplySyntaxError();
    isReusable = head.isReusable && (head.isChunked || head.contentLength !== null);
    const isBodyless = head.status === 204 || head.status === 304;
    if (isBodyless) isReusable = head.isReusable;
    sink.onHead(head.status, isBodyless ? null : head.contentLength);
    remaining = head.contentLength ?? 0;
    if (isBodyless || head.contentLength === 0) finish();
    else state = head.isChunked ? 'chunk-size' : head.contentLength === null ? 'until-close' : 'length';
    return true;
  }

  /** Passes on at most `remaining` bytes of `kept`. */
  function readBody(): void {
    const chunk = kept.subarray(0, remaining);
    kept = kept.subarray(chunk.length);
    remaining -= chunk.length;
    if (chunk.length > 0) sink.onBody(chunk);
  }

  function readChunkSize(): boolean {
    const line = take('\r\n', MAX_SIZE_LINE_BYTES);
    if (line === null) return false;
    const size = /^([0-9a-fA-F]{1,8})[ \t]*(;.*)?$/.exec(line)?.[1] ?? fail();
    remaining = parseInt(size, 16);
    state = remaining === 0 ? 'trailers' : 'chunk';
    return true;
  }

  function readTrailers(): boolean {
    const line = take('\r\n', MAX_HEAD_BYTES);
    if (line === null) return false;
    trailerBytes += line.length;
    if (trailerBytes > MAX_HEAD_BYTES) throw new ReplySyntaxError();
    if (line === '') finish();
    return true;
  }

  /** One step forward; false when more bytes are needed. */
  function step(): boolean {
    switch (state) {
      case 'head':
        return readHead();
      case 'length':
        readBody();
        if (remaining === 0) finish();
        return false;
      case 'until-close':
        remaining = kept.length;
        readBody();
        return false;
      case 'chunk-size':
        return readChunkSize();
      case 'chunk':
        readBody();
        if (remaining > 0) return false;
        state = 'chunk-end';
        return true;
      case 'chunk-end': {
        const line = take('\r\n', 1);
        if (line === null) return false;
        if (line !== '') throw new ReplySyntaxError();
        state = 'chunk-size';
        return true;
      }
      case 'trailers':
        return readTrailers();
      case 'done':
        return false;
    }
  }

  return {
    get hasBegun() {
      return hasBegun;
    },
    push(chunk) {
      hasBegun = true;
      if (state === 'done') return;
      kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
      while (step());
    },
    end() {
      if (state === 'done') return;
      if (state !== 'until-close') throw new ReplySyntaxError();
      isReusable = false;
      finish();
    }
  };
}
