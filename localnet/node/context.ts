// What the rules of a node work with. One per node; nothing here is shared between nodes but the network's tables.
import type { CryptoBackend } from '../../src/lib/crypto/index.ts';
import type { AccountKey, JsonObject, ServiceNode } from '../../src/lib/wire/index.ts';
import type { Directory, DirectoryNode } from '../directory.ts';
import type { NodeFaults } from '../faults.ts';
import type { NameTable } from '../names.ts';
import type { Chain } from '../service-node-states.ts';
import type { MessageStore } from '../storage/message-store.ts';

export interface NodeContext {
  readonly crypto: CryptoBackend;
  readonly store: MessageStore;
  readonly directory: Directory;
  readonly chain: Chain;
  readonly names: NameTable;
  /** This node as the table lists it now. */
  self(): DirectoryNode;
  /** The swarm of an account as this node believes it; null when no swarms are known. */
  swarmOf(account: AccountKey): SwarmView | null;
  /** This node's clock, milliseconds. */
  now(): number;
  faults(): NodeFaults;
  /** Name of a message; every member of a swarm computes it for the same bytes. */
  hashOf(accountHex: string, namespace: number, data: Uint8Array): string;
  /** A member's signature of 64 bytes, in base64. */
  sign(signed: string | Uint8Array): Promise<string>;
  /** Asks every other member of a swarm; the entries by Ed25519 key in hex. */
  forward(members: readonly DirectoryNode[], call: ForwardedCall): Promise<Record<string, JsonObject>>;
  /** Something new is held for an account. */
  stored(accountHex: string): void;
}

export interface SwarmView {
  readonly swarmIdHex: string;
  /** Whether this node is one of the members. */
  readonly isMine: boolean;
  /** As `get_swarm` lists them. */
  readonly listed: readonly ServiceNode[];
  readonly members: readonly DirectoryNode[];
}

/** A request as one member hands it to another (`sn.storage_cc`, network.md §4.6). */
export interface ForwardedCall {
  readonly method: string;
  /** Bencoded parameters. */
  readonly parameters: Uint8Array;
}
