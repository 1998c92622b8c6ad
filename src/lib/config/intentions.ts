// Edits of this device that another message may still undo (config-sync.md §5). A merge result lists every key in its diff,
// and a device that was away for five versions is not heard at all, so edits get lost that nobody overrode. Each device
// remembers what it meant to change and does it again, unless somebody changed the same key later.
import { compareVersions, CONFIG_LAG, type ConfigMessage, type LaggedDiff } from './config-message.ts';
import { applySetChange, diffData, isDiffDict, isRemoval, type ConfigDiff } from './diff.ts';
import {
  EMPTY_DICT,
  equalValues,
  isConfigDict,
  isConfigSet,
  setDifference,
  valueAt,
  withValue,
  type ConfigDict,
  type ConfigPath,
  type ConfigSet,
  type ConfigValue
} from './document.ts';

/** Where an edit is carried: a version of the config. */
export interface Version {
  readonly seqno: number;
  readonly hashHex: string;
}

/**
 * How far the message of an edit came: to nobody that we know of, into the swarm, or there early enough that whoever went
 * on for five versions looked at it first.
 */
export type Reach = 'none' | 'stored' | 'heard';

/** One leaf that was changed: a scalar or a set; null is absence. */
export interface Intention {
  readonly path: ConfigPath;
  /** What stood there before, oldest first; at least one. */
  readonly past: readonly (ConfigValue | null)[];
  readonly to: ConfigValue | null;
  /** null until a version that carries the edit was made for somebody to see. */
  readonly origin: Version | null;
  readonly reach: Reach;
  /** How often it was applied again. */
  readonly repeats: number;
}

/** Enough for a day of edits away from the network; the oldest are given up first. */
const MAX_INTENTIONS = 2_000;
const MAX_PAST = 8;
/** Two devices that each take the other's edit for a loss must come to an end. */
const MAX_REPEATS = 8;
/** A diff of less than this part of the data is no merge, whatever was added since. */
const MERGE_SHARE = 4;

/** A path as one text. */
function pathKey(path: ConfigPath): string {
  return path.map((key) => `${key.length}:${key}`).join('');
}

/**
 * The intentions of an edit added to those of before; of two for one leaf the later one counts.
 * @param base data of the last version: an edit back to it is none, unless others were told something else
 */
export function addIntentions(
  intentions: readonly Intention[],
  base: ConfigDict,
  { before, after }: { before: ConfigDict; after: ConfigDict }
): readonly Intention[] {
  const carried = intentions.filter(({ origin }) => origin !== null);
  const pending = byPath(intentions.filter(({ origin }) => origin === null));
  const pastOf = byPath(carried);
  for (const change of changedLeaves(before, after, [])) {
    const key = pathKey(change.path);
    const sent = pastOf.get(key);
    const unsent = pending.get(key);
    const earlier = unsent ?? sent;
    pending.delete(key);
    const wasSeenOtherwise = (unsent?.repeats ?? 0) > 0 || (sent && !equalValues(sent.to, change.to));
    if (!wasSeenOtherwise && equalValues(valueAt(base, change.path) ?? null, change.to)) continue;
    pending.set(key, { ...change, past: [...(earlier?.past ?? []), ...change.past].slice(-MAX_PAST) });
  }
  return [...carried, ...pending.values()].slice(-MAX_INTENTIONS);
}

function byPath(intentions: readonly Intention[]): Map<string, Intention> {
  return new Map(intentions.map((intention) => [pathKey(intention.path), intention]));
}

function changedLeaves(before: ConfigDict, after: ConfigDict, path: ConfigPath): Intention[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].flatMap((key): Intention[] => {
    const from = before.get(key) ?? null;
    const to = after.get(key) ?? null;
    if (from === to || equalValues(from, to)) return [];
    const here = [...path, key];
    const isBranch = isConfigDict(from) || isConfigDict(to);
    if (!isBranch) return [{ path: here, past: [from], to, origin: null, reach: 'none', repeats: 0 }];
    return changedLeaves(isConfigDict(from) ? from : EMPTY_DICT, isConfigDict(to) ? to : EMPTY_DICT, here);
  });
}

