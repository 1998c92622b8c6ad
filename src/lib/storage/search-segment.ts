// The bytes of one segment of the search index: some messages that follow each other in one conversation, and which of
// them hold which term. Sealed as a whole, so nothing of it is seen at rest. Numbers are LEB128:
//
//   version 1 | length of the table | table | number of terms | terms
//   table:  number of messages | number of tags | tags, 11 characters each |
//           per message: milliseconds since the one before, number of its tag
//   term:   bytes shared with the term before | length | further bytes, UTF-8 | length of the list |
//           list: places in the table, each as the distance from the one before
//
// A message is named by the part of its key that follows the conversation: sent time (13 digits) and tag (message-key.ts).
import { utf8ToBytes } from '../bytes/index.ts';
import { storageError, type StorageError } from './errors.ts';

/** Raised whenever words are taken apart or kept in another way: older indexes are built again. */
export const SEGMENT_VERSION = 1;

const TIME_DIGITS = 13;
const TAG_CHARACTERS = 11;
/** Bounds of reading; writing stays far below. */
const MAX_ENTRIES = 65_536;
const MAX_TERM_BYTES = 1_024;
/** A set of these fits the bits of a number. */
export const MAX_QUERY_TERMS = 31;

/** One message and its terms. */
export interface SegmentEntry {
  /** Sent time and tag: 24 characters. */
  readonly tail: string;
  readonly terms: readonly string[];
}

const damaged = (cause?: unknown): StorageError =>
  storageError('row-damaged', cause, { table: 'searchSegments' });

/** Most bytes of a number. */
const MAX_NUMBER_BYTES = 8;

class Writer {
  #bytes = new Uint8Array(1_024);
  length = 0;

  raw(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  number(value: number): void {
    this.#makeRoom(MAX_NUMBER_BYTES);
    let rest = value;
    // Sent times have more bits than shifts can handle.
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.length++] = (rest % 0x80) | 0x80;
    this.#bytes[this.length++] = rest;
  }

