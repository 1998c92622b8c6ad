// The entropy coders of Zstandard (RFC 8878 §4): bit streams, FSE tables and Huffman tables. Reading only.
import { malformed, type WireError } from '../wire/index.ts';

export function badFrame(): WireError {
  return malformed('zstd');
}

/** Index of the highest set bit of a positive integer below 2^31. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

/** A byte of the input, zero past its end: bit readers look ahead and check afterwards how far they went. */
const byteAt = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;

/** Reads bits from the last to the first; the highest set bit of the last byte only marks where they begin (§4.1). */
export class BackwardBits {
  /** Bits not yet read. */
  left: number;
  readonly #bytes: Uint8Array;

  /** @throws WireError `malformed` for no bytes or a last byte of zero */
  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1);
    if (!last) throw badFrame();
    this.#bytes = bytes;
    this.left = (bytes.length - 1) * 8 + highestBit(last);
  }

  /** `count` 0 … 31 bits. @throws WireError `malformed` when there are fewer */
  read(count: number): number {
    if (count > this.left) throw badFrame();
    this.left -= count;
    return this.#at(this.left, count);
  }

  /** The next `count` bits, at most 16, without taking them; zeros follow the last one. */
  peek(count: number): number {
    const from = this.left - count;
    return from >= 0 ? this.#at(from, count) : this.#at(0, this.left) << -from;
  }

  skip(count: number): void {
    if (count > this.left) throw badFrame();
    this.left -= count;
  }

  #at(from: number, count: number): number {
    const bytes = this.#bytes;
    const index = from >>> 3;
    const shift = from & 7;
    const low = byteAt(bytes, index) | (byteAt(bytes, index + 1) << 8) | (byteAt(bytes, index + 2) << 16);
    if (count <= 16) return (low >>> shift) & ((1 << count) - 1);
    const high = byteAt(bytes, index + 3) + byteAt(bytes, index + 4) * 256;
    return Math.floor((low + high * 2 ** 24) / 2 ** shift) % 2 ** count;
  }
}

/** One row a state: what it means, and how to reach the next one. */
export interface FseTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** A table with one state, for symbols that are always the same. */
export function singleSymbolTable(symbol: number): FseTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    bases: new Uint16Array(1)
  };
}

/**
 * A table as described in a block (§4.1.1).
 * @returns the table and the number of bytes its description takes
 * @throws WireError `malformed`
 */
export function readFseTable(
  bytes: Uint8Array,
  limits: { maxLog: number; maxSymbol: number }
): { table: FseTable; length: number } {
  let position = 4;
  const accuracyLog = (byteAt(bytes, 0) & 15) + 5;
  if (accuracyLog > limits.maxLog) throw badFrame();
  const peek = (count: number) => {
    const index = position >>> 3;
    const word = byteAt(bytes, index) | (byteAt(bytes, index + 1) << 8) | (byteAt(bytes, index + 2) << 16);
    return (word >>> (position & 7)) & ((1 << count) - 1);
  };
  const probabilities: number[] = [];
  let remaining = 1 << accuracyLog;
  while (remaining > 0) {
    if (probabilities.length > limits.maxSymbol) throw badFrame();
    const bits = highestBit(remaining + 1) + 1;
    const lowMask = (1 << (bits - 1)) - 1;
    const threshold = (1 << bits) - 2 - remaining;
    let value = peek(bits);
    if ((value & lowMask) < threshold) {
      value &= lowMask;
      position += bits - 1;
    } else {
      if (value > lowMask) value -= threshold;
      position += bits;
    }
    const probability = value - 1;
    remaining -= Math.abs(probability);
    probabilities.push(probability);
    if (probability !== 0) continue;
    let repeat: number;
    do {
      repeat = peek(2);
      position += 2;
      for (let count = repeat; count > 0; count--) probabilities.push(0);
    } while (repeat === 3 && probabilities.length <= limits.maxSymbol);
  }
  const length = (position + 7) >>> 3;
  if (remaining < 0 || probabilities.length > limits.maxSymbol + 1 || length > bytes.length) throw badFrame();
  return { table: buildFseTable(accuracyLog, probabilities), length };
}

