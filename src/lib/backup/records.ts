// The plain stream of a backup as records (docs/backup-format.md §4): kind u8 ‖ length u32be ‖ payload. The record `end`
// closes it; after that only zeros follow. Records of kinds that are not known are passed over.
import { concatBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { damaged } from './errors.ts';

export const RECORD_KINDS = {
  end: 0,
  manifest: 1,
  account: 2,
  profile: 3,
  settings: 4,
  config: 5,
  conversation: 6,
  deleted: 7,
  message: 8,
  media: 9,
  mediaData: 10,
  mediaEnd: 11
} as const;

export type RecordName = keyof typeof RECORD_KINDS;

const NAMES = new Map<number, RecordName>(
  Object.entries(RECORD_KINDS).map(([name, kind]) => [kind, name as RecordName])
);
const HEAD_BYTES = 5;
/** Largest payload that is held in memory; documents of an account with many contacts are the largest there are. */
export const MAX_PAYLOAD_BYTES = 16 * 1_048_576;
const LIMITS: Partial<Record<RecordName, number>> = { message: 1_048_576, mediaData: 1_048_576 };

export interface BackupRecord {
  readonly name: RecordName;
  readonly payload: Uint8Array;
}

/** @throws UsageError for a payload that no reader accepts */
export function encodeRecord(name: RecordName, payload: Uint8Array): Uint8Array {
  if (payload.length > limitOf(name)) throw new UsageError(`a ${name} record within its limit`);
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = RECORD_KINDS[name];
  new DataView(head.buffer).setUint32(1, payload.length);
  return concatBytes(head, payload);
}

/** Puts records together from pieces of the stream. */
export interface RecordReader {
  /**
   * Records that became whole.
   * @throws BackupError `backup-damaged`
   */
  push(plain: Uint8Array): Generator<BackupRecord>;
  /** The stream is over. @throws BackupError `backup-damaged` when `end` did not come */
  finish(): void;
}

export function createRecordReader(): RecordReader {
  /** Of a record that is not whole yet. */
  let parts: Uint8Array[] = [];
  let held = 0;
  /** Of the record under way, once its head was read. */
  let head: { readonly name: RecordName | null; left: number } | null = null;
  let hasEnded = false;

  const hold = (bytes: Uint8Array) => {
    parts.push(bytes.slice());
    held += bytes.length;
  };
  const release = (): Uint8Array => {
    const whole = parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(...parts);
    parts = [];
    held = 0;
    return whole;
  };

  return {
    *push(plain) {
      let offset = 0;
      while (offset < plain.length || (head && head.left === 0)) {
        if (hasEnded) {
          if (plain.subarray(offset).some((byte) => byte !== 0)) throw damaged('filling');
          return;
        }
        if (!head) {
          const part = plain.subarray(offset, offset + HEAD_BYTES - held);
          hold(part);
          offset += part.length;
          if (held === HEAD_BYTES) head = readHead(release());
          continue;
        }
        const part = plain.subarray(offset, offset + head.left);
        offset += part.length;
        head.left -= part.length;
        if (head.name !== null) hold(part);
        if (head.left > 0) continue;
        const { name } = head;
        head = null;
        if (name === null) continue;
        hasEnded = name === 'end';
        yield { name, payload: release() };
      }
    },
    finish() {
      if (!hasEnded) throw damaged('end');
    }
  };
}

function readHead(bytes: Uint8Array): { name: RecordName | null; left: number } {
  const name = NAMES.get(bytes[0] as number) ?? null;
  const left = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (name !== null && left > limitOf(name)) throw damaged(name);
  return { name, left };
}

function limitOf(name: RecordName): number {
  return LIMITS[name] ?? MAX_PAYLOAD_BYTES;
}
