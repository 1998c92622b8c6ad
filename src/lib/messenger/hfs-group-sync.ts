// Keeps this device's place in the device group of the account (v2-forward-secrecy-and-pq.md §11 to §13): what the slot of the group
// holds is polled along with the messages and merged, and only right after everything in it was merged something is stored, one message
// at a time. What must not be believed of one service node alone (that we were left behind) a second one has to show too.
import { bytesToHex, equalBytes } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import {
  createGroupId,
  createSelf,
  derivePublicKeys,
  expireSeeds,
  foundGroup,
  HFS_SECONDS,
  keepUp,
  mergeableMessages,
  OWN_PROFILE,
  ownRecord,
  presentDeviceSeed,
  saysTheSame,
  takeInGroup,
  type DeviceFacts,
  type GroupEvent,
  type HfsSelf
} from '../hfs/index.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import { createConfigPages } from './config-pages.ts';
import { confirmGroup, storeGroup, type GroupSwarmClient } from './hfs-group-push.ts';
import {
  createGroupReader,
  type GroupItem,
  type ReadGroupMessage,
  type ReadLinkRequest
} from './hfs-group-reader.ts';
import type { GroupState } from './hfs-group-state.ts';
import { createPace } from './pace.ts';

/** What one node answered for the slot of the group. */
export interface GroupAnswer {
  readonly namespace: number;
  readonly messages: readonly GroupItem[];
  readonly more: boolean;
  readonly skipped: number;
  readonly lastHash: string | null;
}

/** Everything one node shows of the slot. */
export interface GroupSight {
  readonly messages: readonly ReadGroupMessage[];
  readonly requests: readonly ReadLinkRequest[];
}

/** The part of a poll that is about the device group. */
export interface GroupSync {
  readonly namespaces: readonly number[];
  /** From where to ask a node; null: for everything. */
  cursorOf(nodeEd25519Hex: string, namespace: number): string | null;
  /**
   * Takes in what one node answered; before the messages that came with it, since it brings the keys they are sealed to.
   * @throws StorageError `deposed`, `closed`
   */
  receive(nodeEd25519Hex: string, answers: readonly GroupAnswer[]): Promise<void>;
  /**
   * Does what is due, after everything fetched was decrypted. Never called by a wake-up without a page.
   * @throws StorageError `deposed`, `closed`; the signal's reason
   */
  push(signal: AbortSignal): Promise<void>;
  /** Whether everything is to be looked at again now. */
  isWaiting(): boolean;
  /** The inbox was read completely. @param nowSeconds network time */
  notePolled(nowSeconds: number): void;
}

export interface GroupSyncDependencies {
  readonly state: GroupState;
  readonly identity: Identity;
  readonly crypto: CryptoBackend;
  readonly swarm: GroupSwarmClient & { members(accountId: Identity['accountId']): readonly unknown[] };
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Network time, milliseconds. */
  readonly now: () => number;
  /** Device clock minus network time; null before a node has said it. */
  readonly clockOffsetMs: () => number | null;
  /** Made on this device, so that nobody else can have a group of it. */
  readonly isCreatedHere: () => Promise<boolean>;
  /** Name and version of this device, as the others see it. */
  readonly facts: Pick<DeviceFacts, 'description' | 'version'>;
  /** When the app was last open here before now, seconds. */
  readonly lastOpenedSeconds: () => Promise<number>;
  /** How long keys and silent devices stay. */
  readonly keyRules: () => Promise<{
    readonly window: 'standard' | 'short';
    readonly dormantAfterSeconds: number;
  }>;
  /** After each complete look, with what changed among the devices. */
  readonly onSight: (sight: GroupSight, events: readonly GroupEvent[]) => Promise<void>;
  /** What the person asked for that needs a complete look; done after it and before the push. */
  readonly afterSight?: (signal: AbortSignal) => Promise<void>;
  /** After what was due has been done. */
  readonly afterPush?: () => Promise<void>;
  readonly onPushFailed?: (code: string) => Promise<void>;
}

