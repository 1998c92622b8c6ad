// Everything about forward-secret messages that one engine runs (v2-forward-secrecy-and-pq.md §9, §10, §14): keys to open with, what is
// known of contacts, how messages go out, and what the account announces. Composition only.
import type { AccountId } from '../account-id.ts';
import { equalBytes } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import { decodeStatement, type PeerNotice, type Statement } from '../hfs/index.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import {
  addNotice,
  findConversation,
  findPeers,
  loadForwardSecrecy,
  loadKeyRules,
  noteKeysProblem,
  type ProfileStore
} from '../storage/index.ts';
import { hasField } from '../wire/index.ts';
import {
  createAnnouncer,
  type Announcer,
  type AnnouncerEvents,
  type OwnAnnouncement
} from './hfs-announcer.ts';
import { createAccountKeyRing, type AccountKeyRing } from './hfs-key-ring.ts';
import type { GroupState } from './hfs-group-state.ts';
import { createPeerBook, type IncomingFacts, type KeyDirectory, type PeerBook } from './hfs-peers.ts';
import { createResend, type Resend } from './hfs-resend.ts';
import { createProtector, type Protector } from './hfs-sending.ts';
import { createOfficialSlot } from './official-slot.ts';
import type { ContentItem } from './open-item.ts';

export interface HfsMessages {
  readonly ring: AccountKeyRing;
  readonly peers: PeerBook;
  readonly announcer: Announcer;
  readonly protector: Protector;
  readonly resend: Resend;
  /** What received messages tell of contacts' keys. @throws StorageError `deposed`, `closed` */
  noteContents(items: readonly ContentItem[]): Promise<void>;
  /**
   * Another app stored settings of the account (§16.1).
   * @param timestampMs network time
   * @throws StorageError `deposed`, `closed`
   */
  noteForeignWrite(timestampMs: number): Promise<void>;
}

export interface HfsDependencies {
  readonly store: ProfileStore;
  readonly identity: Identity;
  readonly crypto: CryptoBackend;
  readonly swarm: KeyDirectory & Parameters<typeof createAnnouncer>[0]['swarm'];
  readonly state: GroupState;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Network time, milliseconds. */
  readonly now: () => number;
  readonly clockOffsetMs: () => number | null;
  readonly ringOutbox: () => void;
  readonly announcing: AnnouncerEvents;
  /** Somebody who is in no group of the account wrote in its name. */
  readonly onOtherApp: () => Promise<void>;
}

export function createHfsMessages(deps: HfsDependencies): HfsMessages {
  const { store, identity, crypto, swarm, state, clock, random, log, now } = deps;
  const isOn = () => loadForwardSecrecy(store);
  const isRequired = async (accountId: AccountId) =>
    (await findConversation(store, accountId))?.content.requireEnhanced === true;
  const ring = createAccountKeyRing({ crypto, state });
  const peers = createPeerBook({
    store,
    crypto,
    directory: swarm,
    random,
    log,
    now,
    onNotices: (accountId, notices) => tell(accountId, notices)
  });
  const announcer = createAnnouncer({
    ...{ store, identity, crypto, swarm, state, ring, clock, random, log, now, isOn },
    ...deps.announcing,
    official: createOfficialSlot({ store, identity, crypto, directory: swarm, log, now }),
    clockOffsetMs: deps.clockOffsetMs,
    keyRules: () => loadKeyRules(store)
  });
  const resend = createResend({
    ...{ store, state, peers, isOn, now },
    ownId: identity.accountId,
    ringOutbox: deps.ringOutbox
  });
  /** Accounts of which there is a row. */
  const known = new Set<AccountId>();

  async function tell(accountId: AccountId, notices: readonly PeerNotice[]): Promise<void> {
    for (const change of notices) {
      if (change === 'enabled') continue;
      if (change === 'directory-problem' || change === 'directory-fine') {
        await noteKeysProblem(store, accountId, change === 'directory-problem');
        continue;
      }
      const notice = { type: 'protection' as const, change };
      await addNotice(store, { ownId: identity.accountId, accountId, notice, nowMs: now() });
    }
  }

  /** Adds to `known` whom there is something to be noted of: of the others there is neither a row nor a word about keys. */
  async function learnKnown(bySender: ReadonlyMap<AccountId, readonly ContentItem[]>): Promise<void> {
    const silent: AccountId[] = [];
    for (const [accountId, items] of bySender) {
      if (known.has(accountId)) continue;
      const isTelling = items.some(
        ({ protection, content }) => protection === 'hybrid' || hasField(content, 'onionskin')
      );
      if (isTelling) known.add(accountId);
      else silent.push(accountId);
    }
    if (silent.length === 0) return;
    for (const accountId of await findPeers(store, silent)) known.add(accountId);
  }

  return {
    ring,
    peers,
    announcer,
    resend,
    protector: createProtector({ identity, crypto, peers, ring, announcer, isOn, isRequired, now }),
    async noteContents(items) {
      await noteOwn(items);
      const others = items.filter(({ senderId }) => senderId !== identity.accountId);
      if (others.length === 0) return;
      const own = await announcer.own();
      const bySender = Map.groupBy(others, ({ senderId }) => senderId);
      await learnKnown(bySender);
      for (const [accountId, sent] of bySender) {
        if (!known.has(accountId)) continue;
        const latest = sent
          .slice(-MAX_NOTED)
          .map(({ content, ...item }) => ({ ...item, statement: statementOf(content) }));
        await peers.noteIncoming(
          accountId,
          latest.map(({ protection, keyId, timestampMs, statement }): IncomingFacts => ({
            protection: protection ?? 'classic',
            isActiveKey: own !== null && keyId !== undefined && equalBytes(own.keyId, keyId),
            couldBeHybrid: own !== null && timestampMs > settledMs(own),
            statement
          }))
        );
        for (const { protection, statement } of latest) {
          if (protection === 'hybrid' && statement?.resend)
            await resend.noteAsked(accountId, statement.resend);
        }
      }
    },
    noteForeignWrite: noteOtherApp
  };

  /** Devices of the group send no classic copies, once the account takes forward-secret messages. */
  async function noteOwn(items: readonly ContentItem[]): Promise<void> {
    const times = items
      .filter(({ senderId, protection }) => senderId === identity.accountId && protection !== 'hybrid')
      .map(({ timestampMs }) => timestampMs);
    if (times.length > 0) await noteOtherApp(Math.max(...times));
  }

  /** @param timestampMs of the last thing that no device of the group writes */
  async function noteOtherApp(timestampMs: number): Promise<void> {
    if (!(await isOn())) return;
    const own = await announcer.own();
    // What was written before may still have been on its way.
    if (own && timestampMs > settledMs(own)) await deps.onOtherApp();
  }

  function statementOf(content: ContentItem['content']): Statement | null {
    if (!hasField(content, 'onionskin')) return null;
    try {
      return decodeStatement(content.onionskin);
    } catch (error) {
      log.debug('statement-refused', { code: errorCode(error) });
      return null;
    }
  }
}

const settledMs = ({ sinceSeconds }: OwnAnnouncement) => (sinceSeconds + SETTLED_SECONDS) * 1000;

/** Between the first announcement and the time from which every device of the group knows of it. */
const SETTLED_SECONDS = 3_600;

/** Of one contact in one part of an answer: the latest say it. */
const MAX_NOTED = 8;