  #makeRoom(length: number): void {
    if (this.length + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** What was written; changes with the next writing. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  get isDone(): boolean {
    return this.at >= this.#end;
  }

  number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 0x80) {
      const byte = this.at < this.#end ? (this.#bytes[this.at++] as number) : -1;
      if (byte < 0 || unit > 2 ** 49) throw damaged();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) break;
    }
    if (!Number.isSafeInteger(value)) throw damaged();
    return value;
  }

  /** A number that something is made of: never above `most`. */
  bounded(most: number): number {
    const value = this.number();
    if (value > most) throw damaged();
    return value;
  }

  raw(length: number): Uint8Array {
    if (length > this.#end - this.at) throw damaged();
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  part(length: number): Reader {
    const start = this.at;
    this.raw(length);
    return new Reader(this.#bytes, start, this.at);
  }
}

/** @param entries in order of `tail`, each once; at most 65,536 */
export function encodeSegment(entries: readonly SegmentEntry[]): Uint8Array {
  const table = new Writer();
  const tags = [...new Set(entries.map(({ tail }) => tail.slice(TIME_DIGITS)))];
  const tagNumbers = new Map(tags.map((tag, number) => [tag, number]));
  table.number(entries.length);
  table.number(tags.length);
  for (const tag of tags) table.raw(utf8ToBytes(tag));
  const places = new Map<string, number[]>();
  let timeBefore = 0;
  entries.forEach(({ tail, terms }, place) => {
    const time = Number(tail.slice(0, TIME_DIGITS));
    table.number(time - timeBefore);
    table.number(tagNumbers.get(tail.slice(TIME_DIGITS)) as number);
    timeBefore = time;
    for (const term of terms) {
      const list = places.get(term);
      if (list) list.push(place);
      else places.set(term, [place]);
    }
  });
  const result = new Writer();
  result.number(SEGMENT_VERSION);
  result.number(table.length);
  result.raw(table.bytes());
  writeTerms(result, places);
  return result.bytes().slice();
}

function writeTerms(result: Writer, places: ReadonlyMap<string, readonly number[]>): void {
  result.number(places.size);
  let before: Uint8Array = new Uint8Array(0);
  const list = new Writer();
  for (const term of [...places.keys()].sort()) {
    const bytes = utf8ToBytes(term);
    let shared = 0;
    while (shared < bytes.length && shared < before.length && bytes[shared] === before[shared]) shared++;
    list.length = 0;
    let last = -1;
    for (const place of places.get(term) as readonly number[]) {
      list.number(place - last - 1);
      last = place;
    }
    result.number(shared);
    result.number(bytes.length - shared);
    result.raw(bytes.subarray(shared));
    result.number(list.length);
    result.raw(list.bytes());
    before = bytes;
  }
}

/** The messages of a segment, in their order. */
export interface SegmentTable {
  readonly times: readonly number[];
  readonly tags: readonly string[];
}

function openParts(bytes: Uint8Array): { table: Reader; terms: Reader } {
  const reader = new Reader(bytes);
  if (reader.number() !== SEGMENT_VERSION) throw damaged();
  const table = reader.part(reader.number());
  return { table, terms: reader };
}

function readTable(reader: Reader): SegmentTable {
  const count = reader.bounded(MAX_ENTRIES);
  const known: string[] = [];
  for (let left = reader.bounded(MAX_ENTRIES); left > 0; left--) {
    known.push(String.fromCharCode(...reader.raw(TAG_CHARACTERS)));
  }
  const times: number[] = [];
  const tags: string[] = [];
  let time = 0;
  for (let place = 0; place < count; place++) {
    time += reader.number();
    const tag = known[reader.number()];
    if (tag === undefined || !Number.isSafeInteger(time)) throw damaged();
    times.push(time);
    tags.push(tag);
  }
  if (!reader.isDone) throw damaged();
  return { times, tags };
}

/** @throws StorageError `row-damaged` */
export function readSegmentTable(bytes: Uint8Array): SegmentTable {
  return readTable(openParts(bytes).table);
}

/** The part of a message's key that follows the conversation. */
export function tailAt({ times, tags }: SegmentTable, place: number): string {
  return String(times[place]).padStart(TIME_DIGITS, '0') + tags[place];
}

/**
 * Goes through the terms in order.
 * @param wants given a term's bytes, the first `length` of the buffer; what to do with each of its places, or null to
 *   pass them over
 */
function eachTerm(
  reader: Reader,
  count: number,
  wants: (buffer: Uint8Array, length: number) => ((place: number) => void) | null
): void {
  const buffer = new Uint8Array(MAX_TERM_BYTES);
  let length = 0;
  for (let left = reader.number(); left > 0; left--) {
    const shared = reader.bounded(length);
    const further = reader.raw(reader.bounded(MAX_TERM_BYTES - shared));
    buffer.set(further, shared);
    length = shared + further.length;
    const visit = wants(buffer, length);
    const listLength = reader.number();
    if (visit) eachPlace(reader.part(listLength), count, visit);
    else reader.raw(listLength);
  }
  if (!reader.isDone) throw damaged();
}

function eachPlace(list: Reader, count: number, visit: (place: number) => void): void {
  for (let place = -1; !list.isDone;) {
    place += list.number() + 1;
    if (place >= count) throw damaged();
    visit(place);
  }
}

/** @throws StorageError `row-damaged` */
export function decodeSegment(bytes: Uint8Array): SegmentEntry[] {
  const { table, terms } = openParts(bytes);
  const messages = readTable(table);
  const entries = messages.times.map((_, place) => ({
    tail: tailAt(messages, place),
    terms: [] as string[]
  }));
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  eachTerm(terms, entries.length, (buffer, length) => {
    let text: string;
    try {
      text = decoder.decode(buffer.subarray(0, length));
    } catch (cause) {
      throw damaged(cause);
    }
    return (place) => entries[place]?.terms.push(text);
  });
  return entries;
}

/**
 * Which messages have, for every wanted term, one that begins with it.
 * @param wanted UTF-8, at most 31
 * @returns places in the table, in order
 * @throws StorageError `row-damaged`
 */
export function searchSegment(bytes: Uint8Array, wanted: readonly Uint8Array[]): number[] {
  const { table, terms } = openParts(bytes);
  const count = table.bounded(MAX_ENTRIES);
  const all = 2 ** wanted.length - 1;
  const found = new Uint32Array(count);
  let anywhere = 0;
  let bits = 0;
  const mark = (place: number) => {
    found[place] = (found[place] as number) | bits;
  };
  eachTerm(terms, count, (buffer, length) => {
    bits = 0;
    for (let number = 0; number < wanted.length; number++) {
      if (beginsWith(buffer, length, wanted[number] as Uint8Array)) bits |= 1 << number;
    }
    anywhere |= bits;
    return bits === 0 ? null : mark;
  });
  const places: number[] = [];
  if (anywhere !== all) return places;
  for (let place = 0; place < count; place++) if (found[place] === all) places.push(place);
  return places;
}

function beginsWith(bytes: Uint8Array, length: number, beginning: Uint8Array): boolean {
  if (beginning.length > length) return false;
  for (let at = 0; at < beginning.length; at++) if (bytes[at] !== beginning[at]) return false;
  return true;
}
