// The data of a config message: a tree of dicts whose leaves are integers, byte strings and sets of those
// (config-sync.md §1). Values are never changed in place, and whatever is not understood is carried along.
import { compareBytes, equalBytes } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';
import { malformed, type BtValue } from '../wire/index.ts';

export type ConfigScalar = bigint | Uint8Array;
/** Not empty; all integers first, ascending, then strings by their bytes; no element twice. */
export type ConfigSet = readonly ConfigScalar[];
/** Keys with one unit a byte, see `btKey`. Not empty, the outermost excepted. */
export type ConfigDict = ReadonlyMap<string, ConfigValue>;
export type ConfigValue = ConfigScalar | ConfigSet | ConfigDict;
export type ConfigPath = readonly string[];

export const EMPTY_DICT: ConfigDict = new Map<string, ConfigValue>();

export type ValueKind = 'scalar' | 'set' | 'dict';

export function valueKind(value: BtValue): ValueKind {
  if (value instanceof Map) return 'dict';
  return Array.isArray(value) ? 'set' : 'scalar';
}

export function isConfigDict(value: ConfigValue | null | undefined): value is ConfigDict {
  return value instanceof Map;
}

export function isConfigSet(value: ConfigValue | null | undefined): value is ConfigSet {
  return Array.isArray(value);
}

/** Order within a set: negative, zero or positive. */
export function compareScalars(a: ConfigScalar, b: ConfigScalar): number {
  if (typeof a === 'bigint') {
    if (typeof b !== 'bigint') return -1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return typeof b === 'bigint' ? 1 : compareBytes(a, b);
}

/** A set of the elements, sorted and without repetitions; empty when there are none. */
export function configSet(elements: readonly ConfigScalar[]): ConfigSet {
  return elements
    .toSorted(compareScalars)
    .filter(
      (element, index, all) => index === 0 || compareScalars(all[index - 1] as ConfigScalar, element) !== 0
    );
}

/** Elements of `a` that are not in `b`; both are sets, and so is the result. */
export function setDifference(a: ConfigSet, b: ConfigSet): ConfigSet {
  const result: ConfigScalar[] = [];
  let other = 0;
  for (const element of a) {
    while (other < b.length && compareScalars(b[other] as ConfigScalar, element) < 0) other++;
    if (other === b.length || compareScalars(b[other] as ConfigScalar, element) !== 0) result.push(element);
  }
  return result;
}

export function equalValues(a: ConfigValue | null | undefined, b: ConfigValue | null | undefined): boolean {
  if (a === b) return true;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b);
  if (isConfigSet(a)) {
    return isConfigSet(b) && a.length === b.length && a.every((item, index) => equalValues(item, b[index]));
  }
  if (!isConfigDict(a) || !isConfigDict(b) || a.size !== b.size) return false;
  for (const [key, value] of a) if (!equalValues(value, b.get(key))) return false;
  return true;
}

/** The value at a path; undefined where there is none. */
export function valueAt(data: ConfigDict, path: ConfigPath): ConfigValue | undefined {
  let value: ConfigValue | undefined = data;
  for (const key of path) {
    if (!isConfigDict(value)) return undefined;
    value = value.get(key);
  }
  return value;
}

/** The dict at a path; an empty one where there is none. */
export function dictAt(data: ConfigDict, path: ConfigPath): ConfigDict {
  const value = valueAt(data, path);
  return isConfigDict(value) ? value : EMPTY_DICT;
}

/**
 * Data with `value` at `path`; null, an empty set and an empty dict remove what is there, and with it the dicts it
 * leaves empty. Everything else stays as it is. Returns `data` itself when nothing changes.
 */
export function withValue(data: ConfigDict, path: ConfigPath, value: ConfigValue | null): ConfigDict {
  const [key, ...rest] = path;
  if (key === undefined) throw new UsageError('a path');
  const current = data.get(key);
  let next: ConfigValue | null = value;
  if (rest.length > 0) next = withValue(isConfigDict(current) ? current : EMPTY_DICT, rest, value);
  if (next !== null && isEmpty(next)) next = null;
  // A removal must not take away a value of another kind that stands where a dict was expected.
  if (next === null && rest.length > 0 && current !== undefined && !isConfigDict(current)) return data;
  if (equalValues(current, next ?? undefined)) return data;
  const copy = new Map(data);
  if (next === null) copy.delete(key);
  else copy.set(key, next);
  return copy;
}

function isEmpty(value: ConfigValue): boolean {
  return isConfigDict(value) ? value.size === 0 : isConfigSet(value) && value.length === 0;
}

/** Data without empty sets and empty dicts. */
export function withoutEmpty(data: ConfigDict): ConfigDict {
  const result = new Map<string, ConfigValue>();
  for (const [key, value] of data) {
    const kept = isConfigDict(value) ? withoutEmpty(value) : value;
    if (!isEmpty(kept)) result.set(key, kept);
  }
  return result;
}

/**
 * Checks what the codec does not: no empty dict or set below the outermost dict, sets sorted and without dicts or lists.
 * @throws WireError `malformed`
 */
export function requireConfigDict(value: BtValue | undefined, field: string): ConfigDict {
  if (!(value instanceof Map)) throw malformed('config-message', field);
  for (const item of value.values()) {
    if (item instanceof Map) {
      if (item.size === 0) throw malformed('config-message', field);
      requireConfigDict(item as BtValue, field);
    } else if (Array.isArray(item)) {
      if (item.length === 0) throw malformed('config-message', field);
      requireConfigSet(item as BtValue, field);
    }
  }
  return value as ConfigDict;
}

/** @throws WireError `malformed` for anything but a list of scalars in the order of a set */
export function requireConfigSet(value: BtValue | undefined, field: string): ConfigSet {
  if (!Array.isArray(value)) throw malformed('config-message', field);
  let previous: ConfigScalar | undefined;
  for (const element of value as readonly BtValue[]) {
    if (valueKind(element) !== 'scalar') throw malformed('config-message', field);
    const scalar = element as ConfigScalar;
    if (previous !== undefined && compareScalars(previous, scalar) >= 0)
      throw malformed('config-message', field);
    previous = scalar;
  }
  return value as ConfigSet;
}
