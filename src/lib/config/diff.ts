// Diffs of config data (config-sync.md §2 "Diff encoding", §5 step 5). A diff mirrors the data and names what changed;
// the values themselves are looked up in the data of a message that carries it.
//
//   scalar set   ''      scalar removed   '-'      set   [[added …], [removed …]]      dict   a diff of its own
import { malformed, type BtValue } from '../wire/index.ts';
import {
  configSet,
  EMPTY_DICT,
  equalValues,
  isConfigDict,
  isConfigSet,
  requireConfigSet,
  setDifference,
  valueKind,
  type ConfigDict,
  type ConfigSet,
  type ConfigValue
} from './document.ts';

export type SetChange = readonly [added: ConfigSet, removed: ConfigSet];
export type DiffChange = Uint8Array | SetChange | ConfigDiff;
export type ConfigDiff = ReadonlyMap<string, DiffChange>;

export const EMPTY_DIFF: ConfigDiff = new Map<string, DiffChange>();

const REMOVED_BYTE = 0x2d;
const SCALAR_SET = new Uint8Array();
const SCALAR_REMOVED = Uint8Array.of(REMOVED_BYTE);

export function isDiffDict(change: DiffChange | undefined): change is ConfigDiff {
  return change instanceof Map;
}

/** Whether a change of a scalar removes it. */
export function isRemoval(change: DiffChange | undefined): boolean {
  return change instanceof Uint8Array && change.length > 0;
}

/** What leads from `before` to `after`; empty when they are equal. */
export function diffData(before: ConfigDict, after: ConfigDict): ConfigDiff {
  const diff = new Map<string, DiffChange>();
  for (const [key, value] of after) {
    const change = changeBetween(before.get(key), value);
    if (change !== null) diff.set(key, change);
  }
  for (const [key, value] of before) {
    if (!after.has(key)) diff.set(key, removalOf(value));
  }
  return diff;
}

/** A change of kind is written as a new key. */
function changeBetween(before: ConfigValue | undefined, after: ConfigValue): DiffChange | null {
  if (before === after) return null;
  const isSameKind = before !== undefined && valueKind(before) === valueKind(after);
  if (isConfigDict(after)) {
    const diff = diffData(isSameKind ? (before as ConfigDict) : EMPTY_DICT, after);
    return diff.size === 0 ? null : diff;
  }
  if (isConfigSet(after)) {
    const old = isSameKind ? (before as ConfigSet) : [];
    const change: SetChange = [setDifference(after, old), setDifference(old, after)];
    return change[0].length + change[1].length === 0 ? null : change;
  }
  return isSameKind && equalValues(before, after) ? null : SCALAR_SET;
}

function removalOf(value: ConfigValue): DiffChange {
  if (isConfigDict(value)) return diffData(value, EMPTY_DICT);
  return isConfigSet(value) ? [[], value] : SCALAR_REMOVED;
}

/**
 * Data with a diff applied, its values taken from `source`. May leave empty sets and dicts (`withoutEmpty`).
 * A key that `source` lacks or holds as another kind is removed: it was deleted or retyped after the diff was made.
 */
export function applyDiff(data: ConfigDict, diff: ConfigDiff, source: ConfigDict): ConfigDict {
  const result = new Map(data);
  for (const [key, change] of diff) {
    const value = source.get(key);
    const current = result.get(key);
    if (value === undefined || valueKind(value) !== valueKind(change as BtValue)) {
      result.delete(key);
    } else if (isDiffDict(change)) {
      result.set(key, applyDiff(isConfigDict(current) ? current : EMPTY_DICT, change, value as ConfigDict));
    } else if (change instanceof Uint8Array) {
      if (isRemoval(change)) result.delete(key);
      else result.set(key, value);
    } else {
      result.set(key, applySetChange(isConfigSet(current) ? current : [], change));
    }
  }
  return result;
}

/** A set with a change applied; may be empty. */
export function applySetChange(current: ConfigSet, [added, removed]: SetChange): ConfigSet {
  return setDifference(configSet([...current, ...added]), removed);
}

/**
 * A diff as it stands in a message.
 * @throws WireError `malformed` for integers, strings other than '' and '-', and lists that are not a pair of sets
 */
export function requireDiff(value: BtValue | undefined, field: string): ConfigDiff {
  if (!(value instanceof Map)) throw malformed('config-message', field);
  for (const change of value.values() as Iterable<BtValue>) {
    if (change instanceof Map) {
      requireDiff(change, field);
    } else if (change instanceof Uint8Array) {
      const isKnown = change.length === 0 || (change.length === 1 && change[0] === REMOVED_BYTE);
      if (!isKnown) throw malformed('config-message', field);
    } else {
      if (!Array.isArray(change) || change.length !== 2) throw malformed('config-message', field);
      for (const set of change as readonly BtValue[]) requireConfigSet(set, field);
    }
  }
  return value as ConfigDiff;
}
