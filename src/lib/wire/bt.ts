// Bencode, the one codec for everything that uses it: config documents, device groups, forwarded requests
// (config-sync.md §1). Strict: one value has one encoding, since hashes and signatures are over the bytes.
//
//   integer  i<decimal>e, signed 64 bits     list  l…e
//   string   <length>:<bytes>, raw bytes     dict  d<key><value>…e, keys ascending by bytes, unique
//
// Keys are byte strings and often binary. In memory they are JavaScript strings with one unit a byte (latin1), for
// which comparing units is comparing bytes.
import { utf8ToBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { malformed, requireAtMost, tooLarge, type WireError } from './errors.ts';

/** Decoded value. Integers are bigint, since they may exceed 2^53. */
export type BtValue = bigint | Uint8Array | readonly BtValue[] | BtDict;
/** Keys with one unit a byte, see `btKey`. Ascending, as decoded. */
export type BtDict = ReadonlyMap<string, BtValue>;

/** What can be encoded: also safe integers, and text as its UTF-8 bytes. Dicts are sorted while encoding. */
export type BtInput =
  bigint | number | string | Uint8Array | readonly BtInput[] | ReadonlyMap<string, BtInput>;

export interface BtLimits {
  /** Longest input, bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Deepest nesting of lists and dicts. Default 16. */
  readonly maxDepth?: number;
  /** Most values, keys included. Default 50,000. */
  readonly maxItems?: number;
  /** Accepts leading zeros and −0 in integers, as the reference parser of configs does. */
  readonly allowNonCanonicalIntegers?: boolean;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_MAX_DEPTH = 16;
const DEFAULT_MAX_ITEMS = 50_000;
const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;
/** `i-9223372036854775808e` without its frame. */
const MAX_INTEGER_DIGITS = 20;
const MAX_LENGTH_DIGITS = 10;

const DICT = 0x64;
const END = 0x65;
const INTEGER = 0x69;
const LIST = 0x6c;

/** Key of a dict from its bytes. ASCII text is its own key. */
export function btKey(bytes: Uint8Array): string {
  let key = '';
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

/** Bytes of a key. @throws UsageError when a unit is over 255 */
export function btKeyBytes(key: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: key.length }, (_, index) => {
    const unit = key.charCodeAt(index);
    if (unit > 0xff) throw new UsageError('a key with one unit a byte');
    return unit;
  });
}

/**
 * Canonical encoding.
 * @throws UsageError for a number that is no safe integer, an integer outside 64 bits, or a key with units over 255
 */
export function encodeBt(value: BtInput): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  append(writer, value);
  return writer.bytes();
}

function append(writer: Writer, value: BtInput): void {
  if (typeof value === 'bigint' || typeof value === 'number') {
    writer.ascii(`i${integerText(value)}e`);
  } else if (typeof value === 'string') {
    writer.string(utf8ToBytes(value));
  } else if (value instanceof Uint8Array) {
    writer.string(value);
  } else if (value instanceof Map) {
    writer.byte(DICT);
    const dict = value as ReadonlyMap<string, BtInput>;
    for (const key of [...dict.keys()].sort()) {
      writer.key(key);
      append(writer, dict.get(key) as BtInput);
    }
    writer.byte(END);
  } else {
    writer.byte(LIST);
    for (const item of value as readonly BtInput[]) append(writer, item);
    writer.byte(END);
  }
}

