// Keeps the documents that the devices of an account share in step with our rows (config-sync.md §6): what a poll brought is
// merged and shown, what changed here is noted, and right after such a poll it is stored in the own swarm. So nothing is ever
// stored without having looked first, and one thing is stored at a time.
import type { AccountId } from '../account-id.ts';
import { hexToBytes } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import {
  CONFIG_KIND_ORDER,
  CONFIG_KINDS,
  configKindOf,
  configStatus,
  confirmPush,
  editConfig,
  keepAliveHashes,
  NEW_CONFIG,
  openConfig,
  pruneConvos,
  readContactConvos,
  readContacts,
  receiveConfigs,
  sealConfig,
  takePush,
  type ConfigKind,
  type ConfigMessage,
  type ConfigState,
  type ReceivedConfig
} from '../config/index.ts';
import { messageHash, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  findDeletedAccounts,
  saveConfigs,
  updateConfigRows,
  type ConfigRowChanges,
  type ConfigRowContent,
  type ConfigRowName,
  type ConfigSnapshot,
  type ConversationCache,
  type ProfileStore
} from '../storage/index.ts';
import { applyDocuments, editDocuments, type ConfigDocuments } from './config-mapping.ts';
import { CONFIG_ROW_NAMES, CONFIG_ROW_OF, createConfigStates } from './config-states.ts';
import { startByReading } from './disappear.ts';

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

/** What one node answered for one namespace. */
export interface ConfigAnswer {
  readonly namespace: number;
  readonly messages: readonly {
    readonly hash: string;
    readonly data: Uint8Array;
    /** When it was stored, as the node says. */
    readonly timestampMs?: number;
  }[];
  readonly more: boolean;
  readonly lastHash: string | null;
}

