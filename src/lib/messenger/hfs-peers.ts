// What is known of each contact's keys (v2-forward-secrecy-and-pq.md §9.4, §14): kept a row a contact, looked up in their swarm when a
// message needs it, and learnt from what they write. Several looks for one contact are one.
import type { AccountId } from '../account-id.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import { AppError, errorCode } from '../errors.ts';
import {
  considerAnnouncement,
  considerIncoming,
  considerNone,
  considerStatement,
  noteStrikes,
  noteTold,
  openAnnouncement,
  OWN_PROFILE,
  UNKNOWN_PEER,
  type Announcement,
  type Peer,
  type PeerNotice,
  type Statement,
  type Telling
} from '../hfs/index.ts';
import type { Log } from '../log.ts';
import { randomBelow, type RandomBytes } from '../random.ts';
import { loadPeer, updatePeer, type ProfileStore } from '../storage/index.ts';
import { decodeMarked, encodeMarked } from './marked-json.ts';

/** The part of the swarm floor that looking for keys needs. */
export interface KeyDirectory {
  members(accountId: AccountId): readonly { readonly ed25519PublicKeyHex: string }[];
  readPublicSlot(input: {
    accountId: AccountId;
    namespace: number;
    preferNode?: string;
    signal?: AbortSignal;
  }): Promise<{ readonly nodeHex: string; readonly items: readonly Uint8Array[] }>;
}

export interface PeerBook {
  /** `UNKNOWN_PEER` when nothing is known. */
  current(accountId: AccountId): Promise<Peer>;
  /**
   * Looks for a contact's announcement: at two nodes the first time, and where one shows nothing, or something old.
   * @returns the peer afterwards, unchanged when no node could be asked
   * @throws StorageError `deposed`, `closed`; the signal's reason
   */
  lookUp(accountId: AccountId, signal?: AbortSignal): Promise<Peer>;
  /** What messages that prove their sender tell of their keys, and of what they know of ours; one change for all of them. */
  noteIncoming(accountId: AccountId, messages: readonly IncomingFacts[]): Promise<void>;
  /** The person lets messages go classic until keys of the contact are found. */
  chooseClassic(accountId: AccountId): Promise<void>;
  /** Notes that they are asked now to send messages again, if `isDue` says so. @returns what it said */
  noteAsking(accountId: AccountId, isDue: (peer: Peer) => boolean): Promise<boolean>;
  /** The same of a request of theirs. */
  noteAskedBy(accountId: AccountId, isDue: (peer: Peer) => boolean): Promise<boolean>;
  /** A message that told something of our keys was accepted by the swarm. */
  noteTold(accountId: AccountId, telling: Telling, ownContinuityPublicKey: Uint8Array): Promise<void>;
}

export interface IncomingFacts {
  readonly protection: 'hybrid' | 'classic';
  readonly isActiveKey: boolean;
  /** False: it was written before anybody could know our keys. */
  readonly couldBeHybrid?: boolean;
  readonly statement: Statement | null;
}

/** What a row says; it was sealed by this profile. */
export const readPeer = (text: string | null): Peer =>
  text === null ? UNKNOWN_PEER : { ...UNKNOWN_PEER, ...(decodeMarked(text) as Peer) };

