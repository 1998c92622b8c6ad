// Stores several messages of one account one after the other in a single request (network.md §5.5 `sequence`).
import type { AccountId } from '../account-id.ts';
import { hexToBytes } from '../bytes/index.ts';
import { messageHash } from '../crypto/index.ts';
import { UsageError } from '../errors.ts';
import { decodeBatchResult, MAX_BATCH_REQUESTS, NAMESPACES, sequenceRpc, storeRpc } from '../wire/index.ts';
import { SwarmError } from './errors.ts';
import { StatusError } from './member-request.ts';
import { readStored, type StoreDependencies, type Stored } from './store.ts';

export interface StoreSeriesInput {
  readonly accountId: AccountId;
  /** In the order in which they are to lie in the inbox; from 1 to 20, each `data` at most 76,800 bytes. */
  readonly items: readonly { readonly data: Uint8Array; readonly ttlMs: number }[];
  readonly signal?: AbortSignal;
}

/**
 * Stores in the account's public inbox (namespace 0). What a node refuses ends the series there.
 * @returns one entry for each of the leading items that at least one member signed for; at least one, in order
 * @throws SwarmError, OnionError when not even the first one was stored; UsageError for no items or too many
 */
export async function storeSeries(
  dependencies: StoreDependencies,
  { accountId, items, signal }: StoreSeriesInput
): Promise<Stored[]> {
  if (items.length === 0 || items.length > MAX_BATCH_REQUESTS) throw new UsageError('one to twenty items');
  const { send, promises } = dependencies;
  const account = hexToBytes(accountId);
  const namespace = NAMESPACES.messages;
  const hashes = items.map(({ data }) => messageHash(account, namespace, data));
  for (const hash of hashes) promises.begin(accountId, hash);
  return send({
    accountId,
    ...(signal ? { signal } : {}),
    build: async (nowMs) =>
      sequenceRpc(
        items.map(({ data, ttlMs }) =>
          storeRpc({ account: accountId, namespace, timestampMs: nowMs, ttlMs, data })
        )
      ),
    read: async (body, attempt) => {
      const { results } = decodeBatchResult(body);
      const stored: Stored[] = [];
      for (const [index, hash] of hashes.entries()) {
        const result = results[index];
        if (!result) break;
        if (result.code !== 200) {
          if (index === 0) throw new StatusError(result.code, result.body);
          break;
        }
        try {
          stored.push(await readStored(dependencies, result.body, hash, attempt));
        } catch (error) {
          // What was signed for before stands.
          if (index === 0) throw error;
          break;
        }
      }
      if (stored.length === 0) throw new SwarmError('unverified-answer', { retry: 'later' });
      return stored;
    }
  });
}
