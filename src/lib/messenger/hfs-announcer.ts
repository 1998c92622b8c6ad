// What the account announces of itself (v2-forward-secrecy-and-pq.md §9.3, §16.1): the key the group holds, published after the group
// has it, anew when it rotated, and looked after in the own swarm. Never done by a wake-up without a page.
import { equalBytes } from '../bytes/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import {
  accountKeyId,
  buildAnnouncement,
  derivePublicKeys,
  HFS_SECONDS,
  OWN_PROFILE,
  rotateAfter,
  seedToPublish,
  SHORT_RETENTION_DAYS,
  STANDARD_RETENTION_DAYS,
  type HfsSelf
} from '../hfs/index.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import type { ProfileStore } from '../storage/index.ts';
import { btKey } from '../wire/index.ts';
import { createAnnouncedStore, type Announced } from './hfs-announced.ts';
import type { AccountKeyRing } from './hfs-key-ring.ts';
import type { GroupAnswer } from './hfs-group-sync.ts';
import type { GroupState } from './hfs-group-state.ts';
import type { OfficialSlot } from './official-slot.ts';
import { createOwnSlot, type OwnSlotEvents } from './hfs-own-slot.ts';
import { createPace } from './pace.ts';
import { createPublishDelay } from './publish-delay.ts';

/** What messages say of our keys. */
export interface OwnAnnouncement {
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly createdSeconds: number;
  readonly announcement: Uint8Array;
  readonly continuityPublicKey: Uint8Array;
  /** Since when the account takes such messages without a break. */
  readonly sinceSeconds: number;
}

export interface Announcer {
  readonly namespaces: readonly number[];
  cursorOf(nodeEd25519Hex: string, namespace: number): string | null;
  /** Takes in what one node shows of our own slot. @throws StorageError `deposed`, `closed` */
  receive(nodeEd25519Hex: string, answers: readonly GroupAnswer[]): Promise<void>;
  /** Publishes or withdraws what is due. @throws StorageError `deposed`, `closed`; the signal's reason */
  push(signal: AbortSignal): Promise<void>;
  /** A new key of ours is published once the group has it, later than what stands in our slot. @throws StorageError */
  takeBack(): Promise<void>;
  /** The person goes on although an official app publishes keys of this account. @throws StorageError */
  ignoreOfficial(): Promise<void>;
  /** What we announced is no concern of ours any more: nothing is withdrawn. @throws StorageError */
  letGo(): Promise<void>;
  /** What is announced now; null: nothing is. */
  own(): Promise<OwnAnnouncement | null>;
}

/** The part of the swarm floor that publishing needs. */
interface AnnouncementStore {
  replace(input: {
    identity: Identity;
    items: readonly { readonly namespace: number; readonly data: Uint8Array; readonly ttlMs: number }[];
    deleteHashes: readonly string[];
    signal?: AbortSignal;
  }): Promise<unknown>;
}

/** What the account's devices and the person are told of. */
export interface AnnouncerEvents extends OwnSlotEvents {
  /** Whether an official app publishes keys of this account, which ours wait for (§16.3). */
  readonly onOfficial: (isTaken: boolean) => Promise<void>;
  /** Since when what is due could not be published, seconds; null: nothing is due (§15.4). */
  readonly onOverdue: (sinceSeconds: number | null) => Promise<void>;
  /** The group has something to store before more can be published. */
  readonly onGroupDue: () => void;
}

const PUBLISHING = { free: 3, firstMs: 10_000, longestMs: 30 * 60_000, quietMs: 60 * 60_000 };
/** Clocks further off than this publish nothing (§13.1). */
const MAX_OFFSET_MS = HFS_SECONDS.clockTolerance * 1000;

