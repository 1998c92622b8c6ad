// Reads a slot that anybody may read from one member of an account's swarm (v2-forward-secrecy-and-pq.md §3, public outbox).
// Nothing is signed, so the node does not learn who asks.
import type { AccountId } from '../account-id.ts';
import { decodeRetrieveResult, retrieveRpc } from '../wire/index.ts';
import { READ_PATIENCE_MS, type SendToMember } from './member-request.ts';

export interface PublicSlotInput {
  readonly accountId: AccountId;
  /** A public outbox: below zero, (−n) mod 20 = 1. */
  readonly namespace: number;
  /** A member to ask first, by Ed25519 key. */
  readonly preferNode?: string;
  readonly signal?: AbortSignal;
}

export interface PublicSlot {
  /** The member that answered, by Ed25519 key. */
  readonly nodeHex: string;
  /** What it shows, newest last; as a rule one item or none. Nothing of it is verified. */
  readonly items: readonly Uint8Array[];
}

/** @throws SwarmError; OnionError when no member can be reached; the signal's reason */
export function readPublicSlot(send: SendToMember, input: PublicSlotInput): Promise<PublicSlot> {
  const { accountId, namespace, preferNode, signal } = input;
  return send({
    accountId,
    ...(signal ? { signal } : {}),
    ...(preferNode === undefined ? {} : { preferNodeHex: preferNode }),
    patienceMs: READ_PATIENCE_MS,
    build: async () => retrieveRpc({ account: accountId, namespace }),
    read: async (body, { node }) => ({
      nodeHex: node.ed25519PublicKeyHex,
      items: decodeRetrieveResult(body).messages.map(({ data }) => data)
    })
  });
}
