// The service nodes of a network: starting, stopping, and messages that follow when swarms change (network.md §4.6).
import { bytesToHex, hexToBytes } from '../src/lib/bytes/index.ts';
import type { CryptoBackend } from '../src/lib/crypto/index.ts';
import { x25519PublicKeyFromEd25519 } from '../src/lib/crypto/index.ts';
import type { JsonObject } from '../src/lib/wire/index.ts';
import type { Activity } from './activity.ts';
import type { Directory } from './directory.ts';
import type { NodeFaults } from './faults.ts';
import type { Peer } from './node/peers.ts';
import { createServiceNode, type NodeDependencies, type NodeKeys } from './node/service-node.ts';
import type { RpcReply } from './rpc/reply.ts';
import type { NodeState } from './state-file.ts';
import type { Database } from './storage/database.ts';
import { createMessageStore, type MessageStore } from './storage/message-store.ts';
import { accountsOn, pushAccount } from './storage/replication.ts';

/** One service node in the hands of a test or of the command. */
export interface LocalNode {
  readonly ed25519PublicKeyHex: string;
  readonly x25519PublicKeyHex: string;
  readonly ip: string;
  readonly port: number;
  readonly swarmIdHex: string | null;
  readonly isRunning: boolean;
  /** What it holds; a test that needs a certain state writes it here. */
  readonly store: MessageStore;
  /** Replaces all faults; `{}` heals. */
  setFault(faults: NodeFaults): void;
  /** Goes away without a word; other nodes hear nothing from it. */
  stop(): Promise<void>;
  /** Comes back on the same port and is sent what it missed. */
  start(): Promise<void>;
  /** Moves to a swarm, or leaves all of them; messages go to their new owners. */
  setSwarm(swarmIdHex: string | null): Promise<void>;
  /** A request to this node without any transport. */
  call(request: { method: string; params: JsonObject }): Promise<RpcReply>;
}

export interface NodeSet {
  readonly nodes: LocalNode[];
  /** Starts one more node. */
  add(state: NodeState): Promise<LocalNode>;
  /** Sends every message to the members that should hold it. */
  moveMessages(): Promise<void>;
  /** The state of each node, with the ports they got. */
  states(): NodeState[];
  close(): Promise<void>;
}

export interface NodeSetDependencies extends Omit<NodeDependencies, 'store' | 'peers'> {
  readonly activity: Activity;
  readonly database: Database;
  readonly directory: Directory;
  /** Called when a port or swarm is another than before. */
  changed(): void;
}

/** Offset of the port that stands for OMQ in lists. */
const OMQ_OFFSET = 100;

export async function keysOf(
  crypto: CryptoBackend,
  state: Pick<NodeState, 'seedHex' | 'certificatePem' | 'keyPem'>
): Promise<NodeKeys> {
  const ed25519Seed = hexToBytes(state.seedHex);
  const ed25519PublicKey = await crypto.ed25519PublicKey(ed25519Seed);
  return {
    ed25519Seed,
    ed25519PublicKeyHex: bytesToHex(ed25519PublicKey),
    // RFC 8032 §5.1.5 and RFC 7748 §5: the same scalar; X25519 clamps it.
    x25519SecretKey: (await crypto.sha512(ed25519Seed)).slice(0, 32),
    x25519PublicKey: x25519PublicKeyFromEd25519(ed25519PublicKey),
    certificatePem: state.certificatePem,
    keyPem: state.keyPem
  };
}

function createMover(database: Database, directory: Directory) {
  /** Lets requests run in between: a large network moves for a while. */
  const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    async toOwners() {
      for (const from of directory.all()) {
        for (const account of accountsOn(database, from.index)) {
          const owners = directory.swarmOf(account.subarray(1))?.members ?? [];
          for (const to of owners) {
            if (to.index !== from.index) pushAccount(database, from.index, to.index, account);
          }
          await breathe();
        }
      }
      await database.committed();
    },
    async catchUp(index: number, swarmIdHex: string | null) {
      for (const from of directory.all()) {
        if (from.swarmIdHex !== swarmIdHex || from.index === index || swarmIdHex === null) continue;
        for (const account of accountsOn(database, from.index)) {
          pushAccount(database, from.index, index, account);
          await breathe();
        }
      }
      await database.committed();
    }
  };
}

export function createNodeSet(dependencies: NodeSetDependencies): NodeSet {
  const { activity, crypto, database, directory } = dependencies;
  const peers = new Map<string, Peer>();
  const mover = createMover(database, directory);
  const states: NodeState[] = [];
  const nodes: LocalNode[] = [];
  const moveMessages = () => activity.run(() => mover.toOwners());

  async function add(state: NodeState): Promise<LocalNode> {
    const index = states.push(state) - 1;
    const keys = await keysOf(crypto, state);
    const key = keys.ed25519PublicKeyHex;
    const store = createMessageStore(database, index);
    const server = createServiceNode({ ...dependencies, peers, store }, keys);
    let isRunning = false;
    const update = (change: Partial<NodeState>) => {
      const next = { ...(states[index] as NodeState), ...change };
      states[index] = next;
      directory.set({
        index,
        ed25519PublicKeyHex: key,
        x25519PublicKeyHex: bytesToHex(keys.x25519PublicKey),
        ip: next.ip,
        port: next.port,
        omqPort: next.port > OMQ_OFFSET ? next.port - OMQ_OFFSET : next.port,
        swarmIdHex: next.swarmIdHex
      });
      dependencies.changed();
    };
    const start = async () => {
      if (isRunning) return;
      isRunning = true;
      const now = states[index] as NodeState;
      const port = await server.listen(now.ip, now.port);
      update({ port });
      peers.set(key, server.peer);
    };
    await start();
    const node: LocalNode = {
      ed25519PublicKeyHex: key,
      x25519PublicKeyHex: bytesToHex(keys.x25519PublicKey),
      ip: state.ip,
      store,
      get port() {
        return (states[index] as NodeState).port;
      },
      get swarmIdHex() {
        return (states[index] as NodeState).swarmIdHex;
      },
      get isRunning() {
        return isRunning;
      },
      setFault: (faults) => server.setFaults(faults),
      async stop() {
        isRunning = false;
        peers.delete(key);
        await server.close();
      },
      async start() {
        await start();
        await activity.run(() => mover.catchUp(index, (states[index] as NodeState).swarmIdHex));
      },
      async setSwarm(swarmIdHex) {
        update({ swarmIdHex });
        await moveMessages();
      },
      call: (request) => activity.run(() => server.call(request))
    };
    nodes.push(node);
    return node;
  }

  return {
    nodes,
    add,
    moveMessages,
    states: () => [...states],
    async close() {
      await Promise.all(nodes.map((node) => node.stop()));
    }
  };
}
