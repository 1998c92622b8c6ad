// One config as a device holds it (config-sync.md §5, §6): the version last handed out or received, edits on top of it,
// and which stored messages are current, obsolete or not ours to judge. Values in, values out; the loop that polls and
// pushes is elsewhere.
import { EMPTY_CONFIG, nextConfigMessage, type ConfigMessage } from './config-message.ts';
import { equalValues, type ConfigDict } from './document.ts';
import {
  addIntentions,
  carryIntentions,
  heardIntentions,
  settleIntentions,
  storedIntentions,
  type Intention
} from './intentions.ts';
import { mergeConfigs } from './merge.ts';
import { collectPart, forgetOldParts, incompletePartHashes, type PartSets } from './parts.ts';
import { openPaddedConfig, type OpenedConfig } from './stored-config.ts';

export interface ConfigState {
  /** The version that the next one follows. */
  readonly base: ConfigMessage;
  /** Data with edits that no version carries yet; `base.data` itself without any. */
  readonly data: ConfigDict;
  /** Whether `base` was handed out for storing, or came from the swarm; a merge result was not. */
  readonly isHandedOut: boolean;
  /** Under which `base` is stored; empty until that was confirmed. */
  readonly currentHashes: readonly string[];
  /** Of messages that the next push deletes. */
  readonly obsoleteHashes: readonly string[];
  /** Of messages that could not be read; never deleted. */
  readonly unreadableHashes: readonly string[];
  readonly intentions: readonly Intention[];
  readonly parts: PartSets;
}

export type ConfigStatus =
  /** The swarm has what we have. */
  | 'clean'
  /** There is something to push. */
  | 'dirty'
  /** A version was handed out and not confirmed; pushing it again does no harm. */
  | 'waiting';

/** Kept for the one question whether anything unreadable is there. */
const MAX_UNREADABLE = 200;

/** A config of which nothing is known. */
export const NEW_CONFIG: ConfigState = {
  base: EMPTY_CONFIG,
  data: EMPTY_CONFIG.data,
  isHandedOut: true,
  currentHashes: [],
  obsoleteHashes: [],
  unreadableHashes: [],
  intentions: [],
  parts: []
};

export function configStatus({ base, data, isHandedOut, currentHashes }: ConfigState): ConfigStatus {
  if (data !== base.data || !isHandedOut) return 'dirty';
  return currentHashes.length === 0 && base.seqno > 0 ? 'waiting' : 'clean';
}

/**
 * Whether the config may only be read: the swarm has some of it, and none that we understand (§7.11). Edits are kept, and
 * are pushed once a readable version turns up.
 */
export function isReadOnlyConfig({ base, unreadableHashes }: ConfigState): boolean {
  return base.seqno === 0 && unreadableHashes.length > 0;
}

/** The state with an edit of its data; the same state when nothing changes (§7.5). */
export function editConfig(state: ConfigState, edit: (data: ConfigDict) => ConfigDict): ConfigState {
  const data = edit(state.data);
  if (equalValues(data, state.data)) return state;
  return withData(
    {
      ...state,
      intentions: addIntentions(state.intentions, state.base.data, { before: state.data, after: data })
    },
    data
  );
}

/** An edit that was undone before it was handed out leaves no trace. */
function withData(state: ConfigState, data: ConfigDict): ConfigState {
  return { ...state, data: equalValues(data, state.base.data) ? state.base.data : data };
}

/** The version that holds everything we know, as it would be pushed. */
export function currentMessage({ base, data }: ConfigState): ConfigMessage {
  return data === base.data ? base : nextConfigMessage(base, data);
}

/** The version that the next one follows, if it never left this device. */
function unsentVersion({ base, isHandedOut }: ConfigState): ConfigMessage | null {
  return isHandedOut ? null : base;
}

export interface ConfigPush {
  readonly state: ConfigState;
  /** To store. */
  readonly message: ConfigMessage;
  /** To delete once the message is stored; they stay in the state until `confirmPush`. */
  readonly obsoleteHashes: readonly string[];
}

/** Hands out what is to be stored; null when there is nothing, or the config may only be read. */
export function takePush(state: ConfigState): ConfigPush | null {
  if (configStatus(state) === 'clean' || isReadOnlyConfig(state)) return null;
  const message = currentMessage(state);
  const isNew = message !== state.base;
  const next: ConfigState = {
    ...state,
    base: message,
    data: message.data,
    isHandedOut: true,
    currentHashes: isNew ? [] : state.currentHashes,
    obsoleteHashes: isNew ? union(state.obsoleteHashes, state.currentHashes) : state.obsoleteHashes,
    intentions: carryIntentions(state.intentions, message, unsentVersion(state))
  };
  return { state: next, message, obsoleteHashes: next.obsoleteHashes };
}

/**
 * A push succeeded. Where another version took over meanwhile, what was just stored is obsolete.
 * @param push.hashHex config hash of the message that was handed out
 * @param push.storageHashes under which it was stored, one a part
 * @param push.deletedHashes what was deleted with it
 */
export function confirmPush(
  state: ConfigState,
  push: { hashHex: string; storageHashes: readonly string[]; deletedHashes: readonly string[] }
): ConfigState {
  const obsolete = without(state.obsoleteHashes, push.deletedHashes);
  const isBase = state.base.hashHex === push.hashHex;
  const currentHashes = isBase ? union(state.currentHashes, push.storageHashes) : state.currentHashes;
  return {
    ...state,
    currentHashes,
    obsoleteHashes: without(isBase ? obsolete : union(obsolete, push.storageHashes), currentHashes),
    intentions: storedIntentions(state.intentions, push.hashHex)
  };
}

