// Deletes messages in the own swarm (network.md §5.5, §5.6). The answering node passes the
// request on to all members; each signs for what it did.
import {
  deleteAllSignedText,
  deleteBeforeSignedText,
  deleteSignedText,
  memberDeleteAllText,
  memberDeleteBeforeText,
  memberDeleteText,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import type { OnionClient } from '../onion/index.ts';
import { decodeDeleteResult, deleteAllRpc, deleteBeforeRpc, deleteRpc, type Signed } from '../wire/index.ts';
import { signRequest } from './auth.ts';
import { verifyMembers, type Confirmations } from './member-signatures.ts';
import type { SendToMember } from './member-request.ts';

export interface ChangeDependencies {
  readonly crypto: CryptoBackend;
  readonly onion: OnionClient;
  readonly send: SendToMember;
}

export interface OwnRequest {
  readonly identity: Identity;
  readonly signal?: AbortSignal;
}

export interface Changed {
  /** Members that signed for it, by Ed25519 key. */
  readonly confirmed: readonly string[];
  /** Known members that did not. */
  readonly failed: readonly string[];
}

export interface Deleted extends Changed {
  /** What at least one confirming member deleted. */
  readonly deleted: readonly string[];
}

interface DeleteEntry extends Signed {
  readonly deleted: readonly string[];
}

export const signalOf = ({ signal }: OwnRequest) => (signal ? { signal } : {});

/** @param asked leaves out what nobody asked to delete */
function deleted({ entries, failed }: Confirmations<DeleteEntry>, asked?: readonly string[]): Deleted {
  const hashes = new Set([...entries.values()].flatMap((entry) => entry.deleted));
  const counted = asked ? asked.filter((hash) => hashes.has(hash)) : [...hashes].sort();
  return { confirmed: [...entries.keys()], failed, deleted: counted };
}

/** Deletes by hash, in all namespaces. @throws SwarmError; OnionError */
export function deleteMessages(
  { crypto, send }: ChangeDependencies,
  input: OwnRequest & { readonly hashes: readonly string[] }
): Promise<Deleted> {
  const { identity, hashes } = input;
  const account = identity.accountId;
  return send({
    accountId: account,
    ...signalOf(input),
    build: async () =>
      deleteRpc({ account, hashes, auth: await signRequest(crypto, identity, deleteSignedText(hashes)) }),
    read: async (body, attempt) => {
      const { members } = decodeDeleteResult(body);
      const textOf = (entry: DeleteEntry) =>
        memberDeleteText({ accountIdHex: account, requested: hashes, deleted: entry.deleted });
      return deleted(await verifyMembers<DeleteEntry>(crypto, members, attempt, textOf), hashes);
    }
  });
}

/**
 * Deletes everything in a namespace, or in all.
 * @param input.preferNode Ed25519 key of the member to ask first
 * @throws SwarmError; OnionError
 */
export function deleteAll(
  { crypto, send }: ChangeDependencies,
  input: OwnRequest & { readonly namespace: number | 'all'; readonly preferNode?: string }
): Promise<Deleted> {
  const { identity, namespace, preferNode } = input;
  const account = identity.accountId;
  return send({
    accountId: account,
    ...(preferNode !== undefined && { preferNodeHex: preferNode }),
    ...signalOf(input),
    build: async (nowMs) => {
      const auth = await signRequest(crypto, identity, deleteAllSignedText(namespace, nowMs));
      return deleteAllRpc({ account, namespace, timestampMs: nowMs, auth });
    },
    read: async (body, attempt) => {
      const { members } = decodeDeleteResult(body);
      const textOf = (entry: DeleteEntry) =>
        memberDeleteAllText({ accountIdHex: account, timestampMs: attempt.nowMs, deleted: entry.deleted });
      return deleted(await verifyMembers<DeleteEntry>(crypto, members, attempt, textOf));
    }
  });
}

/** Deletes what was stored up to `beforeMs`. @throws SwarmError; OnionError */
export function deleteBefore(
  { crypto, send }: ChangeDependencies,
  input: OwnRequest & { readonly namespace: number | 'all'; readonly beforeMs: number }
): Promise<Deleted> {
  const { identity, namespace, beforeMs } = input;
  const account = identity.accountId;
  return send({
    accountId: account,
    ...signalOf(input),
    build: async () => {
      const auth = await signRequest(crypto, identity, deleteBeforeSignedText(namespace, beforeMs));
      return deleteBeforeRpc({ account, namespace, beforeMs, auth });
    },
    read: async (body, attempt) => {
      const { members } = decodeDeleteResult(body);
      const textOf = (entry: DeleteEntry) =>
        memberDeleteBeforeText({ accountIdHex: account, beforeMs, deleted: entry.deleted });
      return deleted(await verifyMembers<DeleteEntry>(crypto, members, attempt, textOf));
    }
  });
}
