// How the next message to an account is to be protected (v2-forward-secrecy-and-pq.md §14), and what it says of our own keys.
import type { AccountId } from '../account-id.ts';
import { bytesToHex } from '../bytes/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import {
  decideSending,
  decideTelling,
  encodeStatement,
  sealEnvelope,
  type PublicKeys,
  type Refetch,
  type SendDecision
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
  | { readonly kind: 'hold'; readonly reason: 'required' | 'unreachable' | 'stale' };

export interface Protector {
  /**
   * @param isQuick for what is sent at once or not at all: nothing is looked up, and nothing told
   * @throws StorageError `deposed`, `closed`; the signal's reason
   */
  plan(recipientId: AccountId, options?: { isQuick?: boolean; signal?: AbortSignal }): Promise<SendPlan>;
  /** Keys for the copies our own devices get; null: they get classic ones (§17). */
  ownKeys(): Promise<PublicKeys | null>;
  /** @returns the data to store */
  seal(recipientId: AccountId, publicKeys: PublicKeys, content: Uint8Array): Promise<Uint8Array>;
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
    isQuick: boolean,
    signal?: AbortSignal
  ): Promise<SendDecision> {
    const decision = decideSending(await peers.current(recipientId), nowSeconds(), false);
    if (decision.kind !== 'fetch') return decision;
    const peer = isQuick ? await peers.current(recipientId) : await peers.lookUp(recipientId, signal);
    return decideSending(peer, nowSeconds(), true);
  }

  function refetch(recipientId: AccountId, when: Refetch): void {
    // A failure of it shows when the message after this one needs the keys.
    if (when === 'background') void peers.lookUp(recipientId).catch(() => {});
  }

  return {
    async plan(recipientId, { isQuick = false, signal } = {}) {
      if (!(await deps.isOn())) return { kind: 'classic', statement: null };
      const decision = await decide(recipientId, isQuick, signal);
      if (decision.kind === 'hold') return decision;
      // Nothing could be looked up; what is not known to be capable gets what everybody reads.
      if (decision.kind === 'fetch') return { kind: 'classic', statement: null };
      if (!isQuick) refetch(recipientId, decision.refetch);
      const statement = isQuick ? null : await statementFor(recipientId);
      if (decision.kind === 'classic') return { kind: 'classic', statement };
      const { publicKeys } = decision.keys;
      return { kind: 'hybrid', publicKeys, ttlMs: decision.ttlSeconds * 1000, statement };
    },
    async ownKeys() {
      if (!(await deps.isOn())) return null;
      return (await deps.ring.announced())?.publicKeys ?? null;
    },
    seal: (recipient, publicKeys, content) =>
      sealEnvelope(crypto, { content, sender: identity, recipient, publicKeys }),
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