/** Storage hashes whose expiry must be extended (§6, "Keep alive"). */
export function keepAliveHashes({ currentHashes, parts }: ConfigState): readonly string[] {
  return union(currentHashes, incompletePartHashes(parts));
}

export interface ReceivedConfig {
  readonly storageHash: string;
  readonly opened: OpenedConfig;
}

/** A message with every hash under which it is stored. */
interface StoredMessage {
  readonly message: ConfigMessage;
  readonly storageHashes: readonly string[];
}

/**
 * The state after everything that one poll brought for this config, in one call: merging is independent of order within
 * a call, not across calls. Edits that were lost without having been overridden are applied again.
 */
export function receiveConfigs(
  state: ConfigState,
  received: readonly ReceivedConfig[],
  nowMs: number
): ConfigState {
  const { messages, unreadable, parts } = readReceived(state, received, nowMs);
  const unreadableHashes =
    unreadable.length === 0
      ? state.unreadableHashes
      : union(state.unreadableHashes, unreadable).slice(-MAX_UNREADABLE);
  const before = changed(state, { parts, unreadableHashes });
  const known = messages.reduce(withStored, before);
  const seen = [known.base, ...messages.map(({ message }) => message)];
  const adopted = changed(known, { intentions: heardIntentions(known.intentions, seen) });
  const others = messages.filter(({ message }) => message.hashHex !== adopted.base.hashHex);
  return others.length === 0 ? adopted : mergeReceived(adopted, others);
}

/** The state with these parts; the same state when they are its own. */
function changed(state: ConfigState, parts: Partial<ConfigState>): ConfigState {
  const isSame = Object.entries(parts).every(([key, value]) => state[key as keyof ConfigState] === value);
  return isSame ? state : { ...state, ...parts };
}

/**
 * Our own version found in the swarm, whoever stored it there: it needs no push, and none of its copies is obsolete.
 * Another device may have made the very same edit, so this can also be the version that we would push next.
 */
function withStored(state: ConfigState, { message, storageHashes }: StoredMessage): ConfigState {
  const own = currentMessage(state);
  const isBase = message.hashHex === state.base.hashHex;
  if (!isBase && message.hashHex !== own.hashHex) return state;
  const currentHashes = isBase ? union(state.currentHashes, storageHashes) : storageHashes;
  const obsoleteHashes = isBase ? state.obsoleteHashes : union(state.obsoleteHashes, state.currentHashes);
  return {
    ...state,
    base: isBase ? state.base : own,
    data: isBase ? state.data : own.data,
    isHandedOut: true,
    currentHashes,
    obsoleteHashes: without(obsoleteHashes, currentHashes),
    intentions: storedIntentions(
      isBase ? state.intentions : carryIntentions(state.intentions, own, unsentVersion(state)),
      message.hashHex
    )
  };
}

function readReceived(state: ConfigState, received: readonly ReceivedConfig[], nowMs: number) {
  let parts = forgetOldParts(state.parts, nowMs);
  const unreadable: string[] = [];
  const byHash = new Map<string, StoredMessage>();
  const add = (opened: OpenedConfig, storageHashes: readonly string[]) => {
    if (opened.kind !== 'message') {
      unreadable.push(...storageHashes);
      return;
    }
    const { message } = opened;
    const earlier = byHash.get(message.hashHex)?.storageHashes ?? [];
    byHash.set(message.hashHex, { message, storageHashes: union(earlier, storageHashes) });
  };
  for (const { storageHash, opened } of received) {
    if (opened.kind === 'part') {
      const collected = collectPart(parts, opened.part, storageHash, nowMs);
      parts = collected.sets;
      const { completed } = collected;
      if (completed) add(openPaddedConfig(completed.padded), completed.storageHashes);
    } else add(opened, [storageHash]);
  }
  return { messages: [...byHash.values()], unreadable, parts };
}

function mergeReceived(state: ConfigState, others: readonly StoredMessage[]): ConfigState {
  const own = currentMessage(state);
  const inputs =
    own.seqno > 0 ? [own, ...others.map(({ message }) => message)] : others.map(({ message }) => message);
  const result = mergeConfigs(inputs);
  const otherHashes = others.flatMap(({ storageHashes }) => storageHashes);
  const message = result.kind === 'merged' ? result.message : (inputs[result.index] as ConfigMessage);
  if (message === own) {
    const obsoleteHashes = without(union(state.obsoleteHashes, otherHashes), state.currentHashes);
    return { ...state, obsoleteHashes };
  }
  const winner = others.find((candidate) => candidate.message === message);
  const currentHashes = winner?.storageHashes ?? [];
  const obsolete = union(union(state.obsoleteHashes, state.currentHashes), otherHashes);
  const settled = settleIntentions(state.intentions, message, {
    own,
    base: state.base,
    unsent: unsentVersion(state),
    inputs,
    isStored: winner !== undefined
  });
  return withData(
    {
      ...state,
      base: message,
      isHandedOut: winner !== undefined,
      currentHashes,
      obsoleteHashes: without(obsolete, currentHashes),
      intentions: settled.intentions
    },
    settled.data
  );
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return b.length === 0 ? a : [...new Set([...a, ...b])];
}

function without(a: readonly string[], b: readonly string[]): readonly string[] {
  const gone = new Set(b);
  return a.filter((hash) => !gone.has(hash));
}
