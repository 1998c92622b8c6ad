// Stores what replaces something and deletes what it replaces, in one request (network.md §3.8, §5.5 `sequence`): a node
// deletes only after it stored everything.
import { hexToBytes } from '../bytes/index.ts';
import {
  deleteSignedText,
  memberStoreText,
  messageHash,
  storeSignedText,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import { UsageError } from '../errors.ts';
import {
  decodeBatchResult,
  decodeStoreResult,
  deleteRpc,
  MAX_BATCH_REQUESTS,
  sequenceRpc,
  storeRpc,
  type JsonValue
} from '../wire/index.ts';
import { signRequest } from './auth.ts';
import type { ChangeDependencies } from './delete.ts';
import { SwarmError } from './errors.ts';
import { StatusError, type Attempt } from './member-request.ts';
import { verifyMembers } from './member-signatures.ts';

export interface NewItem {
  readonly namespace: number;
  /** At most 76,800 bytes. */
  readonly data: Uint8Array;
  readonly ttlMs: number;
}

export interface ReplaceInput {
  readonly identity: Identity;
  readonly items: readonly NewItem[];
  /** None of them may be the hash of one of the items. */
  readonly deleteHashes: readonly string[];
  readonly signal?: AbortSignal;
}

export interface Replaced {
  /** In the order of the items. */
  readonly hashes: readonly string[];
  /** Whether the node that answered took the deletion; what was gone before is no failure. */
  readonly isDeleted: boolean;
}

/** Stores of one sequence: ten items of the longest kind are 1 MB in base64. */
const STORES_PER_SEQUENCE = Math.min(10, MAX_BATCH_REQUESTS - 1);

/**
 * Success is at least one member's signature over every hash. Many items go out in several sequences, the deletion in the
 * last.
 * @throws SwarmError; OnionError; UsageError for nothing to store
 */
export async function replace(dependencies: ChangeDependencies, input: ReplaceInput): Promise<Replaced> {
  const { items, deleteHashes } = input;
  if (items.length === 0) throw new UsageError('something to store');
  const hashes: string[] = [];
  let isDeleted = false;
  for (let start = 0; start < items.length; start += STORES_PER_SEQUENCE) {
    const part = items.slice(start, start + STORES_PER_SEQUENCE);
    const isLast = start + part.length === items.length;
    const done = await sendSequence(dependencies, input, part, isLast ? deleteHashes : []);
    hashes.push(...done.hashes);
    isDeleted = done.isDeleted;
  }
  return { hashes, isDeleted };
}

function sendSequence(
  { crypto, send }: ChangeDependencies,
  { identity, signal }: ReplaceInput,
  items: readonly NewItem[],
  deleteHashes: readonly string[]
): Promise<Replaced> {
  const account = identity.accountId;
  const accountKey = hexToBytes(account);
  const hashes = items.map(({ namespace, data }) => messageHash(accountKey, namespace, data));
  return send({
    accountId: account,
    ...(signal ? { signal } : {}),
    build: async (nowMs) => {
      const stores = items.map(async ({ namespace, data, ttlMs }) =>
        storeRpc({
          account,
          namespace,
          timestampMs: nowMs,
          ttlMs,
          data,
          auth: await signRequest(crypto, identity, storeSignedText(namespace, nowMs))
        })
      );
      const requests = await Promise.all(stores);
      if (deleteHashes.length > 0) {
        const auth = await signRequest(crypto, identity, deleteSignedText(deleteHashes));
        requests.push(deleteRpc({ account, hashes: deleteHashes, auth }));
      }
      return sequenceRpc(requests);
    },
    read: async (body, attempt) => {
      const { results } = decodeBatchResult(body);
      for (const [index, hash] of hashes.entries()) {
        const result = results[index];
        if (!result) throw new SwarmError('unverified-answer', { retry: 'later' });
        if (result.code !== 200) throw new StatusError(result.code, result.body);
        await requireStored(crypto, result.body, hash, attempt);
      }
      return { hashes, isDeleted: deleteHashes.length > 0 && results[items.length]?.code === 200 };
    }
  });
}

async function requireStored(
  crypto: CryptoBackend,
  body: JsonValue,
  hash: string,
  attempt: Attempt
): Promise<void> {
  const result = decodeStoreResult(body);
  if (result.hash !== hash) throw new SwarmError('unverified-answer', { retry: 'later' });
  await verifyMembers(crypto, result.members, attempt, (entry) =>
    entry.hash === hash ? memberStoreText(hash) : null
  );
}
