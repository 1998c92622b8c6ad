// Reads several namespaces of the own account from one member (network.md §5.5 `retrieve`, §5.7, §8).
import { hexToBytes } from '../bytes/index.ts';
import { messageHash, retrieveSignedText, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { UsageError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OnionClient, VerifiedNode } from '../onion/index.ts';
import {
  batchRpc,
  decodeBatchResult,
  decodeRetrieveResult,
  MAX_BATCH_REQUESTS,
  maxSizeSplit,
  NAMESPACES,
  retrieveRpc,
  type JsonValue,
  type RetrievedMessage
} from '../wire/index.ts';
import { signRequest } from './auth.ts';
import { SwarmError } from './errors.ts';
import type { StorePromises } from './promises.ts';
import { READ_PATIENCE_MS, StatusError, type Attempt, type SendToMember } from './member-request.ts';

export interface NamespaceRequest {
  readonly namespace: number;
  /** Bytes, or −n for an n-th of a reply; as the deployed clients split it when absent. */
  readonly maxSize?: number;
}

export interface RetrieveInput {
  readonly identity: Identity;
  readonly namespaces: readonly NamespaceRequest[];
  /** The last hash seen at this node in this namespace; hashes mean nothing at other nodes. */
  readonly cursorOf: (nodeHex: string, namespace: number) => string | null | Promise<string | null>;
  /** A member to ask first, by Ed25519 key. */
  readonly preferNode?: string;
  readonly signal?: AbortSignal;
}

export interface NamespaceResult {
  readonly namespace: number;
  /** In the order the node got them. */
  readonly messages: readonly RetrievedMessage[];
  /** Whether something was left for another request. */
  readonly more: boolean;
  /** Items dropped: unreadable, or not what their hash says. */
  readonly skipped: number;
  /** The next cursor at this node; null when nothing came. */
  readonly lastHash: string | null;
}

export interface Retrieved {
  readonly node: VerifiedNode;
  /** In the order of the request, without those the node refused. */
  readonly results: readonly NamespaceResult[];
  readonly refused: readonly { readonly namespace: number; readonly status: number }[];
}

export interface RetrieveDependencies {
  readonly crypto: CryptoBackend;
  readonly onion: OnionClient;
  readonly send: SendToMember;
  readonly promises: StorePromises;
  readonly log: Log;
}

/**
 * One signed batch to one member. Every message is named by the hash computed here; an item under another hash is
 * dropped and costs the node a strike.
 * @throws SwarmError; OnionError; UsageError for no or more than 20 namespaces
 */
export async function retrieve(dependencies: RetrieveDependencies, input: RetrieveInput): Promise<Retrieved> {
  const { crypto, send } = dependencies;
  const { identity, signal, preferNode } = input;
  if (input.namespaces.length === 0 || input.namespaces.length > MAX_BATCH_REQUESTS) {
    throw new UsageError('one to twenty namespaces');
  }
  const namespaces = withSizes(input.namespaces);
  const askedAt = new Map<string, number>();
  return send({
    accountId: identity.accountId,
    ...(signal ? { signal } : {}),
    patienceMs: READ_PATIENCE_MS,
    ...(preferNode === undefined ? {} : { preferNodeHex: preferNode }),
    build: async (nowMs, node) => {
      askedAt.set(node.ed25519PublicKeyHex, dependencies.promises.now());
      return batchRpc(
        await Promise.all(
          namespaces.map(async ({ namespace, maxSize }) =>
            retrieveRpc({
              account: identity.accountId,
              namespace,
              lastHash: await input.cursorOf(node.ed25519PublicKeyHex, namespace),
              ...(maxSize === undefined ? {} : { maxSize }),
              timestampMs: nowMs,
              auth: await signRequest(crypto, identity, retrieveSignedText(namespace, nowMs))
            })
          )
        )
      );
    },
    read: async (body, attempt) => {
      const retrieved = readBatch(dependencies, input, body, attempt);
      lookForBrokenPromises(dependencies, input, retrieved, {
        nowMs: attempt.nowMs,
        sinceBefore: askedAt.get(retrieved.node.ed25519PublicKeyHex) ?? 0
      });
      return retrieved;
    }
  });
}

/** A member that signed for a message of this account and does not have it pays with a strike. */
function lookForBrokenPromises(
  { onion, promises, log }: Pick<RetrieveDependencies, 'onion' | 'promises' | 'log'>,
  { identity }: RetrieveInput,
  { node, results }: Retrieved,
  asked: { readonly nowMs: number; readonly sinceBefore: number }
): void {
  const messages = results.find(({ namespace }) => namespace === NAMESPACES.messages);
  if (!messages) return;
  const count = promises.broken({
    accountId: identity.accountId,
    memberHex: node.ed25519PublicKeyHex,
    shown: new Set(messages.messages.map(({ hash }) => hash)),
    isComplete: !messages.more && messages.skipped === 0,
    ...asked
  });
  if (count === 0) return;
  log.warn('swarm-broken-promise', { count });
  onion.strikeNode(node.ed25519PublicKeyHex, 'broken-promise');
}

/** A single namespace gets the whole reply, several are split as §8 says. */
function withSizes(namespaces: readonly NamespaceRequest[]): NamespaceRequest[] {
  const split = namespaces.length === 1 ? [] : maxSizeSplit(namespaces.map(({ namespace }) => namespace));
  return namespaces.map((request, index) => {
    const maxSize = request.maxSize ?? split[index]?.maxSize;
    return maxSize === undefined
      ? { namespace: request.namespace }
      : { namespace: request.namespace, maxSize };
  });
}

function readBatch(
  dependencies: { onion: OnionClient; log: Log },
  input: RetrieveInput,
  body: JsonValue,
  { node }: Attempt
): Retrieved {
  const entries = decodeBatchResult(body).results;
  if (entries.length !== input.namespaces.length)
    throw new SwarmError('unverified-answer', { retry: 'later' });
  const wholeStatus = statusOfAll(entries);
  if (wholeStatus) throw wholeStatus;
  const results: NamespaceResult[] = [];
  const refused: { namespace: number; status: number }[] = [];
  entries.forEach(({ code, body: entryBody }, index) => {
    const { namespace } = input.namespaces[index] as NamespaceRequest;
    if (code === 200) results.push(readNamespace(dependencies, input.identity, namespace, entryBody, node));
    else refused.push({ namespace, status: code });
  });
  return { node, results, refused };
}

/** A wrong swarm or clock in one entry is so in all; other codes count for the batch when all entries have them. */
function statusOfAll(entries: readonly { code: number; body: JsonValue }[]): StatusError | null {
  const decisive = entries.find(({ code }) => code === 421 || code === 406);
  if (decisive) return new StatusError(decisive.code, decisive.body);
  const [first] = entries;
  if (!first || first.code === 200 || entries.some(({ code }) => code !== first.code)) return null;
  return new StatusError(first.code, first.body);
}

function readNamespace(
  { onion, log }: { onion: OnionClient; log: Log },
  identity: Identity,
  namespace: number,
  body: JsonValue,
  node: VerifiedNode
): NamespaceResult {
  const result = decodeRetrieveResult(body);
  if (result.nodeTimeMs !== undefined) onion.observeNodeTime(result.nodeTimeMs);
  const accountKey = hexToBytes(identity.accountId);
  const honest = result.messages.filter(
    ({ hash, data }) => messageHash(accountKey, namespace, data) === hash
  );
  const falseHashes = result.messages.length - honest.length;
  if (falseHashes > 0) {
    log.warn('swarm-false-hashes', { count: falseHashes });
    onion.strikeNode(node.ed25519PublicKeyHex, 'false-hash');
  }
  return {
    namespace,
    messages: honest,
    more: result.more,
    skipped: result.skipped + falseHashes,
    lastHash: result.lastHash
  };
}
