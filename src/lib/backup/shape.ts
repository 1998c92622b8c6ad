// Reading values of a record's JSON: each is what it must be, or the backup is damaged. Nothing is taken over unread.
import { parseAccountId, type AccountId } from '../account-id.ts';
import { bytesToUtf8 } from '../bytes/index.ts';
import { damaged } from './errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Times and positions: below 2^53. */
const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** @throws BackupError `backup-damaged`, as everything here */
export function fieldsOf(payload: Uint8Array, record: string): Fields {
  try {
    return asFields(JSON.parse(bytesToUtf8(payload)), record);
  } catch {
    throw damaged(record);
  }
}

export function asFields(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(field);
  return value as Fields;
}

export function integer(fields: Fields, field: string, max = MAX_INTEGER): number {
  const value = fields[field];
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > max) throw damaged(field);
  return value as number;
}

export function text(fields: Fields, field: string, maxLength: number): string {
  const value = fields[field];
  if (typeof value !== 'string' || value.length > maxLength || !value.isWellFormed()) throw damaged(field);
  return value;
}

export function flag(fields: Fields, field: string): boolean {
  const value = fields[field];
  if (typeof value !== 'boolean') throw damaged(field);
  return value;
}

export function oneOf<Value extends string>(fields: Fields, field: string, values: readonly Value[]): Value {
  const value = values.find((each) => each === fields[field]);
  if (value === undefined) throw damaged(field);
  return value;
}

export function accountId(fields: Fields, field: string): AccountId {
  try {
    return parseAccountId(text(fields, field, 66));
  } catch {
    throw damaged(field);
  }
}

/** Null where the field is null or missing. */
export function nullable<Value>(
  fields: Fields,
  field: string,
  read: (fields: Fields, field: string) => Value
): Value | null {
  return fields[field] === null || fields[field] === undefined ? null : read(fields, field);
}

/** An object with the field, or without it where it is missing or null. */
export function optional<Name extends string, Value>(
  fields: Fields,
  field: Name,
  read: (fields: Fields, field: string) => Value
): { readonly [Key in Name]?: Value } {
  const value = nullable(fields, field, read);
  return value === null ? {} : ({ [field]: value } as { [Key in Name]: Value });
}

export function list<Value>(
  fields: Fields,
  field: string,
  max: number,
  read: (fields: Fields, field: string) => Value
): Value[] {
  const values = fields[field];
  if (!Array.isArray(values) || values.length > max) throw damaged(field);
  return values.map((value) => read({ [field]: value as unknown }, field));
}

export function nested<Value>(read: (fields: Fields) => Value): (fields: Fields, field: string) => Value {
  return (fields, field) => read(asFields(fields[field], field));
}
