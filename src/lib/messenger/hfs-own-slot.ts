// Looks after our own slot (v2-forward-secrecy-and-pq.md §9.3): whether what stands there is ours, another device's of the group, or
// somebody else's. What other devices of the group published is taken over as if this one had.
import { equalBytes } from '../bytes/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import {
  accountKeyId,
  announcedSeed,
  HFS_SECONDS,
  judgeOutbox,
  openAnnouncement,
  type Announcement,
  type HfsSelf
} from '../hfs/index.ts';
import type { Log } from '../log.ts';
import type { Announced, AnnouncedStore } from './hfs-announced.ts';
import type { GroupState } from './hfs-group-state.ts';
import type { GroupAnswer } from './hfs-group-sync.ts';
import type { AccountKeyRing } from './hfs-key-ring.ts';

export interface OwnSlot {
  /** From where to ask a node; null: for everything. */
  cursorOf(nodeEd25519Hex: string): string | null;
  /** Takes in what one node shows. @throws StorageError `deposed`, `closed` */
  receive(nodeEd25519Hex: string, answers: readonly GroupAnswer[]): Promise<void>;
  /** False: the last node that was asked shows nothing, or something older than what was published. */
  isRight(): boolean;
  /** `@` of the latest foreign keys that others would believe, seconds; 0: there were none. */
  foreignSeconds(): number;
  /** Foreign keys raise the alarm anew. */
  forgiveForeign(): void;
  /** Something was published: nodes show the former until they have it. */
  renew(): void;
}

export interface OwnSlotEvents {
  /** Keys stand in our slot that no device of ours made, also after the group was looked at again. */
  readonly onForeign: () => Promise<void>;
  /** Another device of the group has turned forward-secret messages on or off for the account. */
  readonly onTurned: (isOn: boolean) => Promise<void>;
}

export function createOwnSlot(
  deps: OwnSlotEvents & {
    identity: Identity;
    crypto: CryptoBackend;
    state: GroupState;
    ring: AccountKeyRing;
    announced: AnnouncedStore;
    /** Keeps what was published, by whichever device. */
    keep: (next: Announced) => Promise<void>;
    /** Days for which this device keeps a replaced key. */
    retentionDays: () => Promise<number>;
    isOn: () => Promise<boolean>;
    log: Log;
    /** Network time, seconds. */
    nowSeconds: () => number;
  }
): OwnSlot {
  const { identity, crypto, state, announced, keep, retentionDays, nowSeconds, log } = deps;
  /** Nodes whose slot was seen as it should be, by the hash they were asked from. */
  const cursors = new Map<string, string>();
  let isRight = true;
  let foreignLooks = 0;
  let foreignSeconds = 0;

  async function judge(data: Uint8Array | null) {
    const self = await state.current();
    if (self?.status !== 'member' || self.payload.continuity === null) return null;
    let shown: Announcement | null = null;
    try {
      shown = data && (await openAnnouncement(crypto, data, identity.accountId));
    } catch (error) {
      log.debug('own-announcement-refused', { code: errorCode(error) });
    }
    const keys = await deps.ring.all();
    const published = await announced.load();
    const verdict = judgeOutbox(shown, {
      keyIds: keys.map(({ publicKeys }) => accountKeyId(publicKeys)),
      continuityPublicKey: await crypto.ed25519PublicKey(self.payload.continuity.seed),
      published
    });
    return { verdict, shown, self, published };
  }

  /** A foreign one is believed when it is still there after the group was fetched once more. */
  async function noteForeign({ createdSeconds }: Announcement): Promise<void> {
    const believed = nowSeconds() + HFS_SECONDS.clockTolerance;
    if (createdSeconds !== null && createdSeconds <= believed) {
      foreignSeconds = Math.max(foreignSeconds, createdSeconds);
    }
    foreignLooks += 1;
    if (foreignLooks === FOREIGN_LOOKS && (await deps.isOn())) await deps.onForeign();
  }

  /** Another device of the group has published what this one would: it is as good as ours. */
  async function adopt(shown: Announcement, self: HfsSelf, before: Announced | null): Promise<void> {
    const seed = announcedSeed(self);
    const { publicKeys, additions, createdSeconds } = shown;
    if (seed === null || publicKeys === null || additions === null || createdSeconds === null) return;
    const keyId = accountKeyId(publicKeys);
    const known = await deps.ring.announced();
    if (known === null || !equalBytes(accountKeyId(known.publicKeys), keyId)) return;
    const chosenDays = await retentionDays();
    const theirs: Announced = {
      retentionDays: chosenDays,
      sinceSeconds: before?.seed == null ? nowSeconds() : before.sinceSeconds,
      seed: seed.seed,
      createdSeconds,
      publishedSeconds: nowSeconds(),
      announcement: shown.bytes,
      keyId,
      continuityPublicKey: additions.continuityPublicKey
    };
    if (!(await deps.isOn())) {
      // Whoever moved on from the group's keys has announced nothing.
      if (before?.seed !== null || createdSeconds <= before.createdSeconds) return;
      // Published before that device could know of the withdrawal: it is withdrawn as well.
      const isCrossing = nowSeconds() - before.publishedSeconds < CROSSING_SECONDS;
      return isCrossing ? keep(theirs) : deps.onTurned(true);
    }
    const isOurs = before?.seed != null && equalBytes(before.seed, seed.seed);
    // What promises to keep keys for longer than this device does is replaced.
    if (!isOurs && additions.retentionDays <= chosenDays) await keep(theirs);
  }

  /** Another device of the group has turned it off for the account. */
  async function followWithdrawal(shown: Announcement, before: Announced | null): Promise<void> {
    const { additions, createdSeconds } = shown;
    if (additions === null || createdSeconds === null) return;
    await keep({
      retentionDays: await retentionDays(),
      sinceSeconds: before?.sinceSeconds ?? nowSeconds(),
      seed: null,
      keyId: null,
      createdSeconds,
      publishedSeconds: nowSeconds(),
      announcement: shown.bytes,
      continuityPublicKey: additions.continuityPublicKey
    });
    if (await deps.isOn()) await deps.onTurned(false);
  }

  async function look(nodeHex: string, last: GroupAnswer['messages'][number] | undefined): Promise<void> {
    const judged = await judge(last?.data ?? null);
    if (judged === null) return;
    const { verdict, shown, self, published } = judged;
    if (verdict === 'foreign' && shown) await noteForeign(shown);
    else foreignLooks = 0;
    isRight = verdict === 'right' || verdict === 'foreign' || verdict === 'withdrawn';
    if (verdict === 'right' && shown) await adopt(shown, self, published);
    if (verdict === 'withdrawn' && shown) await followWithdrawal(shown, published);
    if (verdict === 'right' && last) cursors.set(nodeHex, last.hash);
  }

  return {
    cursorOf: (nodeHex) => cursors.get(nodeHex) ?? null,
    async receive(nodeHex, answers) {
      for (const { messages, skipped } of answers) {
        const last = messages.at(-1);
        // Nothing after what we know is no news.
        if (!last && (cursors.has(nodeHex) || skipped > 0)) continue;
        await look(nodeHex, last);
      }
    },
    isRight: () => isRight,
    foreignSeconds: () => foreignSeconds,
    forgiveForeign() {
      foreignLooks = 0;
    },
    renew() {
      isRight = true;
      cursors.clear();
    }
  };
}

const FOREIGN_LOOKS = 3;
/** Between a withdrawal and the time when every open device has seen it. */
const CROSSING_SECONDS = 300;
