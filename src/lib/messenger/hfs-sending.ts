// How the next message to an account is to be protected (v2-forward-secrecy-and-pq.md §14), and what it says of our own keys.
import type { AccountId } from '../account-id.ts';
import { bytesToHex } from '../bytes/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import {
  decideSending,
  decideTelling,
  encodeStatement,
  sealEnvelope,
  type HoldReason,
  type PublicKeys,
  type Refetch,
  type SendDecision,
  type Statement,
  type SendingQuestion
} from '../hfs/index.ts';
import type { Announcer } from './hfs-announcer.ts';
import type { AccountKeyRing } from './hfs-key-ring.ts';
import type { PeerBook } from './hfs-peers.ts';

/** What of our keys goes into a message. */
export interface OwnStatement {
  readonly telling: 'key' | 'announcement';
  /** For field 2141 of `Content`. */
  readonly bytes: Uint8Array;
}

export type SendPlan =
  | { readonly kind: 'classic'; readonly statement: OwnStatement | null }
  | {
      readonly kind: 'hybrid';
      readonly publicKeys: PublicKeys;
      readonly ttlMs: number;
      readonly statement: OwnStatement | null;
    }
  /** The message has to wait. */
  | { readonly kind: 'hold'; readonly reason: HoldReason };

export interface Protector {
  /**
   * @param isQuick for what is sent at once or not at all: nothing is looked up, and nothing told
   * @param mayGoClassic the person allowed it for this message: `once`, or for all to this contact until keys are found
   * @throws StorageError `deposed`, `closed`; the signal's reason
   */
  plan(
    recipientId: AccountId,
    options?: { isQuick?: boolean; mayGoClassic?: 'once' | 'always'; signal?: AbortSignal }
  ): Promise<SendPlan>;
  /** The person wants no classic message to this account. */
  isRequired(recipientId: AccountId): Promise<boolean>;
  /**
   * Keys for the copies our own devices get; null: they get classic ones (§17). A device that is in no group seals to what the account
   * announces, or whoever has the phrase would read all it sends.
   */
  ownKeys(): Promise<PublicKeys | null>;
  /** @returns the data to store */
  seal(recipientId: AccountId, publicKeys: PublicKeys, content: Uint8Array): Promise<Uint8Array>;
  /** What a request to send messages again says, with our whole announcement; null: nothing is announced (§15.2). */
  askingStatement(resend: NonNullable<Statement['resend']>): Promise<OwnStatement | null>;
  /** What a message told has reached the swarm. */
  noteTold(recipientId: AccountId, telling: 'key' | 'announcement'): Promise<void>;
}

export function createProtector(deps: {
  identity: Identity;
  crypto: CryptoBackend;
  peers: PeerBook;
  ring: AccountKeyRing;
  announcer: Announcer;
  isOn: () => Promise<boolean>;
  /** The person wants no classic message to this account. */
  isRequired: (accountId: AccountId) => Promise<boolean>;
  /** Network time, milliseconds. */
  now: () => number;
}): Protector {
  const { peers, announcer, identity, crypto } = deps;
  const nowSeconds = () => Math.floor(deps.now() / 1000);

  async function statementFor(recipientId: AccountId): Promise<OwnStatement | null> {
    const own = await announcer.own();
    if (!own) return null;
    const telling = decideTelling(await peers.current(recipientId), own.continuityPublicKey, nowSeconds());
    if (telling === 'nothing') return null;
    const { keyId, createdSeconds } = own;
    const announcement = telling === 'announcement' ? own.announcement : null;
    return { telling, bytes: encodeStatement({ keyId, createdSeconds, announcement, resend: null }) };
  }

  async function decide(
    recipientId: AccountId,
    consent: Pick<SendingQuestion, 'isRequired' | 'mayGoClassic'>,
    isQuick: boolean,
    signal?: AbortSignal
  ): Promise<SendDecision> {
    const question = (hasJustFetched: boolean) => ({ ...consent, nowSeconds: nowSeconds(), hasJustFetched });
    const decision = decideSending(await peers.current(recipientId), question(false));
    if (decision.kind !== 'fetch') return decision;
    const peer = isQuick ? await peers.current(recipientId) : await peers.lookUp(recipientId, signal);
    return decideSending(peer, question(true));
  }

  /** What the account announces, as others see it. */
  async function foundOwnKeys(): Promise<PublicKeys | null> {
    const own = identity.accountId;
    const decision = await decide(own, {}, false);
    return decision.kind === 'hybrid' ? decision.keys.publicKeys : null;
  }

  function refetch(recipientId: AccountId, when: Refetch): void {
    // A failure of it shows when the message after this one needs the keys.
    if (when === 'background') void peers.lookUp(recipientId).catch(() => {});
  }

  return {
    async plan(recipientId, { isQuick = false, mayGoClassic, signal } = {}) {
      const isRequired = await deps.isRequired(recipientId);
      if (!(await deps.isOn())) {
        return isRequired ? { kind: 'hold', reason: 'required' } : { kind: 'classic', statement: null };
      }
      if (mayGoClassic === 'always') await peers.chooseClassic(recipientId);
      const consent = { isRequired, mayGoClassic: mayGoClassic !== undefined };
      const decision = await decide(recipientId, consent, isQuick, signal);
      if (decision.kind === 'hold') return decision;
      // Nothing could be looked up; what is not known to be capable gets what everybody reads.
      if (decision.kind === 'fetch') {
        return isRequired ? { kind: 'hold', reason: 'required' } : { kind: 'classic', statement: null };
      }
      if (!isQuick) refetch(recipientId, decision.refetch);
      const statement = isQuick ? null : await statementFor(recipientId);
      if (decision.kind === 'classic') return { kind: 'classic', statement };
      const { publicKeys } = decision.keys;
      return { kind: 'hybrid', publicKeys, ttlMs: decision.ttlSeconds * 1000, statement };
    },
    isRequired: deps.isRequired,
    async ownKeys() {
      if (!(await deps.isOn())) return null;
      return (await deps.ring.announced())?.publicKeys ?? foundOwnKeys();
    },
    seal: (recipient, publicKeys, content) =>
      sealEnvelope(crypto, { content, sender: identity, recipient, publicKeys }),
    async askingStatement(resend) {
      const own = await announcer.own();
      if (!own) return null;
      return { telling: 'announcement', bytes: encodeStatement({ ...own, resend }) };
    },
    async noteTold(recipientId, telling) {
      const own = await announcer.own();
      if (own) await peers.noteTold(recipientId, telling, own.continuityPublicKey);
    }
  };
}

/** Names a message whatever it was sealed with, among the hashes that are seen (§10.3). */
export function replayHash(senderId: AccountId, replayKey: Uint8Array): string {
  return `hfs/${senderId}/${bytesToHex(replayKey)}`;
}