export interface ConfigSync {
  readonly namespaces: readonly number[];
  /**
   * Takes in what one node answered; before the messages that came with it, since the documents say what those mean.
   * @throws StorageError `deposed`, `closed`
   */
  receive(nodeEd25519Hex: string, answers: readonly ConfigAnswer[]): Promise<void>;
  /**
   * Stores what is due to be stored, of what the last `receive` brought up to date.
   * @returns whether something is left to be stored later
   * @throws StorageError `deposed`, `closed`; the signal's reason
   */
  push(signal: AbortSignal): Promise<{ isWaiting: boolean }>;
  /** Whether the account was restored, its profile was not found yet, and there are nodes that were not asked. */
  isSearching(): boolean;
  /**
   * Messages of a conversation sent before this time were dealt with by another device, if the conversation is hidden or
   * gone (accounts-and-messages.md §3.4 step 10). Network time; 0 when nothing is known.
   */
  handledBeforeMs(accountId: AccountId): number;
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
/** Nodes that must know nothing of a config before a restored account begins one. */
const NODES_BEFORE_NEW = 2;
const HANDLED_MARGIN_MS = 2 * 60_000;

type States = Map<ConfigKind, ConfigState>;

interface Received {
  readonly items: readonly ReceivedConfig[];
  readonly storedAtMs: number;
}

interface PushedKind {
  readonly kind: ConfigKind;
  readonly message: ConfigMessage;
  readonly payloads: readonly Uint8Array[];
}

export function createConfigSync(deps: {
  store: ProfileStore;
  identity: Identity;
  crypto: CryptoBackend;
  swarm: ConfigSwarmClient;
  clock: Clock;
  /** Network time, milliseconds. */
  now: () => number;
  log: Log;
  /** Timers of messages began, because another device read them. */
  onTimersStarted: () => void;
}): ConfigSync {
  const { store, identity, crypto, swarm, clock, log } = deps;
  const ownId = identity.accountId;
  const cache: ConversationCache = new Map();
  const stored = createConfigStates(log);
  /** Nodes that answered for a kind since this engine began. */
  const answered = new Map<ConfigKind, Set<string>>();
  const dirtySince = new Map<ConfigKind, number>();
  const storedAt = new Map<ConfigKind, number>();
  /** Kinds of which the last answer left nothing out. */
  let upToDate = new Set<ConfigKind>();
  let rounds = 0;
  let isRestored = false;
  let isProfileKnown = true;
  let nextPushAt = 0;
  let failures = 0;

  async function open(kind: ConfigKind, answer: ConfigAnswer): Promise<Received> {
    const items: ReceivedConfig[] = [];
    for (const { hash, data } of answer.messages) {
      items.push({ storageHash: hash, opened: await openConfig(crypto, identity, kind, data) });
    }
    const times = answer.messages.map(({ timestampMs }) => timestampMs ?? 0);
    return { items, storedAtMs: Math.min(Math.max(0, ...times), deps.now()) };
  }

  async function receive(nodeEd25519Hex: string, answers: readonly ConfigAnswer[]): Promise<void> {
    upToDate = new Set();
    rounds += 1;
    const received = new Map<ConfigKind, Received>();
    for (const answer of answers) {
      const kind = configKindOf(answer.namespace);
      if (kind) received.set(kind, await open(kind, answer));
    }
    const cursors = answers.flatMap(({ namespace, lastHash }) => {
      const kind = configKindOf(namespace);
      return lastHash === null || kind === null || stored.isBroken(kind)
        ? []
        : [{ nodeEd25519Hex, namespace, lastHash }];
    });
    const reading = { names: CONFIG_ROW_NAMES, cache, nowMs: deps.now(), onRead: startByReading };
    const hasStarted = await saveConfigs(store, reading, async (snapshot) => {
      const changes = await decide(snapshot, received);
      // A cursor vouches for a state that is stored, so a state comes with the first answer whatever is in it.
      return changes.configs.size + cursors.length > 0 || changes.hasRows ? { ...changes, cursors } : null;
    });
    if (hasStarted) deps.onTimersStarted();
    for (const { namespace, more } of answers) {
      const kind = configKindOf(namespace);
      if (!kind) continue;
      const nodes = answered.get(kind) ?? new Set();
      answered.set(kind, nodes.add(nodeEd25519Hex));
      if (!more) upToDate.add(kind);
    }
  }

  /** What rows say differently becomes part of the documents, then what came is merged, then rows follow the documents. */
  async function decide(
    snapshot: ConfigSnapshot,
    received: ReadonlyMap<ConfigKind, Received>
  ): Promise<ConfigRowChanges & { hasRows: boolean }> {
    const nowMs = deps.now();
    const rows = { ownId, ...snapshot };
    const states: States = new Map();
    for (const [kind, state] of stored.all(snapshot.configs)) states.set(kind, state);
    const deleted = await findDeletedAccounts(store, missingAccounts(states, snapshot));
    const isDeleted = (accountId: AccountId) => deleted.has(accountId);
    const before = editDocuments(documentsOf(states), rows, { isDeleted, nowMs });
    const merged: States = new Map(states);
    for (const [kind, data] of entriesOf(before)) {
      const state = states.get(kind);
      if (state)
        merged.set(
          kind,
          editConfig(state, () => data)
        );
    }
    let atMs = 0;
    const storedNow = new Map<ConfigKind, number>();
    for (const [kind, { items, storedAtMs }] of received) {
      const known = merged.get(kind);
      if (!known && stored.isBroken(kind)) continue;
      const state = receiveConfigs(known ?? NEW_CONFIG, items, nowMs);
      merged.set(kind, state);
      if (state.base.hashHex === known?.base.hashHex || state.base.seqno === 0) continue;
      storedNow.set(kind, storedAtMs);
      atMs = Math.max(atMs, storedAtMs);
    }
    const changes = applyDocuments(before, documentsOf(merged), rows, {
      isDeleted,
      nowMs,
      atMs: atMs || nowMs
    });
    const configs = new Map<ConfigRowName, ConfigRowContent>();
    for (const [kind, state] of merged) {
      const row = snapshot.configs.get(CONFIG_ROW_OF[kind]);
      const next = stored.row(kind, state, row);
      const storedAtMs = Math.max(next.storedAtMs, storedNow.get(kind) ?? 0);
      storedAt.set(kind, storedAtMs);
      if (next !== row || storedAtMs !== next.storedAtMs)
        configs.set(CONFIG_ROW_OF[kind], { ...next, storedAtMs });
    }
    noteStatus(merged);
    isRestored = !snapshot.profile.createdHere;
    isProfileKnown = stored.isBroken('user-profile') || (merged.get('user-profile')?.base.seqno ?? 0) > 0;
    const { conversations, readUpTo, removed, profile } = changes;
    const hasRows = profile !== null || conversations.size + readUpTo.size + removed.length > 0;
    return { ...changes, configs, hasRows };
  }

  function noteStatus(states: ReadonlyMap<ConfigKind, ConfigState>): void {
    for (const [kind, state] of states) {
      if (configStatus(state) === 'clean') dirtySince.delete(kind);
      else if (!dirtySince.has(kind)) dirtySince.set(kind, clock.monotonic());
    }
  }

  /** Whether storing it cannot push aside what is there (§6, "Never push before …"). */
  function mayPush(kind: ConfigKind, state: ConfigState): boolean {
    if (!upToDate.has(kind) || configStatus(state) === 'clean') return false;
    if (!isRestored || state.currentHashes.length + state.obsoleteHashes.length > 0) return true;
    const wanted = Math.min(NODES_BEFORE_NEW, swarm.members(ownId).length);
    return (answered.get(kind)?.size ?? 0) >= wanted;
  }

  async function push(signal: AbortSignal): Promise<{ isWaiting: boolean }> {
    const nowMs = clock.monotonic();
    const isDue = [...dirtySince].some(
      ([kind, since]) =>
        nowMs - since >= (kind === 'convo-info-volatile' ? CONVO_DEBOUNCE_MS : DEBOUNCE_MS) &&
        upToDate.has(kind)
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
    const accountKey = hexToBytes(ownId);
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
        const taken = mayPush(kind, state) ? takePush(state) : null;
        obsolete.push(...(taken?.state ?? state).obsoleteHashes);
        if (!taken) continue;
        pushed.push({ kind, message: taken.message, payloads: sealConfig(identity, kind, taken.message) });
        next.set(CONFIG_ROW_OF[kind], stored.row(kind, taken.state, row));
      }
      return next;
    });
    return { pushed, obsolete };
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
      dirtySince.clear();
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

