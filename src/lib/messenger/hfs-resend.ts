// Messages nobody could open: telling of them, asking contacts to send them again, and being asked (v2-forward-secrecy-and-pq.md §15).
// Nothing is ever sent again by itself: a thief of the recovery phrase can ask as well as the account's owner.
import type { AccountId } from '../account-id.ts';
import type { Peer, Statement } from '../hfs/index.ts';
import { groupCreatedMinutes, HFS_SECONDS } from '../hfs/index.ts';
import {
  enqueueSignal,
  findAcceptedContacts,
  findConversation,
  isApproved,
  isApprovedMe,
  noteResendRequest,
  updateHeldState,
  type HeldMessage,
  type HeldState,
  type ProfileStore
} from '../storage/index.ts';
import type { GroupState } from './hfs-group-state.ts';
import type { PeerBook } from './hfs-peers.ts';

export interface Resend {
  /** Messages were tried as often as it is worth it, and these are left. @throws StorageError `deposed`, `closed` */
  noteLeft(held: readonly HeldMessage[]): Promise<void>;
  /** Asks contacts, each once a day at most. @throws StorageError */
  ask(): Promise<void>;
  /** A contact asks. @throws StorageError */
  noteAsked(accountId: AccountId, resend: NonNullable<Statement['resend']>): Promise<void>;
}

const DAY_SECONDS = HFS_SECONDS.keyFresh;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LIFE_MS = HFS_SECONDS.messageTtl * 1000;
/** What was sent longer ago is nobody's to ask for: no node can have held it (§20). */
const MAX_AGE_MS = HFS_SECONDS.accountRetention * 1000;
/** Contacts may seal to keys of a former group for so long (§14.3). */
const FORMER_KEYS_MS = HFS_SECONDS.keyUsable * 1000;

export function createResend(deps: {
  store: ProfileStore;
  ownId: AccountId;
  state: GroupState;
  peers: PeerBook;
  isOn: () => Promise<boolean>;
  /** Network time, milliseconds. */
  now: () => number;
  ringOutbox: () => void;
}): Resend {
  const { store, ownId, peers } = deps;

  /** The group is whole, so that what is missing was lost on the way; not begun anew with keys that are gone. */
  async function isIntact(fromMs: number): Promise<boolean> {
    const self = await deps.state.current();
    if (self?.status !== 'member' || self.groupId === null) return false;
    return fromMs > groupCreatedMinutes(self.groupId) * MINUTE_MS + FORMER_KEYS_MS;
  }

  async function ask(): Promise<void> {
    const nowSeconds = Math.floor(deps.now() / 1000);
    const left: HeldState[] = [];
    await updateHeldState(store, (state) => {
      if (state.count === 0) return null;
      left.push(state);
      return { ...state, askedAtMs: deps.now() };
    });
    const window = left.at(-1);
    if (!window) return;
    const outgoing = { kind: 'resend-request', ...wholeHours(window) } as const;
    for (const { conversationId, accountId } of await findAcceptedContacts(store)) {
      // A device that begins anew knows nobody's keys yet.
      const isUnknown = (await peers.current(accountId)).status === 'unknown';
      if (isUnknown) await peers.lookUp(accountId);
      if (!(await peers.noteAsking(accountId, (peer) => mayAsk(peer, nowSeconds)))) continue;
      await enqueueSignal(store, { conversationId, ownId, nowMs: deps.now(), outgoing });
    }
    deps.ringOutbox();
  }

  return {
    async noteLeft(kept) {
      const held = kept.filter(({ cameAgain, isNewer }) => !cameAgain && !isNewer);
      const fromMs = Math.min(...held.map(sentFrom));
      const toMs = Math.max(...held.map(({ heldAtMs }) => heldAtMs));
      const self = await deps.state.current();
      const isMember = self?.status === 'member' && (await deps.isOn());
      const isWhole = held.length > 0 && isMember && (await isIntact(fromMs));
      await updateHeldState(store, (state) => {
        if (held.length === 0) return state.count === 0 ? null : { ...state, count: 0, canAsk: false };
        return { ...state, count: held.length, fromMs, toMs, canAsk: isMember && !isWhole };
      });
      if (isWhole) await ask();
    },
    ask,
    async noteAsked(accountId, { fromSeconds, toSeconds }) {
      const found = await findConversation(store, accountId);
      if (!found || found.content.blocked) return;
      if (!isApproved(found.content) || !isApprovedMe(found.content)) return;
      const nowMs = deps.now();
      const nowSeconds = Math.floor(nowMs / 1000);
      const isFirst = await peers.noteAskedBy(accountId, (peer) => mayBeAsked(peer, nowSeconds));
      if (!isFirst) return;
      const fromMs = Math.max(fromSeconds * 1000, nowMs - MAX_AGE_MS);
      await noteResendRequest(store, found.row.id, {
        fromMs,
        toMs: Math.min(toSeconds * 1000, nowMs),
        atMs: nowMs
      });
    }
  };
}

/** A node keeps a message for a fortnight at most. */
function sentFrom({ expiresAtMs, heldAtMs }: HeldMessage): number {
  return Math.min(heldAtMs, Math.max(expiresAtMs - LIFE_MS, heldAtMs - LIFE_MS));
}

function wholeHours({ fromMs, toMs }: Pick<HeldState, 'fromMs' | 'toMs'>) {
  return {
    fromSeconds: (Math.floor(fromMs / HOUR_MS) * HOUR_MS) / 1000,
    toSeconds: (Math.ceil(toMs / HOUR_MS) * HOUR_MS) / 1000
  };
}

const isDue = (lastSeconds: number | null, nowSeconds: number) =>
  lastSeconds === null || nowSeconds - lastSeconds >= DAY_SECONDS;

function mayAsk(peer: Peer, nowSeconds: number): boolean {
  return peer.status === 'capable' && isDue(peer.askedSeconds, nowSeconds);
}

function mayBeAsked(peer: Peer, nowSeconds: number): boolean {
  return isDue(peer.askedBySeconds, nowSeconds);
}
