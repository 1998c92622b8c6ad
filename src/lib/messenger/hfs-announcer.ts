// What the account announces of itself (v2-forward-secrecy-and-pq.md §9.3, §16.1): the key the group holds, published after the group
// has it, anew when it rotated, and looked after in the own swarm. Never done by a wake-up without a page.
import { equalBytes } from '../bytes/index.ts';
import { blake2b, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import {
  accountKeyId,
  buildAnnouncement,
  derivePublicKeys,
  HFS_SECONDS,
  judgeOutbox,
  openAnnouncement,
  OWN_PROFILE,
  seedToPublish,
  SHORT_RETENTION_DAYS,
  STANDARD_RETENTION_DAYS,
  type HfsSelf,
  type Published
} from '../hfs/index.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { loadMeta, updateMeta, type ProfileStore } from '../storage/index.ts';
import type { AccountKeyRing } from './hfs-key-ring.ts';
import type { GroupAnswer } from './hfs-group-sync.ts';
import type { GroupState } from './hfs-group-state.ts';
import { decodeMarked, encodeMarked } from './marked-json.ts';
import { createPace } from './pace.ts';

/** What was published last, and the bytes of it, to be sent along with messages. */
interface Announced extends Published {
  readonly announcement: Uint8Array;
  readonly keyId: Uint8Array | null;
  readonly continuityPublicKey: Uint8Array;
  readonly retentionDays: number;
  /** Since when the account takes such messages without a break. */
  readonly sinceSeconds: number;
}

/** As it is kept: the seed is only named, so that nothing of it is left when it is destroyed. */
interface KeptAnnounced extends Omit<Announced, 'seed'> {
  /** Null: withdrawn. */
  readonly seedHash: Uint8Array | null;
}

const hashOf = (seed: Uint8Array) => blake2b(seed, { length: 32 });
/** In place of one that is destroyed: no seed is like it. */
const NO_SEED = new Uint8Array(32);

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
  /** Publishes our key with the next push, later than what stands in our slot. */
  takeBack(): void;
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

const PUBLISHING = { free: 3, firstMs: 10_000, longestMs: 30 * 60_000, quietMs: 60 * 60_000 };
/** Clocks further off than this publish nothing (§13.1). */
const MAX_OFFSET_MS = HFS_SECONDS.clockTolerance * 1000;

export function createAnnouncer(deps: {
  store: ProfileStore;
  identity: Identity;
  crypto: CryptoBackend;
  swarm: AnnouncementStore;
  state: GroupState;
  ring: AccountKeyRing;
  clock: Clock;
  log: Log;
  /** Network time, milliseconds. */
  now: () => number;
  clockOffsetMs: () => number | null;
  keyRules: () => Promise<{ readonly window: 'standard' | 'short' }>;
  /** Whether the person wants forward-secret messages. */
  isOn: () => Promise<boolean>;
  /** Keys stand in our slot that no device of ours made, also after the group was looked at again. */
  onForeign: () => Promise<void>;
}): Announcer {
  const { store, identity, crypto, state, log } = deps;
  const [namespace] = [OWN_PROFILE.announcementNamespace];
  const publishing = createPace(deps.clock, PUBLISHING);
  /** Nodes whose slot was seen as it should be, by the hash they were asked from. */
  const cursors = new Map<string, string>();
  let isOutboxRight = true;
  let foreignLooks = 0;
  /** `@` of the foreign keys last seen. */
  let foreignSeconds = 0;
  let isTakingBack = false;

  async function published(): Promise<Announced | null> {
    const row = await loadMeta(store, 'hfs-published');
    if (!row || row.content.text === '') return null;
    const { seedHash, ...rest } = decodeMarked(row.content.text) as KeptAnnounced;
    if (seedHash === null) return { ...rest, seed: null };
    const seeds = (await state.current())?.payload.seeds ?? [];
    const held = seeds.find(({ seed }) => equalBytes(hashOf(seed), seedHash));
    return { ...rest, seed: held?.seed ?? NO_SEED };
  }

  async function judge(data: Uint8Array | null): Promise<ReturnType<typeof judgeOutbox> | null> {
    const self = await state.current();
    if (self?.status !== 'member' || self.payload.continuity === null) return null;
    let shown = null;
    try {
      shown = data && (await openAnnouncement(crypto, data, identity.accountId));
    } catch (error) {
      log.debug('own-announcement-refused', { code: errorCode(error) });
    }
    const keys = await deps.ring.all();
    const verdict = judgeOutbox(shown, {
      keyIds: keys.map(({ publicKeys }) => accountKeyId(publicKeys)),
      continuityPublicKey: await crypto.ed25519PublicKey(self.payload.continuity.seed),
      published: await published()
    });
    if (verdict === 'foreign') foreignSeconds = Math.max(foreignSeconds, shown?.createdSeconds ?? 0);
    return verdict;
  }

  /** A foreign one is believed when it is still there after the group was fetched once more. */
  async function noteForeign(): Promise<void> {
    foreignLooks += 1;
    if (foreignLooks === FOREIGN_LOOKS && (await deps.isOn())) await deps.onForeign();
  }

  async function publish(self: HfsSelf, nowSeconds: number, signal: AbortSignal): Promise<void> {
    const before = await published();
    const { window } = await deps.keyRules();
    const retentionDays = window === 'short' ? SHORT_RETENTION_DAYS : STANDARD_RETENTION_DAYS;
    const isRight = isOutboxRight && !isTakingBack && before?.retentionDays === retentionDays;
    const seed = seedToPublish(self, before, isRight, nowSeconds);
    if (seed === null || self.payload.continuity === null || !publishing.isDue()) return;
    publishing.note();
    const publicKeys = await derivePublicKeys(crypto, 'account', seed.seed);
    // After a withdrawal the next one must be later than it.
    const withdrawnSeconds = before?.seed === null ? before.createdSeconds : 0;
    const earlier = Math.max(withdrawnSeconds, isTakingBack ? foreignSeconds : 0);
    const createdSeconds = Math.max(seed.createdSeconds, earlier + 1);
    const continuitySeed = self.payload.continuity.seed;
    const announcement = await buildAnnouncement(crypto, {
      identity,
      createdSeconds,
      publicKeys,
      continuitySeed,
      retentionDays
    });
    await put(announcement, signal);
    isTakingBack = false;
    await keep({
      retentionDays,
      sinceSeconds: before === null || before.seed === null ? nowSeconds : before.sinceSeconds,
      seed: seed.seed,
      createdSeconds,
      publishedSeconds: nowSeconds,
      announcement,
      keyId: accountKeyId(publicKeys),
      continuityPublicKey: await crypto.ed25519PublicKey(continuitySeed)
    });
  }

  async function withdraw(self: HfsSelf, nowSeconds: number, signal: AbortSignal): Promise<void> {
    const before = await published();
    if (before === null || before.seed === null || self.payload.continuity === null) return;
    if (!publishing.isDue()) return;
    publishing.note();
    const continuitySeed = self.payload.continuity.seed;
    const createdSeconds = Math.max(nowSeconds, before.createdSeconds + 1);
    const announcement = await buildAnnouncement(crypto, {
      identity,
      createdSeconds,
      publicKeys: null,
      continuitySeed,
      retentionDays: 0
    });
    await put(announcement, signal);
    await keep({
      ...before,
      seed: null,
      keyId: null,
      createdSeconds,
      publishedSeconds: nowSeconds,
      announcement
    });
  }

  function put(data: Uint8Array, signal: AbortSignal): Promise<unknown> {
    const ttlMs = HFS_SECONDS.announcementTtl * 1000;
    return deps.swarm.replace({ identity, items: [{ namespace, data, ttlMs }], deleteHashes: [], signal });
  }

  async function keep(announced: Announced): Promise<void> {
    isOutboxRight = true;
    cursors.clear();
    const { seed, ...rest } = announced;
    const kept: KeptAnnounced = { ...rest, seedHash: seed && hashOf(seed) };
    await updateMeta(store, 'hfs-published', 'engine', () => ({ text: encodeMarked(kept) }));
  }

  return {
    namespaces: [namespace],
    cursorOf: (nodeHex, asked) => (asked === namespace ? (cursors.get(nodeHex) ?? null) : null),
    async receive(nodeHex, answers) {
      for (const { messages, skipped } of answers) {
        const last = messages.at(-1);
        // Nothing after what we know is no news.
        if (!last && (cursors.has(nodeHex) || skipped > 0)) continue;
        const verdict = await judge(last?.data ?? null);
        if (verdict === null) continue;
        if (verdict === 'foreign') await noteForeign();
        else foreignLooks = 0;
        isOutboxRight = verdict === 'right' || verdict === 'foreign';
        if (verdict === 'right' && last) cursors.set(nodeHex, last.hash);
      }
    },
    async push(signal) {
      const offsetMs = deps.clockOffsetMs();
      const self = await state.current();
      if (self?.status !== 'member' || offsetMs === null || Math.abs(offsetMs) > MAX_OFFSET_MS) return;
      try {
        const nowSeconds = Math.floor(deps.now() / 1000);
        if (await deps.isOn()) await publish(self, nowSeconds, signal);
        else await withdraw(self, nowSeconds, signal);
      } catch (error) {
        signal.throwIfAborted();
        const code = errorCode(error);
        if (code === 'deposed' || code === 'closed') throw error;
        log.warn('not-announced', { code });
      }
    },
    takeBack() {
      isTakingBack = true;
      foreignLooks = 0;
      publishing.reset();
    },
    letGo: () => updateMeta(store, 'hfs-published', 'engine', () => ({ text: '' })),
    async own() {
      const last = await published();
      if (last === null || last.seed === null || last.keyId === null) return null;
      const { keyId, createdSeconds, announcement, continuityPublicKey, sinceSeconds } = last;
      return { keyId, createdSeconds, announcement, continuityPublicKey, sinceSeconds };
    }
  };
}

const FOREIGN_LOOKS = 3;