export interface RunningGroupSync extends GroupSync {
  /** The person wants something of the group: everything is looked at with the next poll, and stored at once. */
  hurry(): void;
  /** Hashes of the messages of our group that are merged: what a push replaces. */
  superseded(): readonly string[];
  /** A new group of this device alone, whatever it was in before; stored with the push that follows. @param nowSeconds network time */
  found(nowSeconds: number): Promise<void>;
  facts(self: HfsSelf): DeviceFacts;
}

/** Clocks further off than this rotate and found nothing (§13.1). */
const MAX_OFFSET_MS = HFS_SECONDS.clockTolerance * 1000;
/** Between two looks whether something is due by time. */
const DUE_CHECK_MS = 60_000;
/** Nodes that must show an empty slot before a group is founded. */
const NODES_BEFORE_FOUNDING = 2;
/** Messages of our group that lie there before they are put together. */
const MAX_SCATTERED = 8;

const LOOKS = { free: 4, firstMs: 1_000, longestMs: 5 * 60_000, quietMs: 10 * 60_000 };
const PUSHES = { free: 3, firstMs: 5_000, longestMs: 10 * 60_000, quietMs: 15 * 60_000 };

const secondsOf = (ms: number) => Math.floor(ms / 1000);

export function createGroupSync(deps: GroupSyncDependencies): RunningGroupSync {
  const { state, crypto, identity, swarm, clock, log } = deps;
  const pages = createConfigPages();
  const reader = createGroupReader({ crypto, identity });
  const looks = createPace(clock, LOOKS);
  const pushes = createPace(clock, PUSHES);
  /** The last hash seen at each node since this engine began. */
  const cursors = new Map<string, string>();
  /** From where nodes are asked in this poll, so that every question of it is the same; null: for everything. */
  const planned = new Map<string, string | null>();
  /** Nodes whose pages that are held began at the start. */
  const pagedFromStart = new Set<string>();
  const emptyAt = new Set<string>();
  let isWanted = false;
  /** Everything was merged in this poll. */
  let isUpToDate = false;
  /** Something was merged, and what follows from it not done yet. */
  let isOwed = false;
  let doubt: { readonly status: HfsSelf['status']; readonly nodeHex: string } | null = null;
  let merged: readonly string[] = [];
  let hasSeenGroup = false;
  let polledSeconds: number | null = null;
  /** The inbox was read completely in this poll. */
  let isInboxRead = false;
  let nextDueCheckMs = Number.NEGATIVE_INFINITY;

  const isTimeKnown = () => {
    const offsetMs = deps.clockOffsetMs();
    return offsetMs !== null && Math.abs(offsetMs) <= MAX_OFFSET_MS;
  };
  const isWaiting = () => isWanted && looks.isDue();

  async function takeIn(nodeHex: string, items: readonly GroupItem[]): Promise<void> {
    const nowSeconds = secondsOf(deps.now());
    looks.note();
    isWanted = false;
    const before = (await state.change((self) => self ?? createSelf(deps.random, nowSeconds))) as HfsSelf;
    const messages = await reader.messages(items, before, nowSeconds);
    hasSeenGroup = messages.length > 0;
    if (hasSeenGroup) emptyAt.clear();
    else emptyAt.add(nodeHex);
    let events: readonly GroupEvent[] = [];
    let isDoubtful = false;
    const self = (await state.change((current) => {
      const known = current ?? before;
      const taken = takeInGroup(known, mergeableMessages(known.payload, messages), nowSeconds);
      isDoubtful = !isCertain(known, taken.self, nodeHex);
      if (isDoubtful) return known;
      ({ events } = taken);
      return isSameState(known, taken.self) ? known : taken.self;
    })) as HfsSelf;
    if (isDoubtful) {
      isWanted = true;
      return;
    }
    merged = messages
      .filter(
        ({ groupId, payload }) =>
          payload !== null && self.groupId !== null && equalBytes(groupId, self.groupId)
      )
      .map(({ hash }) => hash);
    const requests = self.status === 'member' ? await reader.requests(items, self, nowSeconds) : [];
    await deps.onSight({ messages, requests }, events);
    isUpToDate = true;
    isOwed = true;
  }

  /** Being left behind is seen at two nodes before it is believed: one of them may show old things, or too little. */
  function isCertain(before: HfsSelf, after: HfsSelf, nodeHex: string): boolean {
    const isLoss = before.status === 'member' && (after.status === 'displaced' || after.status === 'cut-off');
    if (!isLoss) {
      doubt = null;
      return true;
    }
    const isSeenTwice = doubt !== null && doubt.status === after.status && doubt.nodeHex !== nodeHex;
    if (isSeenTwice || swarm.members(identity.accountId).length < 2) return true;
    doubt ??= { status: after.status, nodeHex };
    if (doubt.status !== after.status) doubt = { status: after.status, nodeHex };
    return false;
  }

  function facts(self: HfsSelf): DeviceFacts {
    const known = ownRecord(self)?.polledSeconds ?? null;
    const latest = Math.max(polledSeconds ?? 0, known ?? 0);
    return { ...deps.facts, polledSeconds: latest === 0 ? null : latest };
  }

  const publicKeysOf = (seed: Uint8Array) => derivePublicKeys(crypto, 'device', seed);

  async function foundIfNew(nowSeconds: number): Promise<void> {
    const self = await state.current();
    if (self?.status !== 'none' || hasSeenGroup || !isTimeKnown() || !(await deps.isCreatedHere())) return;
    const wanted = Math.min(NODES_BEFORE_FOUNDING, swarm.members(identity.accountId).length);
    if (emptyAt.size < wanted) {
      isWanted = true;
      return;
    }
    await found(nowSeconds);
  }

  async function found(nowSeconds: number): Promise<void> {
    await state.change(async () => {
      const self = createSelf(deps.random, nowSeconds);
      return foundGroup(self, {
        random: deps.random,
        groupId: createGroupId(crypto, nowSeconds),
        publicKeys: await publicKeysOf(presentDeviceSeed(self).seed),
        facts: facts(self),
        nowSeconds
      });
    });
    merged = [];
  }

  async function bringUpToDate(self: HfsSelf, nowSeconds: number): Promise<HfsSelf> {
    if (!isTimeKnown()) return self;
    const { window, dormantAfterSeconds } = await deps.keyRules();
    const expired = mayExpire(self, nowSeconds) ? expireSeeds(self, window, nowSeconds).self : self;
    return keepUp(expired, {
      random: deps.random,
      nowSeconds,
      facts: facts(expired),
      lastOpenedSeconds: await deps.lastOpenedSeconds(),
      dormantAfterSeconds,
      publicKeysOf
    });
  }

  /** No key goes while messages it may open are still being fetched, but for at most two days (§13.6). */
  function mayExpire(self: HfsSelf, nowSeconds: number): boolean {
    const lastRead = facts(self).polledSeconds ?? 0;
    return isInboxRead || nowSeconds - lastRead > HFS_SECONDS.keyUsable;
  }

  /** What this device owes by time is only looked for now and then; doing it needs a complete look first. */
  async function lookForDue(): Promise<void> {
    const nowMs = clock.monotonic();
    if (nowMs < nextDueCheckMs) return;
    nextDueCheckMs = nowMs + DUE_CHECK_MS;
    const self = await state.current();
    if (self?.status !== 'member') return;
    if ((await bringUpToDate(self, secondsOf(deps.now()))).isPushDue) isWanted = true;
  }

  async function pushDue(signal: AbortSignal): Promise<void> {
    const nowSeconds = secondsOf(deps.now());
    await foundIfNew(nowSeconds);
    const self = await state.change((current) =>
      current?.status === 'member' ? bringUpToDate(current, nowSeconds) : current
    );
    if (self?.status === 'removed') return forgetKeys(nowSeconds);
    if (self?.status !== 'member') return;
    if (!self.isPushDue && merged.length <= MAX_SCATTERED) return;
    if (!pushes.isDue()) {
      isWanted = true;
      return;
    }
    pushes.note();
    const payload = await storeGroup({ crypto, identity, swarm }, self, merged, signal);
    if (payload === null) return;
    merged = [];
    await confirmGroup(state, { self, payload }, secondsOf(deps.now()));
  }

  /**
   * A removed device has no use for the keys it knew, and contacts may go on sealing to them for two days. Only now, since what came
   * before its removal had to be read first.
   */
  async function forgetKeys(nowSeconds: number): Promise<void> {
    await state.change((self) =>
      self?.status === 'removed' && self.payload.devices.size > 0
        ? { ...createSelf(deps.random, nowSeconds), status: 'removed' }
        : self
    );
  }

  return {
    namespaces: [OWN_PROFILE.groupNamespace],
    cursorOf(nodeHex, namespace) {
      if (namespace !== OWN_PROFILE.groupNamespace) return null;
      const page = pages.cursorOf(nodeHex, namespace);
      if (page !== null) return page;
      const known = planned.get(nodeHex);
      if (known !== undefined) return known;
      const from = isWaiting() ? null : (cursors.get(nodeHex) ?? null);
      planned.set(nodeHex, from);
      return from;
    },
    async receive(nodeHex, answers) {
      isUpToDate = false;
      isInboxRead = false;
      try {
        for (const part of answers) {
          if (part.namespace !== OWN_PROFILE.groupNamespace) continue;
          const isFromStart =
            pages.cursorOf(nodeHex, part.namespace) === null
              ? planned.get(nodeHex) === null
              : pagedFromStart.has(nodeHex);
          planned.clear();
          const answer = pages.add(nodeHex, part);
          pagedFromStart.clear();
          if (answer === null) {
            if (isFromStart) pagedFromStart.add(nodeHex);
            continue;
          }
          if (answer.lastHash !== null) cursors.set(nodeHex, answer.lastHash);
          if (isFromStart && part.skipped === 0) await takeIn(nodeHex, answer.messages);
          else if (answer.messages.some(({ hash }) => !reader.isKnown(hash))) isWanted = true;
        }
      } catch (error) {
        const code = errorCode(error);
        if (code === 'deposed' || code === 'closed') throw error;
        // Messages must come whatever is wrong with the group.
        log.warn('group-not-taken', { code });
        isWanted = true;
      }
    },
    async push(signal) {
      try {
        if (!isUpToDate) {
          isWanted ||= isOwed;
          return await lookForDue();
        }
        isUpToDate = false;
        isOwed = false;
        await deps.afterSight?.(signal);
        await pushDue(signal);
        await deps.afterPush?.();
      } catch (error) {
        signal.throwIfAborted();
        const code = errorCode(error);
        if (code === 'deposed' || code === 'closed') throw error;
        log.warn('group-push-failed', { code });
        isWanted = true;
        await deps.onPushFailed?.(code);
      }
    },
    isWaiting,
    notePolled(nowSeconds) {
      isInboxRead = true;
      polledSeconds = Math.max(polledSeconds ?? 0, nowSeconds);
    },
    hurry() {
      looks.reset();
      pushes.reset();
      isWanted = true;
    },
    superseded: () => merged,
    found,
    facts
  };
}

/** Whether taking in brought nothing; so that nothing is stored again and again. */
function isSameState(a: HfsSelf, b: HfsSelf): boolean {
  return (
    a.status === b.status &&
    a.isPushDue === b.isPushDue &&
    a.rotationOwed === b.rotationOwed &&
    a.readSeconds === b.readSeconds &&
    a.distributed.join() === b.distributed.join() &&
    bytesToHex(a.deviceId) === bytesToHex(b.deviceId) &&
    (a.payload === b.payload || saysTheSame(a.payload, b.payload))
  );
}
