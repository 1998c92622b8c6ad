// Faults a node can be given, for tests of clients (design.md §4, network.md §7.11). They are applied where a real
// network would show them; the rules of the node itself know nothing of them.
import type { NameTable } from './names.ts';
import type { ServiceNode } from '../src/lib/wire/index.ts';

/** How a member fails when its swarm asks it (network.md §4.6). */
export type MemberFailure =
  | { readonly kind: 'timeout' }
  | { readonly kind: 'code'; readonly code: number; readonly reason?: string }
  | { readonly kind: 'bad-peer-response' }
  | { readonly kind: 'query-failure' };

export interface NodeFaults {
  /** Connections to it are cut, and other nodes hear nothing. */
  readonly drop?: boolean;
  /** It accepts everything and never answers. */
  readonly hang?: boolean;
  /** Every answer comes this much later, in milliseconds. */
  readonly delayMs?: number;
  /** It says that it is not synchronised, with this reason. */
  readonly notReady?: string;
  /** It refuses onion requests as hop or guard, but still takes messages for its swarm. */
  readonly shuttingDown?: boolean;
  /** As guard it is overloaded. */
  readonly busy?: boolean;
  /** It believes that every account belongs to another swarm; `empty` also leaves out whom to ask. */
  readonly wrongSwarm?: 'elsewhere' | 'empty';
  /** Its clock is ahead by this much, in milliseconds (behind when negative). */
  readonly clockOffsetMs?: number;
  /** What it signs as a member does not verify. */
  readonly wrongSignature?: boolean;
  /** It fails when its swarm forwards something to it. */
  readonly asMember?: MemberFailure;
  /** The list it gives instead of the network's (service nodes, active nodes). */
  readonly forgedNodes?: readonly ServiceNode[];
  /** Members it names for every account. */
  readonly forgedSwarm?: readonly ServiceNode[];
  /** The names it knows instead of the network's. */
  readonly forgedNames?: Pick<NameTable, 'resolve'>;
  /** Other nodes it claims not to know, by Ed25519 key in hex. */
  readonly unknownPeers?: readonly string[];
  /**
   * Answers that make no sense: `http` random bytes without encryption, `reply` random bytes in an encrypted reply,
   * `body` a well-formed reply whose body is no JSON, `messages` retrieved items of random bytes.
   */
  readonly garbage?: 'http' | 'reply' | 'body' | 'messages';
  /** It confirms stores and keeps nothing, and shows none of what it holds. */
  readonly stale?: boolean;
}

export interface ServerFaults {
  /** Connections are cut. */
  readonly drop?: boolean;
  readonly hang?: boolean;
  readonly delayMs?: number;
  /** Answers this HTTP status with a short text. */
  readonly status?: number;
  /** Random bytes in place of an answer. */
  readonly garbage?: boolean;
}

export interface SeedFaults extends ServerFaults {
  readonly forgedNodes?: readonly ServiceNode[];
}