  return {
    namespaces: CONFIG_KIND_ORDER.map((kind) => CONFIG_KINDS[kind].namespace),
    async receive(nodeEd25519Hex, answers) {
      try {
        await receive(nodeEd25519Hex, answers);
      } catch (error) {
        const code = errorCode(error);
        if (code === 'deposed' || code === 'closed') throw error;
        // Messages must come whatever is wrong with the documents.
        log.warn('configs-not-taken', { code });
      }
    },
    push,
    isSearching: () => isRestored && !isProfileKnown && rounds < swarm.members(ownId).length,
    handledBeforeMs(accountId) {
      const storedAtMs = storedAt.get(accountId === ownId ? 'user-profile' : 'contacts') ?? 0;
      return Math.max(0, storedAtMs - HANDLED_MARGIN_MS);
    }
  };
}

function documentsOf(states: ReadonlyMap<ConfigKind, ConfigState>): ConfigDocuments {
  const [profile, contacts, convos] = (['user-profile', 'contacts', 'convo-info-volatile'] as const).map(
    (kind) => states.get(kind)?.data
  );
  return { ...(profile && { profile }), ...(contacts && { contacts }), ...(convos && { convos }) };
}

function entriesOf({ profile, contacts, convos }: ConfigDocuments) {
  return [
    ['user-profile', profile],
    ['contacts', contacts],
    ['convo-info-volatile', convos]
  ].filter((entry): entry is [ConfigKind, NonNullable<typeof profile>] => entry[1] !== undefined);
}

/** Accounts that the documents name and no row is there for. */
function missingAccounts(
  states: ReadonlyMap<ConfigKind, ConfigState>,
  { conversations, profile }: ConfigSnapshot
): AccountId[] {
  const { contacts, convos } = documentsOf(states);
  const named = new Set([
    ...(contacts ? readContacts(contacts, profile.accountId).map(({ accountId }) => accountId) : []),
    ...(convos ? readContactConvos(convos).keys() : [])
  ]);
  return [...named].filter((accountId) => !conversations.has(accountId));
}
