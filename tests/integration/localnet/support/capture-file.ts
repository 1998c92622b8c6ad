// The captured pairs of a real storage server (network.md §9.1) as data.
import { base64ToBytes, utf8ToBytes } from '../../../../src/lib/bytes/index.ts';
import type { JsonObject, JsonValue } from '../../../../src/lib/wire/index.ts';
import { loadVectors } from '../../../support/vectors.ts';

export interface CapturedBody {
  readonly text?: string;
  readonly base64?: string;
}

export interface CapturedRequest {
  readonly to: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: CapturedBody;
}

export interface CapturedResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: CapturedBody;
}

export interface CapturedOnion {
  readonly path: readonly string[];
  readonly enc_type: 'xchacha20' | 'aes-gcm';
  readonly layer_json: readonly JsonObject[];
  readonly final_plain: { readonly body: string; readonly control: JsonObject | string };
}

export interface CapturedPair {
  readonly name: string;
  readonly note: string;
  readonly request: CapturedRequest;
  readonly response: CapturedResponse;
  readonly onion?: CapturedOnion;
  readonly decrypted_response?: string | null;
  readonly server_saw?: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: CapturedBody;
  };
  /** Only of `rate_limit`. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly response_429?: { readonly headers: readonly string[]; readonly body: string };
  readonly raw_response?: string;
}

export interface CapturedNode {
  readonly pubkey_ed25519: string;
  readonly pubkey_x25519: string;
  readonly public_ip: string;
  readonly storage_port: number;
  readonly swarm: string;
}

export interface CaptureFile {
  readonly nodes: readonly CapturedNode[];
  readonly captures: readonly CapturedPair[];
}

export function loadCaptures(): CaptureFile {
  return loadVectors<CaptureFile>('storage-server-captures.json');
}

const CUT = /…\[(\d+) chars total, cut in this capture\]$/;

/** A body that was cut is one long message of a repeated byte: its length says how long. */
function rebuilt(text: string): string {
  const total = Number(CUT.exec(text)?.[1]);
  const kept = text.replace(CUT, '');
  const start = kept.indexOf('"data":"') + '"data":"'.length;
  const byte = Buffer.from(kept.slice(start, start + 4), 'base64')[0] ?? 0;
  for (const end of ['"}}', '"}}]}}']) {
    const length = total - start - end.length;
    const bytes = Math.floor((length * 3) / 4);
    for (const size of [bytes, bytes - 1, bytes - 2]) {
      const data = Buffer.alloc(size, byte).toString('base64');
      if (data.length === length && data.startsWith(kept.slice(start)))
        return kept.slice(0, start) + data + end;
    }
  }
  throw new Error('a cut body that cannot be rebuilt');
}

export function bodyBytes(body: CapturedBody | undefined): Uint8Array {
  if (body?.text !== undefined) return utf8ToBytes(CUT.test(body.text) ? rebuilt(body.text) : body.text);
  return body?.base64 === undefined ? new Uint8Array() : base64ToBytes(body.base64);
}

/** JSON of a text, or undefined when it is none. */
export function jsonOf(text: string | undefined | null): JsonValue | undefined {
  try {
    return text == null ? undefined : (JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}

/** The RPC that a pair carries, be it direct or inside an onion. */
export function rpcOf(pair: CapturedPair): { method: string; params: JsonObject } | null {
  const isDirect = pair.request?.path === '/storage_rpc/v1' && pair.request.method === 'POST';
  const text = isDirect
    ? new TextDecoder().decode(bodyBytes(pair.request.body))
    : pair.onion?.final_plain.body;
  const value = jsonOf(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { method, params } = value;
  if (typeof method !== 'string' || typeof params !== 'object' || params === null) return null;
  return { method, params: params as JsonObject };
}

/** Status and body as the destination gave them. */
export function answerOf(pair: CapturedPair): { status: number; body: JsonValue | undefined } {
  const inner = jsonOf(pair.decrypted_response) as { status: number; body: JsonValue } | undefined;
  if (!inner) return { status: pair.response.status, body: jsonOf(pair.response.body.text) };
  return { status: inner.status, body: typeof inner.body === 'string' ? jsonOf(inner.body) : inner.body };
}

function firstTime(value: JsonValue | undefined): number | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value) && typeof value['t'] === 'number') return value['t'];
  for (const inner of Object.values(value)) {
    const found = firstTime(inner);
    if (found !== null) return found;
  }
  return null;
}

/** The clock of the node when it answered: its `t`, or else its `Date` (whole seconds). */
export function clockOf(pair: CapturedPair): number {
  const headers = pair.response?.headers ?? [];
  const date = headers.find(([name]) => name === 'Date')?.[1];
  const listed = pair.response_429?.headers ?? [];
  const at = listed.indexOf('Date');
  const fromRaw = /\r\nDate: ([^\r]+)/.exec(pair.raw_response ?? '')?.[1];
  const answered = pair.response ? firstTime(answerOf(pair).body) : null;
  return answered ?? Date.parse(date ?? (at >= 0 ? listed[at + 1] : undefined) ?? fromRaw ?? '');
}
