// Contents as the test data writes them (JSON with names of fields) to and from what the product takes.
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { base64ToBytes } from '../../src/lib/bytes/index.ts';
import { ContentSchema, type ContentInit } from '../../src/lib/wire/index.ts';

/** Names the vectors give to fields that we call otherwise. */
const OTHER_NAMES: Record<string, string> = {
  id: 'deprecated_id',
  lastUpdateSeconds: 'lastProfileUpdateSeconds',
  expiry: 'expireAtMs'
};
const INTEGER_64 = [3, 4, 6]; // int64, uint64, fixed64
const BYTES = 12;

function valueOf(field: DescField, value: unknown): unknown {
  if (field.message) return initOf(field.message, value as Record<string, unknown>);
  if (field.enum) return field.enum.values.find(({ name }) => name === value)?.number;
  if (field.scalar === BYTES) return base64ToBytes(value as string);
  return INTEGER_64.includes(field.scalar as number) ? BigInt(value as number) : value;
}

function initOf(schema: DescMessage, json: Record<string, unknown>): Record<string, unknown> {
  const rest = new Set(Object.keys(json));
  const init: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const name = field.localName in json ? field.localName : (OTHER_NAMES[field.localName] ?? '');
    if (!(name in json)) continue;
    rest.delete(name);
    const value = json[name];
    init[field.localName] = Array.isArray(value)
      ? value.map((item) => valueOf(field, item))
      : valueOf(field, value);
  }
  if (rest.size > 0) throw new Error(`${schema.name} has no ${[...rest].join(', ')}`);
  return init;
}

/** A vector's JSON as what `encodeContent` takes; throws for names the schema does not have. */
export function contentFromJson(json: Record<string, unknown>): ContentInit {
  return initOf(ContentSchema, json) as ContentInit;
}

/** Own fields that are set, without the runtime's marks. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => !name.startsWith('$') && !(Array.isArray(field) && field.length === 0))
      .map(([name, field]) => [name, plain(field)])
  );
}

/** Field 99 as a varint, which some messages of the test data carry behind everything known. */
const UNKNOWN_FIELD_99 = '980601';

/** The bytes of a content without what no schema names. */
export function knownPartHex(contentHex: string): string {
  return contentHex.endsWith(UNKNOWN_FIELD_99) ? contentHex.slice(0, -UNKNOWN_FIELD_99.length) : contentHex;
}
