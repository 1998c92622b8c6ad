// A ZIP archive written front to back (PKWARE APPNOTE 6.3.10): entries are stored as they are, their lengths follow them, and
// places beyond 4 GiB or more than 65,535 entries are written the ZIP64 way. One entry has less than 4 GiB.
import { concatBytes, utf8ToBytes } from '../bytes/index.ts';
import { InvariantError } from '../errors.ts';

export interface ZipWriter {
  /**
   * Begins an entry.
   * @param path as it will be unpacked: names safe on every system, `/` between
   * @param modifiedMs milliseconds since 1970; shown in UTC
   */
  begin(path: string, modifiedMs: number): Uint8Array;
  /** Bytes of the entry; returned as they are, to be written next. */
  data(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
  /** The directory, which closes the archive. */
  finish(): Generator<Uint8Array>;
}

interface Entry {
  readonly path: Uint8Array;
  readonly time: number;
  readonly offset: number;
  crc: number;
  bytes: number;
}

const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;
/** Lengths follow the data; names are UTF-8. */
const FLAGS = 0x0808;
const VERSION = 45;
/** Regular files, readable by their owner. */
const ATTRIBUTES = 0o100600 * 0x1_0000;

export function createZipWriter(): ZipWriter {
  const entries: Entry[] = [];
  let open: Entry | null = null;
  let offset = 0;
  const written = (bytes: Uint8Array) => {
    offset += bytes.length;
    return bytes;
  };
  const current = (): Entry => {
    if (!open) throw new InvariantError('an entry that was begun');
    return open;
  };

  return {
    begin(path, modifiedMs) {
      if (open) throw new InvariantError('one entry at a time');
      open = { path: utf8ToBytes(path), time: dosTime(modifiedMs), offset, crc: MAX_32, bytes: 0 };
      entries.push(open);
      const head = fields(
        [4, 0x04034b50],
        [2, VERSION],
        [2, FLAGS],
        [2, 0],
        [4, open.time],
        [4, 0],
        [4, 0],
        [4, 0],
        [2, open.path.length],
        [2, 0]
      );
      return written(concatBytes(head, open.path));
    },
    data(bytes) {
      const entry = current();
      entry.crc = crc32(entry.crc, bytes);
      entry.bytes += bytes.length;
      if (entry.bytes > MAX_32 - 1) throw new InvariantError('an entry below 4 GiB');
      return written(bytes);
    },
    end() {
      const entry = current();
      entry.crc = (entry.crc ^ MAX_32) >>> 0;
      open = null;
      return written(fields([4, 0x08074b50], [4, entry.crc], [4, entry.bytes], [4, entry.bytes]));
    },
    *finish() {
      const start = offset;
      for (const entry of entries) yield written(directoryEntry(entry));
      yield* closing(entries.length, start, offset);
    }
  };
}

function directoryEntry({ path, time, offset, crc, bytes }: Entry): Uint8Array {
  const isFar = offset >= MAX_32;
  const extra = isFar ? concatBytes(fields([2, 1], [2, 8]), u64(offset)) : new Uint8Array(0);
  const head = fields(
    [4, 0x02014b50],
    [2, 0x0300 | VERSION],
    [2, VERSION],
    [2, FLAGS],
    [2, 0],
    [4, time],
    [4, crc],
    [4, bytes],
    [4, bytes],
    [2, path.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, ATTRIBUTES],
    [4, isFar ? MAX_32 : offset]
  );
  return concatBytes(head, path, extra);
}

function* closing(count: number, start: number, end: number): Generator<Uint8Array> {
  const size = end - start;
  if (count >= MAX_16 || start >= MAX_32 || size >= MAX_32) {
    yield concatBytes(
      fields([4, 0x06064b50]),
      u64(44),
      fields([2, VERSION], [2, VERSION], [4, 0], [4, 0]),
      u64(count),
      u64(count),
      u64(size),
      u64(start),
      fields([4, 0x07064b50], [4, 0]),
      u64(end),
      fields([4, 1])
    );
  }
  const few = Math.min(count, MAX_16);
  yield fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, few],
    [2, few],
    [4, Math.min(size, MAX_32)],
    [4, Math.min(start, MAX_32)],
    [2, 0]
  );
}

/** Little-endian fields: bytes and value. */
function fields(...list: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const bytes = new Uint8Array(list.reduce((sum, [length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [length, value] of list) {
    if (length === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value >>> 0, true);
    at += length;
  }
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

/** MS-DOS date and time, which begin in 1980. */
function dosTime(ms: number): number {
  const date = new Date(Math.max(ms, Date.UTC(1980, 0, 1)));
  const year = Math.min(date.getUTCFullYear() - 1980, 127);
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time =
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | Math.floor(date.getUTCSeconds() / 2);
  return ((day << 16) | time) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc32(before: number, bytes: Uint8Array): number {
  let crc = before;
  for (let index = 0; index < bytes.length; index++) {
    crc = (CRC_TABLE[(crc ^ (bytes[index] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return crc >>> 0;
}
