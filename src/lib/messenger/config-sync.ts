// Keeps the documents that the devices of an account share in step with our rows (config-sync.md §6): what a poll brought is
// merged and shown, what changed here is noted, and right after such a poll it is stored in the own swarm. So nothing is ever
// stored without having looked first, and one thing is stored at a time.
import type { AccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';
import {
  CONFIG_KIND_ORDER,
  CONFIG_KINDS,
  configKindOf,
  configStatus,
  editConfig,
  NEW_CONFIG,
  openConfig,
  readContactConvos,
  readContacts,
  receiveConfigs,
  type ConfigKind,
  type ConfigState,
  type ReceivedConfig
} from '../config/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  findDeletedAccounts,
  saveConfigs,
  type ConfigRowChanges,
  type ConfigRowContent,
  type ConfigRowName,
  type ConfigSnapshot,
  type ConversationCache,
  type ProfileStore
} from '../storage/index.ts';
import type { ConfigDocuments } from './config-facts.ts';
import { editDocuments } from './config-from-rows.ts';
import { applyDocuments } from './config-to-rows.ts';
import { createConfigPush, type ConfigSwarmClient } from './config-push.ts';
import { createConfigPages, type ConfigAnswer } from './config-pages.ts';
import { CONFIG_ROW_NAMES, CONFIG_ROW_OF, createConfigStates } from './config-states.ts';
import { startByReading } from './disappear.ts';

export interface ConfigSync {
  readonly namespaces: readonly number[];
  /** From where to ask a node for more of an answer that was not taken in yet; null: from the stored cursor. */
  cursorOf(nodeEd25519Hex: string, namespace: number): string | null;
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

/** Nodes that must know nothing of a config before a restored account begins one. */
const NODES_BEFORE_NEW = 2;
const HANDLED_MARGIN_MS = 2 * 60_000;

type States = Map<ConfigKind, ConfigState>;

interface Received {
  readonly items: readonly ReceivedConfig[];
  readonly storedAtMs: number;
  /** Of the latest item in a form that another app writes; 0: there is none whose time is known. */
  readonly foreignAtMs: number;
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
  /** Rows followed a document. */
  onRowsChanged?: () => void;
  /** What was just taken in holds documents as another app stores them, the latest at this network time, as a node says. */
  onForeignForm?: (storedAtMs: number) => Promise<void>;
}): ConfigSync {
  const { store, identity, crypto, swarm, log } = deps;
  const ownId = identity.accountId;
  const cache: ConversationCache = new Map();
  const stored = createConfigStates(log);
  const pages = createConfigPages();
  /** Nodes that answered for a kind since this engine began. */
  const answered = new Map<ConfigKind, Set<string>>();
  const storedAt = new Map<ConfigKind, number>();
  /** Kinds of which the last answer left nothing out. */
  let upToDate = new Set<ConfigKind>();
  let rounds = 0;
  let isRestored = false;
  let isProfileKnown = true;

  const pushing = createConfigPush({ ...deps, stored, mayPush, isUpToDate: (kind) => upToDate.has(kind) });

  async function open(kind: ConfigKind, answer: ConfigAnswer): Promise<Received> {
    const items: ReceivedConfig[] = [];
    let latestMs = 0;
    let latestForeignMs = 0;
    for (const { hash, data, timestampMs = 0 } of answer.messages) {
      const opened = await openConfig(crypto, identity, kind, data);
      items.push({ storageHash: hash, opened });
      latestMs = Math.max(latestMs, timestampMs);
      if (opened.kind !== 'unreadable' && opened.isForeignForm)
        latestForeignMs = Math.max(latestForeignMs, timestampMs);
    }
    const nowMs = deps.now();
    return {
      items,
      storedAtMs: Math.min(latestMs, nowMs),
      foreignAtMs: Math.min(latestForeignMs, nowMs)
    };
  }

  async function receive(nodeEd25519Hex: string, parts: readonly ConfigAnswer[]): Promise<void> {
    upToDate = new Set();
    rounds += 1;
    const answers = parts.flatMap((part) => pages.add(nodeEd25519Hex, part) ?? []);
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
    let hasRows = false;
    const hasStarted = await saveConfigs(store, reading, async (snapshot) => {
      const changes = await decide(snapshot, received);
      ({ hasRows } = changes);
      // A cursor vouches for a state that is stored, so a state comes with the first answer whatever is in it.
      return changes.configs.size + cursors.length > 0 || changes.hasRows ? { ...changes, cursors } : null;
    });
    if (hasStarted) deps.onTimersStarted();
    if (hasRows) deps.onRowsChanged?.();
    for (const { namespace, more } of answers) {
      const kind = configKindOf(namespace);
      if (!kind) continue;
      const nodes = answered.get(kind) ?? new Set();
      answered.set(kind, nodes.add(nodeEd25519Hex));
      if (!more) upToDate.add(kind);
    }
    const foreignAtMs = Math.max(0, ...[...received.values()].map((part) => part.foreignAtMs));
    if (foreignAtMs > 0) await deps.onForeignForm?.(foreignAtMs);
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
    pushing.noteStatus(merged);
    isRestored = !snapshot.profile.createdHere;
    isProfileKnown = stored.isBroken('user-profile') || (merged.get('user-profile')?.base.seqno ?? 0) > 0;
    const { conversations, readUpTo, removed, profile } = changes;
    const hasRows = profile !== null || conversations.size + readUpTo.size + removed.length > 0;
    return { ...changes, configs, hasRows };
  }

  /** Whether storing it cannot push aside what is there (§6, "Never push before …"). */
  function mayPush(kind: ConfigKind, state: ConfigState): boolean {
    if (!upToDate.has(kind) || configStatus(state) === 'clean') return false;
    if (!isRestored || state.currentHashes.length + state.obsoleteHashes.length > 0) return true;
    const wanted = Math.min(NODES_BEFORE_NEW, swarm.members(ownId).length);
    return (answered.get(kind)?.size ?? 0) >= wanted;
  }

  return {
    namespaces: CONFIG_KIND_ORDER.map((kind) => CONFIG_KINDS[kind].namespace),
    cursorOf: pages.cursorOf,
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
    push: pushing.push,
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