export function createPeerBook(deps: {
  store: ProfileStore;
  crypto: CryptoBackend;
  directory: KeyDirectory;
  random: RandomBytes;
  log: Log;
  /** Network time, milliseconds. */
  now: () => number;
  onNotices: (accountId: AccountId, notices: readonly PeerNotice[]) => Promise<void>;
}): PeerBook {
  const { store, crypto, directory, log } = deps;
  const looks = new Map<AccountId, Promise<Peer>>();
  const nowSeconds = () => Math.floor(deps.now() / 1000);

  async function change(
    accountId: AccountId,
    make: (peer: Peer) => { peer: Peer; notices?: readonly PeerNotice[] }
  ): Promise<Peer> {
    let after = UNKNOWN_PEER;
    let notices: readonly PeerNotice[] = [];
    await updatePeer(store, accountId, 'engine', (text) => {
      const before = readPeer(text);
      const made = make(before);
      after = made.peer;
      notices = made.notices ?? [];
      const next = encodeMarked(after);
      return next === text || after === before ? null : next;
    });
    if (notices.length > 0) await deps.onNotices(accountId, notices);
    return after;
  }

  async function noteIfDue(
    accountId: AccountId,
    field: 'askedSeconds' | 'askedBySeconds',
    isDue: (peer: Peer) => boolean
  ): Promise<boolean> {
    let is = false;
    await change(accountId, (peer) => {
      is = isDue(peer);
      return { peer: is ? { ...peer, [field]: nowSeconds() } : peer };
    });
    return is;
  }

  const current = async (accountId: AccountId) => readPeer(await loadPeer(store, accountId));

  /** What the nodes asked show of an account; `isAnswered` false when none could be reached. */
  async function ask(accountId: AccountId, before: Peer, signal?: AbortSignal) {
    const members = directory.members(accountId).map((node) => node.ed25519PublicKeyHex);
    const first = members.length > 0 ? members[randomBelow(deps.random, members.length)] : undefined;
    const isFirstLook = before.confirmedSeconds === null && before.noneSeconds === null;
    const shown: Announcement[] = [];
    const asked: string[] = [];
    /** Answers in which something stood that is no announcement of theirs. */
    let faulty = 0;
    for (const turn of [0, 1]) {
      const best = newest(shown);
      const isEnough = best !== null && (best.createdSeconds ?? 0) >= before.newestSeconds;
      if (turn === 1 && isEnough && !isFirstLook) break;
      const others = members.filter((node) => !asked.includes(node));
      const preferNode = turn === 0 ? first : others[randomBelow(deps.random, Math.max(1, others.length))];
      try {
        const answer = await directory.readPublicSlot({
          accountId,
          namespace: OWN_PROFILE.announcementNamespace,
          ...(preferNode === undefined ? {} : { preferNode }),
          ...(signal ? { signal } : {})
        });
        asked.push(answer.nodeHex);
        const items = answer.items.slice(-MAX_SHOWN);
        const opened = await Promise.all(items.map((item) => open(accountId, item)));
        if (opened.includes(null)) faulty += 1;
        shown.push(...opened.filter((announcement) => announcement !== null));
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof AppError)) throw error;
        log.debug('keys-not-asked', { code: error.code });
      }
    }
    return { best: newest(shown), isAnswered: asked.length > 0, faulty };
  }

  /** Null for what is not theirs, or no announcement: as if nothing were there (§15.4). */
  async function open(accountId: AccountId, item: Uint8Array): Promise<Announcement | null> {
    try {
      return await openAnnouncement(crypto, item, accountId);
    } catch (error) {
      log.debug('announcement-refused', { code: errorCode(error) });
      return null;
    }
  }

  async function look(accountId: AccountId, signal?: AbortSignal): Promise<Peer> {
    const before = await current(accountId);
    const { best, isAnswered, faulty } = await ask(accountId, before, signal);
    if (best) return change(accountId, (peer) => considerAnnouncement(peer, best, nowSeconds()));
    if (!isAnswered) return before;
    return change(accountId, (peer) => noteStrikes(considerNone(peer, nowSeconds()), faulty));
  }

  return {
    current,
    lookUp(accountId, signal) {
      const running = looks.get(accountId);
      if (running) return running;
      const started = look(accountId, signal).finally(() => looks.delete(accountId));
      looks.set(accountId, started);
      return started;
    },
    async noteIncoming(accountId, messages) {
      const at = nowSeconds();
      const told = await Promise.all(
        messages.map(async (message) => ({
          ...message,
          announcement: message.statement?.announcement
            ? await open(accountId, message.statement.announcement)
            : null
        }))
      );
      await change(accountId, (before) => {
        const isNothing = told.every(({ statement, protection }) => !statement && protection === 'classic');
        if (before === UNKNOWN_PEER && isNothing) return { peer: before };
        const notices: PeerNotice[] = [];
        let peer = before;
        const take = (considered: { peer: Peer; notices: readonly PeerNotice[] }) => {
          peer = considered.peer;
          notices.push(...considered.notices);
        };
        for (const { announcement, statement, ...message } of told) {
          take(considerIncoming(peer, message, at));
          if (announcement) take(considerAnnouncement(peer, announcement, at));
          if (statement) take(considerStatement(peer, statement, at));
        }
        return { peer, notices };
      });
    },
    noteAsking: (accountId, isDue) => noteIfDue(accountId, 'askedSeconds', isDue),
    noteAskedBy: (accountId, isDue) => noteIfDue(accountId, 'askedBySeconds', isDue),
    async chooseClassic(accountId) {
      await change(accountId, (peer) => ({ peer: { ...peer, isClassicChosen: true } }));
    },
    async noteTold(accountId, telling, ownContinuityPublicKey) {
      await change(accountId, (peer) => ({
        peer: noteTold(peer, telling, ownContinuityPublicKey, nowSeconds())
      }));
    }
  };
}

/** A slot holds one item; a node that shows more is not believed for long. */
const MAX_SHOWN = 3;

function newest(announcements: readonly Announcement[]): Announcement | null {
  return announcements.reduce<Announcement | null>(
    (best, next) => (best === null || (next.createdSeconds ?? 0) > (best.createdSeconds ?? 0) ? next : best),
    null
  );
}