export function createAnnouncer(
  deps: AnnouncerEvents & {
    store: ProfileStore;
    identity: Identity;
    crypto: CryptoBackend;
    swarm: AnnouncementStore;
    state: GroupState;
    ring: AccountKeyRing;
    official: OfficialSlot;
    clock: Clock;
    random: RandomBytes;
    log: Log;
    /** Network time, milliseconds. */
    now: () => number;
    clockOffsetMs: () => number | null;
    keyRules: () => Promise<{ readonly window: 'standard' | 'short' }>;
    /** Whether the person wants forward-secret messages. */
    isOn: () => Promise<boolean>;
  }
): Announcer {
  const { identity, crypto, state, random, official, log } = deps;
  const [namespace] = [OWN_PROFILE.announcementNamespace];
  const announced = createAnnouncedStore(deps.store, state);
  const publishing = createPace(deps.clock, PUBLISHING);
  const delay = createPublishDelay(deps.clock, random);
  /** Seeds made on this device: nobody else is about to publish them. */
  const madeHere = new Set<string>();
  let isTakingBack = false;
  let wasTaken: boolean | null = null;
  let wasOverdue: boolean | null = null;

  // What the group does not hold yet came from no other device.
  state.onChange((self) => {
    const distributed = new Set(self?.distributed);
    for (const { seed } of self?.payload.seeds ?? []) {
      if (!distributed.has(btKey(seed))) madeHere.add(btKey(seed));
    }
  });

  const nowSeconds = () => Math.floor(deps.now() / 1000);
  const retentionDays = async () =>
    (await deps.keyRules()).window === 'short' ? SHORT_RETENTION_DAYS : STANDARD_RETENTION_DAYS;
  const slot = createOwnSlot({ ...deps, announced, keep, retentionDays, nowSeconds });

  /** @returns whether what is due is out */
  async function publish(self: HfsSelf, signal: AbortSignal): Promise<boolean> {
    const at = nowSeconds();
    const before = await announced.load();
    const chosenDays = await retentionDays();
    const isRight = slot.isRight() && !isTakingBack && before?.retentionDays === chosenDays;
    const seed = seedToPublish(self, before, isRight, at);
    const { continuity } = self.payload;
    if (seed === null || continuity === null) {
      delay.clear();
      return true;
    }
    // A key is announced with the time it was made, so what must be later needs a later key.
    const withdrawnSeconds = before?.seed === null ? before.createdSeconds : 0;
    const earlierSeconds = Math.max(withdrawnSeconds, isTakingBack ? slot.foreignSeconds() : 0);
    if (seed.createdSeconds <= earlierSeconds) {
      await rotate(earlierSeconds);
      return false;
    }
    const isNew = before?.seed == null || !equalBytes(before.seed, seed.seed);
    const isOthers = before !== null && (!slot.isRight() || (isNew && !madeHere.has(btKey(seed.seed))));
    if (isOthers && !isTakingBack && !delay.isOver()) return false;
    if (!publishing.isDue()) return false;
    publishing.note();
    const publicKeys = await derivePublicKeys(crypto, 'account', seed.seed);
    const { createdSeconds } = seed;
    const announcement = await buildAnnouncement(crypto, {
      identity,
      createdSeconds,
      publicKeys,
      continuitySeed: continuity.seed,
      retentionDays: chosenDays
    });
    await put(announcement, signal);
    isTakingBack = false;
    await keep({
      retentionDays: chosenDays,
      sinceSeconds: before?.seed == null ? at : before.sinceSeconds,
      seed: seed.seed,
      createdSeconds,
      publishedSeconds: at,
      announcement,
      keyId: accountKeyId(publicKeys),
      continuityPublicKey: await crypto.ed25519PublicKey(continuity.seed)
    });
    return true;
  }

  async function rotate(afterSeconds: number): Promise<void> {
    await state.change(
      (self) => self && rotateAfter(self, { random, nowSeconds: nowSeconds(), afterSeconds })
    );
    deps.onGroupDue();
  }

  async function withdraw(self: HfsSelf, signal: AbortSignal): Promise<void> {
    const before = await announced.load();
    if (before === null || before.seed === null || self.payload.continuity === null) return;
    if (!publishing.isDue()) return;
    publishing.note();
    const createdSeconds = Math.max(nowSeconds(), before.createdSeconds + 1);
    const announcement = await buildAnnouncement(crypto, {
      identity,
      createdSeconds,
      publicKeys: null,
      continuitySeed: self.payload.continuity.seed,
      retentionDays: 0
    });
    await put(announcement, signal);
    await keep({
      ...before,
      seed: null,
      keyId: null,
      createdSeconds,
      publishedSeconds: nowSeconds(),
      announcement
    });
  }

  function put(data: Uint8Array, signal: AbortSignal): Promise<unknown> {
    const ttlMs = HFS_SECONDS.announcementTtl * 1000;
    return deps.swarm.replace({ identity, items: [{ namespace, data, ttlMs }], deleteHashes: [], signal });
  }

  async function keep(next: Announced): Promise<void> {
    slot.renew();
    delay.clear();
    await announced.keep(next);
  }

  async function noteOverdue(isOverdue: boolean): Promise<void> {
    if (wasOverdue === isOverdue) return;
    wasOverdue = isOverdue;
    await deps.onOverdue(isOverdue ? nowSeconds() : null);
  }

  async function noteOfficial(isTaken: boolean | null): Promise<void> {
    if (isTaken !== null && isTaken !== wasTaken) await deps.onOfficial(isTaken);
    wasTaken = isTaken;
  }

  /** @returns whether what is due is out */
  async function pushDue(self: HfsSelf, signal: AbortSignal): Promise<boolean> {
    const offsetMs = deps.clockOffsetMs();
    const isTimeKnown = offsetMs !== null && Math.abs(offsetMs) <= MAX_OFFSET_MS;
    if (!(await deps.isOn())) {
      await noteOfficial(null);
      if (isTimeKnown) await withdraw(self, signal);
      return true;
    }
    const isTaken = await official.isTaken(signal);
    await noteOfficial(isTaken);
    if (isTaken) return true;
    // Before a node has said the time nothing is late.
    return isTimeKnown ? publish(self, signal) : offsetMs === null;
  }

  return {
    namespaces: [namespace],
    cursorOf: (nodeHex, asked) => (asked === namespace ? slot.cursorOf(nodeHex) : null),
    receive: (nodeHex, answers) => slot.receive(nodeHex, answers),
    async push(signal) {
      const self = await state.current();
      if (self?.status !== 'member') return;
      try {
        await noteOverdue(!(await pushDue(self, signal)));
      } catch (error) {
        signal.throwIfAborted();
        const code = errorCode(error);
        if (code === 'deposed' || code === 'closed') throw error;
        log.warn('not-announced', { code });
        await noteOverdue(true);
      }
    },
    async takeBack() {
      isTakingBack = true;
      slot.forgiveForeign();
      publishing.reset();
      await rotate(slot.foreignSeconds());
    },
    ignoreOfficial: () => official.ignore(),
    letGo: () => announced.forget(),
    async own() {
      const last = await announced.load();
      if (last === null || last.seed === null || last.keyId === null) return null;
      const { keyId, createdSeconds, announcement, continuityPublicKey, sinceSeconds } = last;
      return { keyId, createdSeconds, announcement, continuityPublicKey, sinceSeconds };
    }
  };
}