/** One intention a leaf: those without a message come in place of earlier ones. */
function latest(intentions: readonly Intention[]): readonly Intention[] {
  const pending = byPath(intentions.filter(({ origin }) => origin === null));
  if (pending.size === 0) return intentions;
  return [
    ...intentions.filter(({ origin, path }) => origin !== null && !pending.has(pathKey(path))),
    ...pending.values()
  ];
}

/**
 * Intentions without a message are carried by this one from now on, in place of earlier ones for the same leaves.
 * @param unsent what this message follows, if nobody was handed that: it stands for it, too
 */
export function carryIntentions(
  intentions: readonly Intention[],
  message: Version,
  unsent: Version | null
): readonly Intention[] {
  const carrier: Version = { seqno: message.seqno, hashHex: message.hashHex };
  return latest(intentions).map((intention) =>
    isUnsent(intention, unsent) ? { ...intention, origin: carrier } : intention
  );
}

/** Whether nobody but this device can know of it. */
function isUnsent({ origin }: Intention, unsent: Version | null): boolean {
  return origin === null || origin.hashHex === unsent?.hashHex;
}

/** Intentions of a message that was found to be stored. */
export function storedIntentions(intentions: readonly Intention[], hashHex: string): readonly Intention[] {
  return intentions.map((intention) =>
    intention.origin?.hashHex === hashHex && intention.reach === 'none'
      ? { ...intention, reach: 'stored' }
      : intention
  );
}

/**
 * Intentions whose messages cannot be passed over any more. A device looks before it stores, so one that did not see our
 * message is at most one version ahead of what a look after storing it finds.
 * @param messages all that a look at the swarm found, and our own version
 */
export function heardIntentions(
  intentions: readonly Intention[],
  messages: readonly ConfigMessage[]
): readonly Intention[] {
  const newest = Math.max(0, ...messages.map(({ seqno }) => seqno));
  const isHeard = ({ origin, reach }: Intention) =>
    reach === 'stored' && origin !== null && newest + 1 < origin.seqno + CONFIG_LAG;
  if (!intentions.some(isHeard)) return intentions;
  return intentions.map((intention) =>
    isHeard(intention) ? { ...intention, reach: 'heard' as const } : intention
  );
}

/**
 * What becomes of the intentions when `message` is the current one: those that hold are kept until nothing can undo
 * them any more, those that somebody overrode are dropped, and `data` has the others applied again.
 * @param context.own our version, which carries what no other does
 * @param context.base the version of ours that others may have seen
 * @param context.unsent the version it follows, if nobody was handed that
 * @param context.inputs what `message` was made of or chosen from; they remember more than it does
 * @param context.isStored whether the swarm has `message`
 */
export function settleIntentions(
  intentions: readonly Intention[],
  message: ConfigMessage,
  context: {
    readonly own: Version;
    readonly base: ConfigMessage;
    readonly unsent: Version | null;
    readonly inputs: readonly ConfigMessage[];
    readonly isStored: boolean;
  }
): { readonly intentions: readonly Intention[]; readonly data: ConfigDict } {
  let { data } = message;
  const kept: Intention[] = [];
  const history = historyOf(context.inputs, message.data);
  const isContinued = continuesAlone(message, context.base);
  for (const intention of latest(intentions)) {
    const value = valueAt(message.data, intention.path) ?? null;
    if (isMet(intention, value)) {
      const held = whileMet(intention, message, context);
      if (held) kept.push(held);
    } else if (
      !(isContinued && isChangedKnowingly(intention, message, context.base, value)) &&
      !isOverridden(intention, intention.origin ?? context.own, history, value)
    ) {
      data = withValue(data, intention.path, appliedTo(intention, value));
      const past = [...intention.past, value].slice(-MAX_PAST);
      kept.push({ ...intention, past, origin: null, reach: 'none', repeats: intention.repeats + 1 });
    }
  }
  return { intentions: kept, data };
}