/** The states of given probabilities; −1 is "less than one" (§4.1.1). */
export function buildFseTable(accuracyLog: number, probabilities: readonly number[]): FseTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(probabilities.length);
  let high = size;
  probabilities.forEach((probability, symbol) => {
    next[symbol] = Math.abs(probability);
    if (probability === -1) symbols[--high] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  probabilities.forEach((probability, symbol) => {
    for (let count = probability; count > 0; count--) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position >= high);
    }
  });
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  symbols.forEach((symbol, state) => {
    const value = next[symbol] as number;
    next[symbol] = value + 1;
    const count = accuracyLog - highestBit(value);
    bits[state] = count;
    bases[state] = (value << count) - size;
  });
  return { accuracyLog, symbols, bits, bases };
}

export interface HuffmanTable {
  /** Longest code, at most 11 bits. */
  readonly maxBits: number;
  /** By the next `maxBits` bits. */
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

const MAX_HUFFMAN_BITS = 11;
const MAX_WEIGHT_LOG = 6;

/**
 * A Huffman table as described before literals (§4.2.1).
 * @returns the table and the number of bytes its description takes
 * @throws WireError `malformed`
 */
export function readHuffmanTable(bytes: Uint8Array): { table: HuffmanTable; length: number } {
  const header = byteAt(bytes, 0);
  const isDirect = header >= 128;
  const count = header - 127;
  const length = 1 + (isDirect ? (count + 1) >> 1 : header);
  if (length > bytes.length) throw badFrame();
  const described = bytes.subarray(1, length);
  const weights = isDirect
    ? Array.from({ length: count }, (_, index) => {
        const pair = byteAt(described, index >> 1);
        return index % 2 === 0 ? pair >> 4 : pair & 15;
      })
    : readWeights(described);
  return { table: buildHuffmanTable(weights), length };
}

/** Two states take turns until the bits are used up. */
function readWeights(bytes: Uint8Array): number[] {
  const { table, length } = readFseTable(bytes, { maxLog: MAX_WEIGHT_LOG, maxSymbol: 255 });
  const stream = new BackwardBits(bytes.subarray(length));
  const states = [stream.read(table.accuracyLog), stream.read(table.accuracyLog)];
  const weights: number[] = [];
  for (let turn = 0; ; turn ^= 1) {
    if (weights.length > 254) throw badFrame();
    const state = states[turn] as number;
    weights.push(table.symbols[state] as number);
    const bits = table.bits[state] as number;
    if (bits > stream.left) {
      weights.push(table.symbols[states[turn ^ 1] as number] as number);
      return weights;
    }
    states[turn] = (table.bases[state] as number) + stream.read(bits);
  }
}

/** The last weight is not written: it makes the sum a power of two. */
function buildHuffmanTable(weights: readonly number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) {
    if (weight > MAX_HUFFMAN_BITS) throw badFrame();
    if (weight > 0) sum += 1 << (weight - 1);
  }
  if (sum === 0) throw badFrame();
  const maxBits = highestBit(sum) + 1;
  const rest = (1 << maxBits) - sum;
  if (maxBits > MAX_HUFFMAN_BITS || (rest & (rest - 1)) !== 0 || weights.length > 255) throw badFrame();
  const all = [...weights, highestBit(rest) + 1];
  const symbols = new Uint8Array(1 << maxBits);
  const bits = new Uint8Array(1 << maxBits);
  let start = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    all.forEach((candidate, symbol) => {
      if (candidate !== weight) return;
      const end = start + (1 << (weight - 1));
      symbols.fill(symbol, start, end);
      bits.fill(maxBits + 1 - weight, start, end);
      start = end;
    });
  }
  return { maxBits, symbols, bits };
}

/** Fills `literals` from one stream (§4.2.2). @throws WireError `malformed` unless it ends exactly there */
export function decodeHuffmanStream(stream: Uint8Array, table: HuffmanTable, literals: Uint8Array): void {
  const bits = new BackwardBits(stream);
  const { maxBits } = table;
  for (let index = 0; index < literals.length; index++) {
    const code = bits.peek(maxBits);
    literals[index] = table.symbols[code] as number;
    bits.skip(table.bits[code] as number);
  }
  if (bits.left !== 0) throw badFrame();
}
