// What a running network hands out.
import type { AccountId } from '../src/lib/account-id.ts';
import type { NetworkDescriptor } from '../src/lib/networks.ts';
import type { ServiceNode } from '../src/lib/wire/index.ts';
import type { SeedFaults, ServerFaults } from './faults.ts';
import type { FileServer } from './file-server/file-server.ts';
import type { NameTable } from './names.ts';
import type { LocalNode } from './node-set.ts';
import type { Opened } from './node/onion.ts';
import type { StoredMessage } from './storage/stored-message.ts';

/** What a hop or destination found under its layer. */
export interface OpenedEvent extends Opened {
  readonly nodeEd: string;
}

export interface StoredItem extends StoredMessage {
  readonly namespace: number;
}

export interface Localnet {
  /** What `/network.json` says. */
  readonly descriptor: NetworkDescriptor;
  readonly nodes: readonly LocalNode[];
  readonly seedUrl: string;
  readonly names: NameTable;
  readonly files: FileServer;
  readonly echoAccountId: AccountId | null;
  /** Nodes of the swarm that holds an account or group, 66 hex. */
  swarmOf(accountHex: string): LocalNode[];
  nodeList(): { height: number; fetchedAtMs: number; nodes: ServiceNode[] };
  /** Signature of 64 bytes by the network's key over the gateway's list. */
  signList(body: Uint8Array): Promise<Uint8Array>;
  /** What the swarm of an account holds, each message once, for assertions. */
  stored(accountId: string, namespace?: number): StoredItem[];
  /** Rows on all nodes together. */
  countStored(): number;
  /** Tells of every layer that was opened. @returns a function that ends it */
  onOpened(callback: (event: OpenedEvent) => void): () => void;
  setSeedFault(faults: SeedFaults): void;
  setFileServerFault(faults: ServerFaults): void;
  /** Starts one more node in a swarm; its swarm sends it what it holds. */
  addNode(swarmIdHex: string): Promise<LocalNode>;
  /** Resolves when no request is in flight, messages are where they belong, and Echo is done. */
  settle(): Promise<void>;
  close(): Promise<void>;
}
