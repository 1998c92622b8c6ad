// Bencode, the one codec for everything that uses it: config documents, device groups, forwarded requests
// (config-sync.md §1). Strict: one value has one encoding, since hashes and signatures are over the bytes.
//
//   integer  i<decimal>e, signed 64 bits     list  l…e
//   string   <length>:<bytes>, raw bytes     dict  d<key><value>…e, keys ascending by bytes, unique
//
// Keys are byte strings and often binary. In memory they are JavaScript strings with one unit a byte (latin1), for
// which comparing units is comparing bytes.
import { concatBytes, utf8ToBytes } from '../bytes/index.ts';
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
  const parts: Uint8Array[] = [];
  append(parts, value);
  return concatBytes(...parts);
}

function append(parts: Uint8Array[], value: BtInput): void {
  if (typeof value === 'bigint' || typeof value === 'number') {
    parts.push(utf8ToBytes(`i${integerText(value)}e`));
  } else if (typeof value === 'string') {
    appendString(parts, utf8ToBytes(value));
  } else if (value instanceof Uint8Array) {
    appendString(parts, value);
  } else if (value instanceof Map) {
    parts.push(Uint8Array.of(DICT));
    const dict = value as ReadonlyMap<string, BtInput>;
    for (const key of [...dict.keys()].sort()) {
      appendString(parts, btKeyBytes(key));
      append(parts, dict.get(key) as BtInput);
    }
    parts.push(Uint8Array.of(END));
  } else {
    parts.push(Uint8Array.of(LIST));
    for (const item of value as readonly BtInput[]) append(parts, item);
    parts.push(Uint8Array.of(END));
  }
}

function appendString(parts: Uint8Array[], bytes: Uint8Array): void {
  parts.push(utf8ToBytes(`${bytes.length}:`), bytes);
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
