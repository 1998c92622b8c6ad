// Stores one message in an account's swarm (network.md §5.5 `store`).
import type { AccountId } from '../account-id.ts';
import { hexToBytes } from '../bytes/index.ts';
import {
  memberStoreText,
  messageHash,
  storeSignedText,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import { UsageError } from '../errors.ts';
import type { OnionClient } from '../onion/index.ts';
import { decodeStoreResult, isPublicInbox, NAMESPACES, storeRpc, type JsonValue } from '../wire/index.ts';
import { signRequest } from './auth.ts';
import { SwarmError } from './errors.ts';
import type { Attempt, SendToMember } from './member-request.ts';
import { verifyMembers } from './member-signatures.ts';
import type { StorePromises } from './promises.ts';

export interface StoreInput {
  readonly accountId: AccountId;
  readonly namespace: number;
  /** At most 76,800 bytes. */
  readonly data: Uint8Array;
  readonly ttlMs: number;
  /** The account's own keys; needed for every namespace that is not a public inbox. */
  readonly identity?: Identity;
  readonly signal?: AbortSignal;
}

export interface Stored {
  /** 43 characters; the same at every member. */
  readonly hash: string;
  readonly expiresAtMs: number;
  /** Clock of the node that took it. */
  readonly storedAtMs: number;
  /** Members that signed for it. */
  readonly confirmedBy: number;
  readonly swarmSize: number;
}

export interface StoreDependencies {
  readonly crypto: CryptoBackend;
  readonly onion: OnionClient;
  readonly send: SendToMember;
  readonly promises: StorePromises;
}

/** How far a node's `t` may be from network time before it is not believed: what nodes tolerate of us. */
const MAX_NODE_TIME_DISTANCE_MS = 60_000;

/**
 * Stores on one of three members; success is at least one member's signature over the hash computed here.
 * @throws SwarmError; OnionError; WireError `too-large`; UsageError without the keys a namespace needs
 */
export async function store(dependencies: StoreDependencies, input: StoreInput): Promise<Stored> {
  const { crypto, send, promises } = dependencies;
  const { accountId, namespace, data, ttlMs, identity, signal } = input;
  const needsAuth = !isPublicInbox(namespace);
  if (needsAuth && !identity) throw new UsageError('keys for an authenticated namespace');
  const hash = messageHash(hexToBytes(accountId), namespace, data);
  // Other namespaces hold what other devices replace and delete at any time.
  if (namespace === NAMESPACES.messages) promises.begin(accountId, hash);
  return send({
    accountId,
    ...(signal ? { signal } : {}),
    build: async (nowMs) =>
      storeRpc({
        account: accountId,
        namespace,
        timestampMs: nowMs,
        ttlMs,
        data,
        ...(needsAuth && identity
          ? { auth: await signRequest(crypto, identity, storeSignedText(namespace, nowMs)) }
          : {})
      }),
    read: (body, attempt) => readStored(dependencies, body, hash, attempt)
  });
}

/**
 * What a member's answer to one `store` is worth.
 * @param hash the one computed here
 * @throws SwarmError `unverified-answer` without one member's signature over the hash; WireError
 */
export async function readStored(
  { crypto, onion, promises }: Pick<StoreDependencies, 'crypto' | 'onion' | 'promises'>,
  body: JsonValue,
  hash: string,
  attempt: Attempt
): Promise<Stored> {
  const result = decodeStoreResult(body);
  if (result.hash !== hash) throw new SwarmError('unverified-answer', { retry: 'later' });
  const { entries } = await verifyMembers(crypto, result.members, attempt, (entry) =>
    entry.hash === hash ? memberStoreText(hash) : null
  );
  const nodeTimeMs = result.nodeTimeMs;
  if (nodeTimeMs !== undefined) onion.observeNodeTime(nodeTimeMs);
  const expiresAtMs = Math.max(...[...entries.values()].map((entry) => entry.expiryMs));
  // What was there before may lie before the cursor of whoever reads next.
  const fresh = [...entries].filter(([, entry]) => !entry.already).map(([key]) => key);
  promises.signed(hash, fresh, expiresAtMs);
  return {
    hash,
    expiresAtMs,
    storedAtMs:
      nodeTimeMs !== undefined && Math.abs(nodeTimeMs - attempt.nowMs) <= MAX_NODE_TIME_DISTANCE_MS
        ? nodeTimeMs
        : attempt.nowMs,
    confirmedBy: entries.size,
    swarmSize: attempt.members.length
  };
}