/** One growing buffer: a large document has hundreds of thousands of tokens. */
class Writer {
  #buffer = new Uint8Array(256);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index++) this.#buffer[this.#length++] = text.charCodeAt(index);
  }

  string(bytes: Uint8Array): void {
    this.ascii(`${bytes.length}:`);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  key(key: string): void {
    for (let index = 0; index < key.length; index++) {
      if (key.charCodeAt(index) > 0xff) throw new UsageError('a key with one unit a byte');
    }
    this.ascii(`${key.length}:${key}`);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

function integerText(value: bigint | number): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new UsageError('a safe integer');
  const integer = BigInt(value);
  if (integer < LOWEST || integer > HIGHEST) throw new UsageError('an integer of 64 bits');
  return integer.toString();
}

/**
 * The one value `bytes` encode. Strings are views of `bytes`.
 * @throws WireError `malformed` (`details.offset`) for anything but a single canonical value, `too-large`
 */
export function decodeBt(bytes: Uint8Array, limits: BtLimits = {}): BtValue {
  return new Parser(bytes, limits).document();
}

/**
 * As `decodeBt`, for a dict.
 * @returns the dict, and for each key the offset at which its token begins: a signature covers the bytes before
 *   its own key
 */
export function decodeBtDict(
  bytes: Uint8Array,
  limits: BtLimits = {}
): { dict: BtDict; keyOffsets: ReadonlyMap<string, number> } {
  const parser = new Parser(bytes, limits);
  const dict = parser.document();
  if (!isBtDict(dict)) throw malformed('bt', 'dict', { offset: 0 });
  return { dict, keyOffsets: parser.outerKeyOffsets };
}

export function isBtDict(value: BtValue | undefined): value is BtDict {
  return value instanceof Map;
}

class Parser {
  readonly outerKeyOffsets = new Map<string, number>();
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  readonly #maxItems: number;
  readonly #integerPattern: RegExp;
  #offset = 0;
  #items = 0;

  constructor(bytes: Uint8Array, limits: BtLimits) {
    requireAtMost(bytes, limits.maxBytes ?? DEFAULT_MAX_BYTES, 'bt');
    this.#bytes = bytes;
    this.#maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.#maxItems = limits.maxItems ?? DEFAULT_MAX_ITEMS;
    this.#integerPattern = limits.allowNonCanonicalIntegers ? /^-?\d+$/ : /^(?:0|-?[1-9]\d*)$/;
  }

  document(): BtValue {
    const value = this.#value(1);
    if (this.#offset !== this.#bytes.length) throw this.#malformed();
    return value;
  }

  #value(depth: number): BtValue {
    this.#count();
    switch (this.#bytes[this.#offset]) {
      case INTEGER:
        return this.#integer();
      case LIST:
        return this.#list(depth);
      case DICT:
        return this.#dict(depth);
      default:
        return this.#string();
    }
  }

  #integer(): bigint {
    const text = this.#ascii(this.#offset + 1, END, MAX_INTEGER_DIGITS);
    if (!this.#integerPattern.test(text)) throw this.#malformed();
    const value = BigInt(text);
    if (value < LOWEST || value > HIGHEST) throw this.#malformed();
    this.#offset += text.length + 2;
    return value;
  }

  #string(): Uint8Array {
    const text = this.#ascii(this.#offset, 0x3a, MAX_LENGTH_DIGITS);
    if (!/^(?:0|[1-9]\d*)$/.test(text)) throw this.#malformed();
    const start = this.#offset + text.length + 1;
    const end = start + Number(text);
    if (end > this.#bytes.length) throw this.#malformed();
    this.#offset = end;
    return this.#bytes.subarray(start, end);
  }

  #list(depth: number): BtValue[] {
    this.#enter(depth);
    const list: BtValue[] = [];
    while (!this.#leave()) list.push(this.#value(depth + 1));
    return list;
  }

  #dict(depth: number): BtDict {
    this.#enter(depth);
    const dict = new Map<string, BtValue>();
    let previous: string | null = null;
    while (!this.#leave()) {
      const offset = this.#offset;
      this.#count();
      const key = btKey(this.#string());
      if (previous !== null && key <= previous) throw this.#malformed();
      previous = key;
      if (depth === 1) this.outerKeyOffsets.set(key, offset);
      dict.set(key, this.#value(depth + 1));
    }
    return dict;
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw tooLarge('bt', this.#maxDepth, 'depth');
    this.#offset++;
  }

  #leave(): boolean {
    if (this.#bytes[this.#offset] !== END) return false;
    this.#offset++;
    return true;
  }

  #count(): void {
    if (++this.#items > this.#maxItems) throw tooLarge('bt', this.#maxItems, 'items');
  }

  /** Text up to `terminator`, which must come within `limit` characters. */
  #ascii(start: number, terminator: number, limit: number): string {
    const length = this.#bytes.subarray(start, start + limit + 1).indexOf(terminator);
    if (length < 0) throw this.#malformed();
    return btKey(this.#bytes.subarray(start, start + length));
  }

  #malformed(): WireError {
    return malformed('bt', undefined, { offset: this.#offset });
  }
}
