// One poll of the own swarm: cursors in, what one node holds out, and into the inbox.
import { hexToBytes } from '../bytes/index.ts';
import { messageHash, type Identity } from '../crypto/index.ts';
import { loadCursors, pruneInbox, type InboxResult, type ProfileStore } from '../storage/index.ts';
import { NAMESPACES } from '../wire/index.ts';
import type { Inbox } from './inbox.ts';

/** The part of the swarm floor that receiving needs. */
export interface MessageRetrieveClient {
  retrieve(input: {
    identity: Identity;
    namespaces: { namespace: number; maxSize?: number }[];
    cursorOf: (nodeEd25519Hex: string, namespace: number) => string | null;
    /** A member to ask first, by Ed25519 key. */
    preferNode?: string;
    signal?: AbortSignal;
  }): Promise<{
    readonly node: { readonly ed25519PublicKeyHex: string };
    readonly results: readonly {
      readonly namespace: number;
      readonly messages: readonly { readonly expiresAtMs: number; readonly data: Uint8Array }[];
      readonly more: boolean;
      readonly skipped: number;
      readonly lastHash: string | null;
    }[];
  }>;
}

/** One node is asked this often in a row, then another, so that a node that withholds messages does not for long. */
const POLLS_PER_NODE = 6;

/** Polls in a row because a node says it has more; a full account needs about 60. */
const MAX_REPEATS = 200;

/** Between two clean-ups of hashes that no node holds any more. */
const POLLS_PER_PRUNE = 300;

export function createReceiver(deps: {
  store: ProfileStore;
  identity: Identity;
  swarm: MessageRetrieveClient;
  inbox: Inbox;
  /** Network time, milliseconds. */
  now: () => number;
  /** After each commit that brought something. */
  onReceived: (result: InboxResult) => void;
}): (signal: AbortSignal) => Promise<{ more: boolean; received: number }> {
  const { store, identity, swarm, inbox } = deps;
  const accountKey = hexToBytes(identity.accountId);
  let preferred: { nodeHex: string; polls: number } | null = null;
  let polls = 0;
  let repeats = 0;

  return async function poll(signal) {
    // Not in the first polls, which somebody is waiting for.
    if (++polls % POLLS_PER_PRUNE === 0) await pruneInbox(store, deps.now());
    const cursors = await loadCursors(store);
    const asked = preferred && preferred.polls < POLLS_PER_NODE ? preferred : null;
    // Forgotten first, so that a node that fails is not asked again.
    preferred = null;
    const answer = await swarm.retrieve({
      identity,
      namespaces: [{ namespace: NAMESPACES.messages }],
      cursorOf: (node, namespace) => cursors.get(`${node}/${namespace}`) ?? null,
      ...(asked ? { preferNode: asked.nodeHex } : {}),
      signal
    });
    const nodeEd25519Hex = answer.node.ed25519PublicKeyHex;
    let isMore = false;
    let received = 0;
    for (const { namespace, messages, more, skipped, lastHash } of answer.results) {
      // The hash follows from the data: a node that names a false one could make us skip a message never read.
      const items = messages.map(({ data, expiresAtMs }) => ({
        hash: messageHash(accountKey, namespace, data),
        expiresAtMs,
        data
      }));
      const batch = { nodeEd25519Hex, namespace, items, skipped, lastHash };
      const result = await inbox.receive(batch, signal);
      received += result.added.length;
      // A cursor that does not move would ask for the same again and again.
      const hasMoved = lastHash !== null && lastHash !== cursors.get(`${nodeEd25519Hex}/${namespace}`);
      isMore ||= more && hasMoved;
      if (result.added.length > 0 || result.newReasons.length > 0) deps.onReceived(result);
    }
    repeats = isMore ? repeats + 1 : 0;
    // In the middle of a backlog another node would begin from the start.
    const isStaying = isMore && repeats < MAX_REPEATS;
    preferred = { nodeHex: nodeEd25519Hex, polls: isStaying ? 0 : (asked?.polls ?? 0) + 1 };
    return { more: isStaying, received };
  };
}