/**
 * Whether `message` follows `base` with nothing merged in that `base` does not know: then its authors had seen all of ours.
 */
function continuesAlone(message: ConfigMessage, base: ConfigMessage): boolean {
  if (!message.lagged.some(({ hashHex }) => hashHex === base.hashHex)) return false;
  const known = new Set([base, ...base.lagged].map(({ hashHex }) => hashHex));
  const since = [...message.lagged, message].filter(({ hashHex }) => !known.has(hashHex));
  return since.every(({ seqno }) => seqno > base.seqno) && !hasTwins(since);
}

/**
 * Whether somebody who had seen our edit in `base` changed the leaf in a message that continues it alone. A small document
 * says no other way which of its diffs are edits, since each of them names every leaf. Further on, what was merged may be
 * out of sight, and a value that was there before may be such a loss.
 */
function isChangedKnowingly(
  intention: Intention,
  message: Version,
  base: ConfigMessage,
  value: ConfigValue | null
): boolean {
  const { origin, path, past } = intention;
  if (origin === null || !isMet(intention, valueAt(base.data, path) ?? null)) return false;
  return message.seqno === base.seqno + 1 || !past.some((earlier) => equalValues(earlier, value));
}

/** An intention that holds in `message`; null once nobody can undo it any more without having seen it. */
function whileMet(
  intention: Intention,
  message: Version,
  { unsent, isStored }: { readonly unsent: Version | null; readonly isStored: boolean }
): Intention | null {
  const { origin, reach } = intention;
  const isFar = origin !== null && message.seqno - origin.seqno >= CONFIG_LAG;
  if (!isFar && !isUnsent(intention, unsent)) return intention;
  if (reach === 'heard') return null;
  // Its own message does not count any more, or never left: this one stands for it.
  return {
    ...intention,
    origin: { seqno: message.seqno, hashHex: message.hashHex },
    reach: isStored ? 'stored' : 'none'
  };
}

function setBefore(past: Intention['past']): ConfigSet {
  const from = past.at(-1);
  return isConfigSet(from) ? from : [];
}

/** A set holds as soon as its own elements are there and gone. */
function isMet({ past, to }: Intention, value: ConfigValue | null): boolean {
  if (equalValues(value, to)) return true;
  if (!isConfigSet(to) || !isConfigSet(value)) return false;
  const before = setBefore(past);
  const removed = setDifference(before, to);
  return (
    setDifference(setDifference(to, before), value).length === 0 &&
    setDifference(removed, value).length === removed.length
  );
}

function appliedTo({ past, to }: Intention, value: ConfigValue | null): ConfigValue | null {
  if (!isConfigSet(to) || !isConfigSet(value)) return to;
  const before = setBefore(past);
  return applySetChange(value, [setDifference(to, before), setDifference(before, to)]);
}

/**
 * Whether somebody changed the leaf after our edit. Diffs say so for as long as they are carried along; afterwards, and
 * where a diff may be an edit or a merge, the value does: what stood there before our edit was not put there after it.
 */
function isOverridden(
  { path, past, reach, repeats }: Intention,
  origin: Version,
  history: History,
  value: ConfigValue | null
): boolean {
  const { entries, newest, data } = history;
  if (repeats >= MAX_REPEATS || isConfigDict(value) || hasLeafAbove(data, path)) return true;
  const touching = entries.filter((entry) => touches(entry.diff, path, data));
  const natureOf = (entry: LaggedDiff) => diffNature(entry, history);
  const isLater = (entry: LaggedDiff) => compareVersions(entry, origin) > 0;
  const isOutOfSight = origin.seqno <= newest - CONFIG_LAG;
  if (touching.some((entry) => isLater(entry) && natureOf(entry) === 'edit')) return true;
  if (isOutOfSight && reach === 'heard') return true;
  if (past.some((earlier) => equalValues(earlier, value))) return false;
  const isOlder = (entry: LaggedDiff) => compareVersions(entry, origin) < 0;
  return !touching.some((entry) => isOlder(entry) && natureOf(entry) !== 'merge');
}

