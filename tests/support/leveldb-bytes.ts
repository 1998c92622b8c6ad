// What stands in the files of a LevelDB, old versions and deleted entries included: the fragments of its logs put together, the
// blocks of its tables uncompressed. For reading a browser profile as whoever stole it would.

const LOG_BLOCK = 32_768;
const LOG_HEADER = 7;
const FOOTER = 48;
const TABLE_MAGIC = Buffer.from('57fb808b247547db', 'hex');
const SNAPPY = 1;
const MAX_BLOCK = 64 * 1024 * 1024;

/** @returns buffers that hold every record in one piece; a damaged part is passed over */
export function leveldbBytes(name: string, file: Buffer): Buffer[] {
  if (name.endsWith('.log')) return [logBytes(file)];
  if (name.endsWith('.ldb') || name.endsWith('.sst')) return tableBlocks(file);
  return [];
}

/** Records of a log are cut at its blocks of 32 KiB, each piece behind checksum(4), length(2) and kind(1). */
function logBytes(file: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let block = 0; block < file.length; block += LOG_BLOCK) {
    const end = Math.min(block + LOG_BLOCK, file.length);
    let at = block;
    while (at + LOG_HEADER <= end) {
      const length = file.readUInt16LE(at + 4);
      const kind = file[at + 6] as number;
      if (kind < 1 || kind > 4 || at + LOG_HEADER + length > end) break;
      pieces.push(file.subarray(at + LOG_HEADER, at + LOG_HEADER + length));
      at += LOG_HEADER + length;
    }
  }
  return Buffer.concat(pieces);
}

function tableBlocks(file: Buffer): Buffer[] {
  if (file.length < FOOTER || !file.subarray(-8).equals(TABLE_MAGIC)) return [];
  const footer = file.subarray(file.length - FOOTER);
  const [, afterMeta] = handleAt(footer, 0);
  const [index] = handleAt(footer, afterMeta);
  const indexBlock = blockAt(file, index);
  if (!indexBlock) return [];
  return handlesOf(indexBlock).flatMap((handle) => blockAt(file, handle) ?? []);
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

function handleAt(bytes: Buffer, at: number): [Handle, number] {
  const [offset, afterOffset] = varint(bytes, at);
  const [size, end] = varint(bytes, afterOffset);
  return [{ offset, size }, end];
}

/** Entries of an index block: shared(v) ‖ rest(v) ‖ length(v) ‖ key ‖ value, where the value is a handle. */
function handlesOf(block: Buffer): Handle[] {
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 * (restarts + 1);
  const handles: Handle[] = [];
  let at = 0;
  while (at < end) {
    const [, afterShared] = varint(block, at);
    const [rest, afterRest] = varint(block, afterShared);
    const [length, afterLength] = varint(block, afterRest);
    const valueAt = afterLength + rest;
    handles.push(handleAt(block, valueAt)[0]);
    at = valueAt + length;
  }
  return handles;
}

function blockAt(file: Buffer, { offset, size }: Handle): Buffer | null {
  if (offset + size + 1 > file.length) return null;
  const bytes = file.subarray(offset, offset + size);
  return file[offset + size] === SNAPPY ? unsnap(bytes) : bytes;
}

function varint(bytes: Buffer, at: number): [number, number] {
  let value = 0;
  for (let shift = 0; shift < 50; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return [value, at];
}

/** Snappy's raw format; null for what is not. */
export function unsnap(bytes: Buffer): Buffer | null {
  const [length, start] = varint(bytes, 0);
  if (length > MAX_BLOCK) return null;
  const out = Buffer.alloc(length);
  let at = start;
  let to = 0;
  while (at < bytes.length && to < length) {
    const tag = bytes[at++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      let size = (tag >> 2) + 1;
      if (size > 60) {
        const extra = size - 60;
        size = bytes.readUIntLE(at, extra) + 1;
        at += extra;
      }
      to += bytes.copy(out, to, at, at + size);
      at += size;
      continue;
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    let offset: number;
    if (kind === 1) offset = ((tag >> 5) << 8) | (bytes[at++] as number);
    else {
      const width = kind === 2 ? 2 : 4;
      offset = bytes.readUIntLE(at, width);
      at += width;
    }
    if (offset === 0 || offset > to) return null;
    for (let count = 0; count < size && to < length; count++, to++) out[to] = out[to - offset] as number;
  }
  return to === length ? out : null;
}
