// Bounds around the protobuf runtime (accounts-and-messages.md §2). The runtime trusts wire types and nested
// lengths and does not look for required fields, so a walk over the bytes comes first.
import {
  create,
  fromBinary,
  isFieldSet,
  ScalarType,
  toBinary,
  type DescField,
  type DescMessage,
  type MessageInitShape,
  type MessageShape
} from '@bufbuild/protobuf';
import { concatBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { malformed, requireAtMost, tooLarge } from './errors.ts';

/** Of unknown groups in each other. Messages nest no deeper than the schema, which has no recursion. */
const MAX_GROUP_DEPTH = 16;

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;

/**
 * Serialises in ascending field order, required fields with value zero written, repeated scalars unpacked.
 * @throws UsageError when a required field is not set, or a value does not fit its type
 */
export function encodeProto<Desc extends DescMessage>(
  schema: Desc,
  init: MessageInitShape<Desc>
): Uint8Array<ArrayBuffer> {
  try {
    return toBinary(schema, create(schema, init)) as Uint8Array<ArrayBuffer>;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : schema.name);
  }
}

/**
 * Parses; unknown fields are kept, unknown enum values count as absent, packed and unpacked lists are accepted.
 * Byte fields are views of `bytes`.
 * @param limit largest length in bytes
 * @param ours numbers of fields of the outermost message that are this messenger's own: others may use the number for something
 *   else, so that one of another wire type is left out
 * @throws WireError `malformed` (`details.field` names a missing required field), `too-large`
 */
export function decodeProto<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  limit: number,
  structure: string,
  ours: readonly number[] = []
): MessageShape<Desc> {
  requireAtMost(bytes, limit, structure);
  const walk = new Walk(bytes, structure);
  walk.outermost(schema, ours);
  let message: MessageShape<Desc>;
  try {
    message = fromBinary(schema, walk.withoutStrangers());
  } catch (cause) {
    throw malformed(structure, undefined, { cause });
  }
  requireFields(schema, message, structure);
  return message;
}

/** Checks tags, wire types, lengths and depth against the schema, without building anything. */
class Walk {
  readonly #bytes: Uint8Array;
  readonly #structure: string;
  #offset = 0;
  /** Where fields to be left out begin and end. */
  readonly #strangers: (readonly [number, number])[] = [];

  constructor(bytes: Uint8Array, structure: string) {
    this.#bytes = bytes;
    this.#structure = structure;
  }

  outermost(schema: DescMessage, ours: readonly number[]): void {
    const end = this.#bytes.length;
    while (this.#offset < end) {
      const start = this.#offset;
      const { number, wireType } = this.#tag(end);
      const field = schema.fields.find((candidate) => candidate.number === number);
      if (field && ours.includes(number) && wireType !== wireTypeOf(field)) {
        this.#skip(number, wireType, end);
        this.#strangers.push([start, this.#offset]);
      } else if (field) this.#known(field, wireType, end);
      else this.#skip(number, wireType, end);
    }
  }

  /** The bytes without the fields that were left out. */
  withoutStrangers(): Uint8Array {
    let from = 0;
    const parts: Uint8Array[] = [];
    for (const [start, end] of this.#strangers) {
      parts.push(this.#bytes.subarray(from, start));
      from = end;
    }
    return from === 0 ? this.#bytes : concatBytes(...parts, this.#bytes.subarray(from));
  }

  message(schema: DescMessage, end: number): void {
    while (this.#offset < end) {
      const { number, wireType } = this.#tag(end);
      const field = schema.fields.find((candidate) => candidate.number === number);
      if (field) this.#known(field, wireType, end);
      else this.#skip(number, wireType, end);
    }
  }

  #known(field: DescField, wireType: number, end: number): void {
    const expected = wireTypeOf(field);
    if (wireType === DELIMITED && expected !== DELIMITED && field.fieldKind === 'list') {
      const packedEnd = this.#delimitedEnd(end);
      while (this.#offset < packedEnd) this.#skip(field.number, expected, packedEnd);
    } else if (wireType !== expected) {
      throw this.#malformed(field.localName);
    } else if (field.message) {
      const inner = this.#delimitedEnd(end);
      this.message(field.message, inner);
    } else {
      this.#skip(field.number, wireType, end);
    }
  }

  #skip(number: number, wireType: number, end: number, groupDepth = 0): void {
    switch (wireType) {
      case VARINT:
        this.#varint(end);
        return;
      case FIXED64:
        return this.#advance(8, end);
      case FIXED32:
        return this.#advance(4, end);
      case DELIMITED:
        this.#offset = this.#delimitedEnd(end);
        return;
      case GROUP_START:
        return this.#group(number, end, groupDepth + 1);
      default:
        throw this.#malformed();
    }
  }

  #group(number: number, end: number, groupDepth: number): void {
    if (groupDepth > MAX_GROUP_DEPTH) throw tooLarge(this.#structure, MAX_GROUP_DEPTH, 'depth');
    for (;;) {
      const tag = this.#tag(end);
      if (tag.wireType === GROUP_END) {
        if (tag.number !== number) throw this.#malformed();
        return;
      }
      this.#skip(tag.number, tag.wireType, end, groupDepth);
    }
  }

  #tag(end: number): { number: number; wireType: number } {
    const tag = this.#varint(end);
    const number = tag >>> 3;
    if (tag > 0xffff_ffff || number === 0) throw this.#malformed();
    return { number, wireType: tag & 7 };
  }

  #delimitedEnd(end: number): number {
    const length = this.#varint(end);
    const inner = this.#offset + length;
    if (inner > end) throw this.#malformed();
    return inner;
  }

  /** Exact up to 2^53, which is all that tags and lengths need. */
  #varint(end: number): number {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      if (this.#offset >= end) throw this.#malformed();
      const byte = this.#bytes[this.#offset++] as number;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw this.#malformed();
  }

  #advance(length: number, end: number): void {
    if (this.#offset + length > end) throw this.#malformed();
    this.#offset += length;
  }

  #malformed(field?: string) {
    return malformed(this.#structure, field, { offset: this.#offset });
  }
}

function wireTypeOf(field: DescField): number {
  if (field.message) return DELIMITED;
  if (field.enum) return VARINT;
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return DELIMITED;
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
    case ScalarType.DOUBLE:
      return FIXED64;
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
    case ScalarType.FLOAT:
      return FIXED32;
    default:
      return VARINT;
  }
}

/** Other implementations refuse the whole message when a required field is absent; so do we. */
function requireFields(schema: DescMessage, message: object, structure: string): void {
  for (const field of schema.fields) {
    const isSet = isFieldSet(message as MessageShape<DescMessage>, field);
    // 3 is FieldPresence.LEGACY_REQUIRED.
    if (!isSet && field.presence === 3) throw malformed(structure, `${schema.name}.${field.localName}`);
    if (!isSet || !field.message) continue;
    const value = (message as Record<string, unknown>)[field.localName];
    for (const inner of Array.isArray(value) ? (value as object[]) : [value as object]) {
      requireFields(field.message, inner, structure);
    }
  }
}