/** Whether a scalar or a set stands where the path expects a dict. */
function hasLeafAbove(data: ConfigDict, path: ConfigPath): boolean {
  return path.some((_, index) => {
    const above = valueAt(data, path.slice(0, index));
    return above !== undefined && !isConfigDict(above);
  });
}

/** Every diff that the inputs carry, once, and the data they led to. */
interface History {
  readonly inputs: readonly ConfigMessage[];
  readonly entries: readonly LaggedDiff[];
  /** Highest sequence number of the inputs. */
  readonly newest: number;
  readonly data: ConfigDict;
  readonly leafCount: number;
}

function historyOf(inputs: readonly ConfigMessage[], data: ConfigDict): History {
  const byHash = new Map<string, LaggedDiff>();
  for (const input of inputs) for (const entry of [...input.lagged, input]) byHash.set(entry.hashHex, entry);
  return {
    inputs,
    entries: [...byHash.values()],
    newest: Math.max(...inputs.map(({ seqno }) => seqno)),
    data,
    leafCount: leafCount(diffData(EMPTY_DICT, data))
  };
}

/** Whether a diff names the leaf, or takes away things beside it in a dict that is gone as a whole. */
function touches(diff: ConfigDiff, path: ConfigPath, data: ConfigDict): boolean {
  let current = diff;
  for (const [index, key] of path.entries()) {
    const change = current.get(key);
    if (change === undefined) {
      return index > 0 && valueAt(data, path.slice(0, index)) === undefined && hasRemoval(current);
    }
    if (!isDiffDict(change)) return true;
    current = change;
  }
  return true;
}

/**
 * The diff of a merge lists everything and says nothing about who changed what. A merge can be told by two versions with
 * one number before it, which nothing else brings together, as long as those are carried along.
 */
function diffNature(entry: LaggedDiff, history: History): 'edit' | 'merge' | 'either' {
  const { inputs, entries } = history;
  if (hasRemoval(entry.diff)) return 'edit';
  const input = inputs.find(({ hashHex }) => hashHex === entry.hashHex);
  if (input) {
    if (!coversAll([entry.diff], input.data)) return 'edit';
    return hasTwins(input.lagged) ? 'merge' : 'either';
  }
  if (leafCount(entry.diff) * MERGE_SHARE < history.leafCount) return 'edit';
  return hasTwins(entries.filter(({ seqno }) => seqno < entry.seqno)) ? 'merge' : 'either';
}

function leafCount(diff: ConfigDiff): number {
  let count = 0;
  for (const change of diff.values()) count += isDiffDict(change) ? leafCount(change) : 1;
  return count;
}

/** Whether two versions have one number. */
function hasTwins(versions: readonly Version[]): boolean {
  return new Set(versions.map(({ seqno }) => seqno)).size < versions.length;
}

function hasRemoval(diff: ConfigDiff): boolean {
  for (const change of diff.values()) {
    if (isDiffDict(change) ? hasRemoval(change) : isRemoval(change)) return true;
  }
  return false;
}

/** Whether every leaf of the data is in one of the diffs, of whatever kind it was then. */
function coversAll(diffs: readonly ConfigDiff[], data: ConfigDict): boolean {
  for (const [key, value] of data) {
    const changes = diffs.map((diff) => diff.get(key)).filter((change) => change !== undefined);
    if (changes.length === 0) return false;
    const isWithin = isConfigDict(value) && changes.every(isDiffDict);
    if (isWithin && !coversAll(changes as readonly ConfigDiff[], value)) return false;
  }
  return true;
}
