// How nodes reach each other. Real ones use OMQ; here a call within the process, with the same limits and the same
// observable failures (network.md §3.7, §4.6).
import type { JsonObject } from '../../src/lib/wire/index.ts';
import type { HopCipher } from '../../src/lib/crypto/index.ts';
import type { ForwardedCall } from './context.ts';

/** A layer on its way from hop to hop (`sn.onion_request`). */
export interface HopRequest {
  readonly ciphertext: Uint8Array;
  /** X25519 key of the client for this node, 32 bytes. */
  readonly ephemeralPublicKey: Uint8Array;
  readonly cipher: HopCipher;
  readonly hopNumber: number;
}

/** What hops hand back unchanged. */
export interface HopReply {
  readonly status: number;
  readonly body: Uint8Array;
}

/** How a member's answer looks to the node that asked. */
export type MemberReply =
  | { readonly kind: 'entry'; readonly entry: JsonObject }
  | { readonly kind: 'refused'; readonly code: number; readonly reason: string }
  | { readonly kind: 'bad-reply' }
  | { readonly kind: 'query-failure' };

/** One node as its peers see it. A silent node's promises do not end. */
export interface Peer {
  onion(request: HopRequest): Promise<HopReply>;
  member(call: ForwardedCall): Promise<MemberReply>;
}

/** The nodes that run, by Ed25519 key in hex. */
export type PeerTable = ReadonlyMap<string, Peer>;

export interface TimeLimits {
  /** A hop waits this long for the next one, in milliseconds. */
  readonly hopMs: number;
  /** A node waits this long for a member of its swarm. */
  readonly memberMs: number;
  /** The last hop waits this long for a server. */
  readonly relayMs: number;
}

export const TIME_LIMITS: TimeLimits = { hopMs: 30_000, memberMs: 5_000, relayMs: 25_000 };
