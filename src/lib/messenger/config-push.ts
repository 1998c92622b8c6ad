// Stores the documents in the own swarm (config-sync.md §6, "Push", "Confirm", "Keep alive"): what is dirty long enough and
// was looked at just before, one request at a time, slower and slower while that fails.
import { hexToBytes } from '../bytes/index.ts';
import type { AccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';
import {
  CONFIG_KINDS,
  configStatus,
  confirmPush,
  editConfig,
  keepAliveHashes,
  pruneConvos,
  sealConfig,
  takePush,
  type ConfigKind,
  type ConfigMessage,
  type ConfigState
} from '../config/index.ts';
import { messageHash, type Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  updateConfigRows,
  type ConfigRowContent,
  type ConfigRowName,
  type ProfileStore
} from '../storage/index.ts';
import { CONFIG_ROW_NAMES, CONFIG_ROW_OF, type ConfigStates } from './config-states.ts';

/** The part of the swarm floor that syncing needs. */
export interface ConfigSwarmClient {
  members(accountId: AccountId): readonly unknown[];
  replace(input: {
    identity: Identity;
    items: readonly { readonly namespace: number; readonly data: Uint8Array; readonly ttlMs: number }[];
    deleteHashes: readonly string[];
    signal?: AbortSignal;
  }): Promise<{ readonly hashes: readonly string[]; readonly isDeleted: boolean }>;
  expire(input: {
    identity: Identity;
    hashes: readonly string[];
    expiryMs: number;
    mode: 'extend';
    signal?: AbortSignal;
  }): Promise<{
    readonly confirmed: readonly string[];
    readonly failed: readonly string[];
    readonly updated: readonly string[];
    readonly unchanged: Readonly<Record<string, number>>;
  }>;
}

export interface ConfigPush {
  /** Notes since when something is to be stored. */
  noteStatus(states: ReadonlyMap<ConfigKind, ConfigState>): void;
  /** As `ConfigSync.push`. */
  push(signal: AbortSignal): Promise<{ isWaiting: boolean }>;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const TTL_MS = 30 * DAY_MS;
const RENEW_AFTER_MS = DAY_MS / 2;
/** After the first change, since changes come in groups. */
const DEBOUNCE_MS = 3_000;
/** Positions of reading change all the time. */
const CONVO_DEBOUNCE_MS = 8_000;
const MIN_PUSH_INTERVAL_MS = 5_000;
const MAX_PUSH_INTERVAL_MS = 5 * 60_000;

type States = Map<ConfigKind, ConfigState>;

interface PushedKind {
  readonly kind: ConfigKind;
  readonly message: ConfigMessage;
  readonly payloads: readonly Uint8Array[];
}

export function createConfigPush(deps: {
  store: ProfileStore;
  identity: Identity;
  swarm: ConfigSwarmClient;
  clock: Clock;
  /** Network time, milliseconds. */
  now: () => number;
  log: Log;
  stored: ConfigStates;
  /** Whether storing it cannot push aside what is there. */
  mayPush: (kind: ConfigKind, state: ConfigState) => boolean;
  /** Whether the last answer left nothing out. */
  isUpToDate: (kind: ConfigKind) => boolean;
}): ConfigPush {
  const { store, identity, swarm, clock, log, stored } = deps;
  const dirtySince = new Map<ConfigKind, number>();
  const tooLarge = new Set<ConfigKind>();
  let nextPushAt = 0;
  let failures = 0;

  function noteStatus(states: ReadonlyMap<ConfigKind, ConfigState>): void {
    for (const [kind, state] of states) {
      if (configStatus(state) === 'clean') dirtySince.delete(kind);
      else if (!dirtySince.has(kind)) dirtySince.set(kind, clock.monotonic());
    }
  }

  async function push(signal: AbortSignal): Promise<{ isWaiting: boolean }> {
    const nowMs = clock.monotonic();
    const isDue = [...dirtySince].some(
      ([kind, since]) =>
        nowMs - since >= (kind === 'convo-info-volatile' ? CONVO_DEBOUNCE_MS : DEBOUNCE_MS) &&
        deps.isUpToDate(kind)
    );
    if (isDue && nowMs >= nextPushAt) {
      try {
        await pushDirty(signal);
        failures = 0;
        nextPushAt = clock.monotonic() + MIN_PUSH_INTERVAL_MS;
      } catch (error) {
        onFailure('config-push-failed', error, signal);
      }
    } else if (nowMs >= nextPushAt) {
      await renew(signal).catch((error: unknown) => onFailure('config-not-renewed', error, signal));
    }
    return { isWaiting: dirtySince.size > 0 };
  }

  function onFailure(what: string, error: unknown, signal: AbortSignal): void {
    signal.throwIfAborted();
    const code = errorCode(error);
    if (code === 'deposed' || code === 'closed') throw error;
    log.warn(what, { code, failures });
    const pauseMs = MIN_PUSH_INTERVAL_MS * 2 ** Math.min(failures, 10);
    failures += 1;
    nextPushAt = clock.monotonic() + Math.min(pauseMs, MAX_PUSH_INTERVAL_MS);
  }

  async function pushDirty(signal: AbortSignal): Promise<void> {
    const { pushed, obsolete } = await takeAll();
    if (pushed.length === 0) {
      dirtySince.clear();
      return;
    }
    const items = pushed.flatMap(({ kind, payloads }) =>
      payloads.map((data) => ({ namespace: CONFIG_KINDS[kind].namespace, data, ttlMs: TTL_MS }))
    );
    const accountKey = hexToBytes(identity.accountId);
    const newHashes = new Set(items.map(({ namespace, data }) => messageHash(accountKey, namespace, data)));
    const deleteHashes = obsolete.filter((hash) => !newHashes.has(hash));
    const done = await swarm.replace({ identity, items, deleteHashes, signal });
    const deletedHashes = done.isDeleted ? deleteHashes : [];
    await confirm(pushed, done.hashes, deletedHashes);
  }

  /** Hands out every version that is to be stored; they are kept as handed out before they leave. */
  async function takeAll(): Promise<{ pushed: PushedKind[]; obsolete: readonly string[] }> {
    let pushed: PushedKind[] = [];
    let obsolete: string[] = [];
    await updateConfigRows(store, CONFIG_ROW_NAMES, (rows) => {
      pushed = [];
      obsolete = [];
      const next = new Map<ConfigRowName, ConfigRowContent>();
      for (const [kind, current, row] of stored.all(rows)) {
        const state =
          kind === 'convo-info-volatile' && configStatus(current) === 'dirty'
            ? editConfig(current, (data) => pruneConvos(data, deps.now()))
            : current;
        const taken = deps.mayPush(kind, state) ? take(kind, state) : null;
        obsolete.push(...(taken?.state ?? state).obsoleteHashes);
        if (!taken) continue;
        pushed.push({ kind, message: taken.message, payloads: taken.payloads });
        next.set(CONFIG_ROW_OF[kind], stored.row(kind, taken.state, row));
      }
      return next;
    });
    return { pushed, obsolete };
  }

  /** @returns null when there is nothing to store, and for a document that outgrew a swarm: no other waits for it */
  function take(kind: ConfigKind, state: ConfigState) {
    try {
      const taken = takePush(state);
      return taken && { ...taken, payloads: sealConfig(identity, kind, taken.message) };
    } catch (error) {
      if (errorCode(error) !== 'too-large') throw error;
      if (!tooLarge.has(kind)) log.error('config-too-large', { kind });
      tooLarge.add(kind);
      return null;
    }
  }

  async function confirm(
    pushed: readonly PushedKind[],
    hashes: readonly string[],
    deletedHashes: readonly string[]
  ): Promise<void> {
    await updateConfigRows(store, CONFIG_ROW_NAMES, (rows) => {
      const next = new Map<ConfigRowName, ConfigRowContent>();
      const states: States = new Map();
      let from = 0;
      const hashesOf = new Map(
        pushed.map(({ kind, payloads }) => [kind, hashes.slice(from, (from += payloads.length))])
      );
      for (const [kind, state, row] of stored.all(rows)) {
        const own = pushed.find((push) => push.kind === kind);
        const storageHashes = hashesOf.get(kind) ?? [];
        const confirmed = confirmPush(state, {
          hashHex: own?.message.hashHex ?? '',
          storageHashes,
          deletedHashes
        });
        states.set(kind, confirmed);
        const renewed = own ? { renewedAtMs: deps.now() } : {};
        next.set(CONFIG_ROW_OF[kind], { ...stored.row(kind, confirmed, row), ...renewed });
      }
      for (const { kind } of pushed) dirtySince.delete(kind);
      noteStatus(states);
      return next;
    });
  }

  /** Extends the life of what is stored, twice a day; what the swarm lost is stored again. */
  async function renew(signal: AbortSignal): Promise<void> {
    const nowMs = deps.now();
    const due = new Map<ConfigKind, readonly string[]>();
    await updateConfigRows(store, CONFIG_ROW_NAMES, (rows) => {
      due.clear();
      for (const [kind, state, row] of stored.all(rows)) {
        const hashes = keepAliveHashes(state);
        if (hashes.length > 0 && nowMs - row.renewedAtMs >= RENEW_AFTER_MS) due.set(kind, hashes);
      }
      return null;
    });
    const hashes = [...due.values()].flat();
    if (hashes.length === 0) return;
    const answer = await swarm.expire({ identity, hashes, expiryMs: nowMs + TTL_MS, mode: 'extend', signal });
    const held = new Set([...answer.updated, ...Object.keys(answer.unchanged)]);
    const isCertain = answer.confirmed.length > answer.failed.length;
    await updateConfigRows(store, CONFIG_ROW_NAMES, (rows) => {
      const next = new Map<ConfigRowName, ConfigRowContent>();
      const states: States = new Map();
      for (const [kind, state, row] of stored.all(rows)) {
        const asked = due.get(kind);
        if (!asked) continue;
        const isLost =
          isCertain && state.currentHashes.some((hash) => asked.includes(hash) && !held.has(hash));
        const kept = isLost ? { ...state, currentHashes: [] } : state;
        states.set(kind, kept);
        next.set(CONFIG_ROW_OF[kind], { ...stored.row(kind, kept, row), renewedAtMs: nowMs });
      }
      noteStatus(states);
      return next;
    });
  }

  return { noteStatus, push };
}
