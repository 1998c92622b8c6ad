// Reads a Zstandard frame (RFC 8878 §3): config messages and messages of groups may be compressed. Everything is bounded
// before it is done, so that no input takes more time or memory than its output may have. Checksums are not compared,
// since the bytes were authenticated; dictionaries are refused.
import { requireAtMost, tooLarge } from '../wire/index.ts';
import {
  BackwardBits,
  badFrame,
  buildFseTable,
  decodeHuffmanStream,
  readFseTable,
  readHuffmanTable,
  singleSymbolTable,
  type FseTable,
  type HuffmanTable
} from './zstd-entropy.ts';

const MAGIC = 0xfd2fb528;
const MAX_BLOCK_BYTES = 128 * 1024;
const CHECKSUM_BYTES = 4;
const FIRST_BUFFER_BYTES = 4096;

/** Baseline and extra bits of each code of literal lengths and match lengths (§3.1.1.3.2.1.1). */
const LITERAL_LENGTHS = lengthCodes(
  [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  0
);
const MATCH_LENGTHS = lengthCodes(
  [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  3
);
const MAX_OFFSET_CODE = 31;

/** Tables that need no description (§3.1.1.3.2.2). */
const DEFAULT_LITERAL_LENGTHS = buildFseTable(
  6,
  [
    4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
    -1, -1
  ]
);
const DEFAULT_MATCH_LENGTHS = buildFseTable(
  6,
  [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1
  ]
);
const DEFAULT_OFFSETS = buildFseTable(
  5,
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]
);

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

interface LengthCode {
  readonly base: number;
  readonly bits: number;
}

function lengthCodes(bits: readonly number[], first: number): LengthCode[] {
  let base = first;
  return bits.map((count) => {
    const code = { base, bits: count };
    base += 1 << count;
    return code;
  });
}

/**
 * The content of one frame.
 * @param maxBytes largest content
 * @throws WireError `malformed` for anything but one whole frame without dictionary, `too-large`
 */
export function decompressZstd(frame: Uint8Array, maxBytes: number): Uint8Array {
  const header = readHeader(frame);
  if (header.contentBytes !== null && header.contentBytes > maxBytes) throw tooLarge('zstd', maxBytes);
  const output = new Output(maxBytes, header.contentBytes ?? FIRST_BUFFER_BYTES);
  const blocks = new BlockDecoder(output, header.maxBlockBytes);
  let offset = header.length;
  let isLast = false;
  while (!isLast) {
    if (offset + 3 > frame.length) throw badFrame();
    const head = littleEndian(frame, offset, 3);
    isLast = (head & 1) === 1;
    const type = (head >> 1) & 3;
    const size = head >> 3;
    if (size > header.maxBlockBytes) throw badFrame();
    const start = offset + 3;
    offset = start + (type === 1 ? 1 : size);
    if (offset > frame.length) throw badFrame();
    if (type === 0) output.append(frame.subarray(start, offset));
    else if (type === 1) output.fill(frame[start] as number, size);
    else if (type === 2) blocks.decode(frame.subarray(start, offset));
    else throw badFrame();
  }
  if (offset + (header.hasChecksum ? CHECKSUM_BYTES : 0) !== frame.length) throw badFrame();
  if (header.contentBytes !== null && header.contentBytes !== output.length) throw badFrame();
  return output.bytes();
}

function littleEndian(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index--) value = value * 256 + (bytes[offset + index] ?? 0);
  return value;
}

interface FrameHeader {
  readonly length: number;
  /** null where the frame does not say. */
  readonly contentBytes: number | null;
  readonly maxBlockBytes: number;
  readonly hasChecksum: boolean;
}

function readHeader(frame: Uint8Array): FrameHeader {
  const descriptor = frame[4] ?? 0;
  if (littleEndian(frame, 0, 4) !== MAGIC || (descriptor & 0b1000) !== 0) throw badFrame();
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  let offset = 5;
  let windowBytes = Infinity;
  if (!isSingleSegment) {
    const window = frame[offset++] ?? 0;
    windowBytes = 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8);
  }
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  if (littleEndian(frame, offset, dictionaryBytes) !== 0) throw badFrame();
  offset += dictionaryBytes;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && !isSingleSegment ? 0 : 1 << sizeFlag;
  const size = littleEndian(frame, offset, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  offset += sizeBytes;
  if (offset > frame.length) throw badFrame();
  return {
    length: offset,
    contentBytes: sizeBytes === 0 ? null : size,
    maxBlockBytes: Math.min(MAX_BLOCK_BYTES, isSingleSegment ? Math.max(size, 1) : windowBytes),
    hasChecksum: (descriptor & 0b100) !== 0
  };
}

/** What was written so far; matches copy from it. */
class Output {
  length = 0;
  readonly #maxBytes: number;
  #buffer: Uint8Array;

  constructor(maxBytes: number, capacity: number) {
    this.#maxBytes = maxBytes;
    this.#buffer = new Uint8Array(Math.min(capacity, maxBytes));
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  fill(value: number, count: number): void {
    this.#reserve(count);
    this.#buffer.fill(value, this.length, this.length + count);
    this.length += count;
  }

  /** Copies from `distance` bytes back; what is copied may be what is being written. */
  repeat(distance: number, count: number): void {
    if (distance > this.length || distance < 1) throw badFrame();
    this.#reserve(count);
    const buffer = this.#buffer;
    let to = this.length;
    this.length += count;
    if (distance >= count) buffer.copyWithin(to, to - distance, to - distance + count);
    else for (; to < this.length; to++) buffer[to] = buffer[to - distance] as number;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.#maxBytes) throw tooLarge('zstd', this.#maxBytes);
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.min(this.#maxBytes, Math.max(needed, this.#buffer.length * 2)));
    larger.set(this.#buffer.subarray(0, this.length));
    this.#buffer = larger;
  }
}

interface SequenceTables {
  readonly literalLengths: FseTable;
  readonly offsets: FseTable;
  readonly matchLengths: FseTable;
}

/** Compressed blocks of one frame (§3.1.1.3); tables and offsets live on from block to block. */
class BlockDecoder {
  readonly #output: Output;
  readonly #maxBlockBytes: number;
  #huffman: HuffmanTable | null = null;
  #tables: SequenceTables | null = null;
  readonly #recentOffsets: [number, number, number] = [1, 4, 8];

  constructor(output: Output, maxBlockBytes: number) {
    this.#output = output;
    this.#maxBlockBytes = maxBlockBytes;
  }

  decode(block: Uint8Array): void {
    const { literals, length } = this.#literals(block);
    this.#sequences(block.subarray(length), literals);
  }

  #literals(block: Uint8Array): { literals: Uint8Array; length: number } {
    const type = (block[0] ?? 0) & 3;
    const format = ((block[0] ?? 0) >> 2) & 3;
    if (type >= 2) return this.#compressedLiterals(block, format, type === 3);
    const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
    const size = littleEndian(block, 0, headerBytes) >> (headerBytes === 1 ? 3 : 4);
    const length = headerBytes + (type === 1 ? 1 : size);
    if (size > this.#maxBlockBytes || length > block.length) throw badFrame();
    const literals =
      type === 1
        ? new Uint8Array(size).fill(block[headerBytes] as number)
        : block.subarray(headerBytes, length);
    return { literals, length };
  }

  #compressedLiterals(block: Uint8Array, format: number, isTreeless: boolean) {
    const sizeBits = [10, 10, 14, 18][format] as number;
    const headerBytes = [3, 3, 4, 5][format] as number;
    const sizes = Math.floor(littleEndian(block, 0, headerBytes) / 16);
    const size = sizes % 2 ** sizeBits;
    const length = headerBytes + Math.floor(sizes / 2 ** sizeBits);
    if (size > this.#maxBlockBytes || length > block.length) throw badFrame();
    let streams = block.subarray(headerBytes, length);
    if (!isTreeless) {
      const described = readHuffmanTable(streams);
      this.#huffman = described.table;
      streams = streams.subarray(described.length);
    }
    if (this.#huffman === null) throw badFrame();
    const literals = new Uint8Array(size);
    if (format === 0) decodeHuffmanStream(streams, this.#huffman, literals);
    else decodeFourStreams(streams, this.#huffman, literals);
    return { literals, length };
  }

  #sequences(section: Uint8Array, literals: Uint8Array): void {
    const first = section[0];
    if (first === undefined) throw badFrame();
    if (first === 0) {
      if (section.length !== 1) throw badFrame();
      return this.#output.append(literals);
    }
    const headBytes = first < 128 ? 1 : first < 255 ? 2 : 3;
    const count =
      first < 128
        ? first
        : first < 255
          ? (first - 128) * 256 + (section[1] ?? 0)
          : littleEndian(section, 1, 2) + 0x7f00;
    const modes = section[headBytes];
    if (modes === undefined || (modes & 3) !== 0) throw badFrame();
    const length = this.#readTables(section, headBytes + 1, modes);
    this.#execute(section.subarray(length), count, literals);
  }

  /** @returns where the bits of the sequences begin */
  #readTables(section: Uint8Array, start: number, modes: number): number {
    let offset = start;
    const next = (
      mode: number,
      usual: FseTable,
      repeated: FseTable | undefined,
      maxLog: number,
      maxSymbol: number
    ) => {
      if (mode === 0) return usual;
      if (mode === 3) {
        if (!repeated) throw badFrame();
        return repeated;
      }
      if (mode === 1) {
        const symbol = section[offset++];
        if (symbol === undefined || symbol > maxSymbol) throw badFrame();
        return singleSymbolTable(symbol);
      }
      const { table, length } = readFseTable(section.subarray(offset), { maxLog, maxSymbol });
      offset += length;
      return table;
    };
    const before = this.#tables;
    const literalLengths = next(
      modes >> 6,
      DEFAULT_LITERAL_LENGTHS,
      before?.literalLengths,
      9,
      LITERAL_LENGTHS.length - 1
    );
    const offsets = next((modes >> 4) & 3, DEFAULT_OFFSETS, before?.offsets, 8, MAX_OFFSET_CODE);
    const matchLengths = next(
      (modes >> 2) & 3,
      DEFAULT_MATCH_LENGTHS,
      before?.matchLengths,
      9,
      MATCH_LENGTHS.length - 1
    );
    this.#tables = { literalLengths, offsets, matchLengths };
    return offset;
  }

  #execute(stream: Uint8Array, count: number, literals: Uint8Array): void {
    const { literalLengths, offsets, matchLengths } = this.#tables as SequenceTables;
    const bits = new BackwardBits(stream);
    const output = this.#output;
    const end = output.length + this.#maxBlockBytes;
    let literalState = bits.read(literalLengths.accuracyLog);
    let offsetState = bits.read(offsets.accuracyLog);
    let matchState = bits.read(matchLengths.accuracyLog);
    let used = 0;
    for (let left = count; left > 0; left--) {
      const offsetCode = offsets.symbols[offsetState] as number;
      const offsetValue = 2 ** offsetCode + bits.read(offsetCode);
      const match = MATCH_LENGTHS[matchLengths.symbols[matchState] as number] as LengthCode;
      const matchBytes = match.base + bits.read(match.bits);
      const literal = LITERAL_LENGTHS[literalLengths.symbols[literalState] as number] as LengthCode;
      const literalBytes = literal.base + bits.read(literal.bits);
      if (used + literalBytes > literals.length || output.length + literalBytes + matchBytes > end)
        throw badFrame();
      output.append(literals.subarray(used, (used += literalBytes)));
      output.repeat(this.#offset(offsetValue, literalBytes === 0), matchBytes);
      if (left === 1) break;
      literalState = nextState(literalLengths, literalState, bits);
      matchState = nextState(matchLengths, matchState, bits);
      offsetState = nextState(offsets, offsetState, bits);
    }
    if (bits.left !== 0 || output.length + literals.length - used > end) throw badFrame();
    output.append(literals.subarray(used));
  }

  /** The distance an offset value means; the values 1 to 3 name recent ones (§3.1.1.5). */
  #offset(value: number, isWithoutLiterals: boolean): number {
    const recent = this.#recentOffsets;
    if (value > 3) {
      recent.splice(0, 3, value - 3, recent[0], recent[1]);
      return recent[0];
    }
    const index = value - 1 + (isWithoutLiterals ? 1 : 0);
    const distance = index === 3 ? recent[0] - 1 : (recent[index] as number);
    if (index > 0) recent.splice(0, 3, distance, recent[0], index === 1 ? recent[2] : recent[1]);
    return distance;
  }
}

function nextState(table: FseTable, state: number, bits: BackwardBits): number {
  return (table.bases[state] as number) + bits.read(table.bits[state] as number);
}

/** Four streams, the first three of a quarter each (§3.1.1.3.1.6). */
function decodeFourStreams(streams: Uint8Array, table: HuffmanTable, literals: Uint8Array): void {
  const quarter = (literals.length + 3) >> 2;
  let start = 6;
  for (let index = 0; index < 4; index++) {
    const end = index < 3 ? start + littleEndian(streams, index * 2, 2) : streams.length;
    if (start > end || end > streams.length || quarter * 3 > literals.length) throw badFrame();
    const to = index < 3 ? (index + 1) * quarter : literals.length;
    decodeHuffmanStream(streams.subarray(start, end), table, literals.subarray(index * quarter, to));
    start = end;
  }
}

const MAX_STORED_BLOCK_BYTES = MAX_BLOCK_BYTES;

/** A frame that stores `content` uncompressed: longer than its content, but every reader of Zstandard reads it. */
export function storeZstd(content: Uint8Array): Uint8Array<ArrayBuffer> {
  requireAtMost(content, 2 ** 32 - 1, 'zstd');
  const blockCount = Math.max(1, Math.ceil(content.length / MAX_STORED_BLOCK_BYTES));
  const frame = new Uint8Array(9 + blockCount * 3 + content.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, MAGIC, true);
  // Single segment, with a content size of four bytes.
  frame[4] = 0b1010_0000;
  view.setUint32(5, content.length, true);
  let offset = 9;
  for (let index = 0; index < blockCount; index++) {
    const block = content.subarray(index * MAX_STORED_BLOCK_BYTES, (index + 1) * MAX_STORED_BLOCK_BYTES);
    const head = (block.length << 3) | (index === blockCount - 1 ? 1 : 0);
    frame.set([head & 0xff, (head >> 8) & 0xff, head >> 16], offset);
    frame.set(block, offset + 3);
    offset += 3 + block.length;
  }
  return frame;
}
