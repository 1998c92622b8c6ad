// Lists of nodes as a daemon and a storage server give them (network.md §1.2, §1.5, §4.2).
import { hexToBytes } from '../src/lib/bytes/index.ts';
import {
  encodeActiveNodesBin,
  INVALID_SWARM_ID,
  isJsonObject,
  snodeAddress,
  swarmIdFromHex,
  swarmIdToHex,
  type JsonObject,
  type JsonValue,
  type ServiceNode
} from '../src/lib/wire/index.ts';
import type { Directory, DirectoryNode } from './directory.ts';

export const STORAGE_SERVER_VERSION = [2, 8, 0] as const;

export interface Chain {
  /** Hard fork and revision. */
  readonly hf: readonly [number, number];
}

/** Raw JSON text as a value of `JSON.stringify`; the library types do not have it yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): JsonValue };

/** A u64 as JSON number, exact beyond 2^53. */
function jsonU64(value: bigint): JsonValue {
  return rawJSON(value.toString());
}

function swarmOf(node: ServiceNode): bigint {
  return node.swarmIdHex === null ? INVALID_SWARM_ID : swarmIdFromHex(node.swarmIdHex);
}

function omqPortOf(node: ServiceNode): number {
  return 'omqPort' in node ? (node as DirectoryNode).omqPort : node.port;
}

/** Every field a daemon can be asked for. */
function stateOf(node: ServiceNode, height: number): JsonObject {
  const swarm = swarmOf(node);
  return {
    active: swarm !== INVALID_SWARM_ID,
    funded: true,
    height,
    pubkey_ed25519: node.ed25519PublicKeyHex,
    pubkey_x25519: node.x25519PublicKeyHex,
    public_ip: node.ip,
    registration_height: 1,
    requested_unlock_height: 0,
    service_node_pubkey: node.ed25519PublicKeyHex,
    storage_lmq_port: omqPortOf(node),
    storage_port: node.port,
    storage_server_version: [...STORAGE_SERVER_VERSION],
    swarm: swarmIdToHex(swarm),
    swarm_id: jsonU64(swarm)
  };
}

/** Names asked for, in either form of `fields`; null for all. */
function fieldNames(fields: JsonValue | undefined): Set<string> | null {
  if (Array.isArray(fields)) return new Set(fields.filter((name) => typeof name === 'string'));
  if (!isJsonObject(fields)) return null;
  const names = Object.keys(fields).filter((name) => fields[name] === true);
  return names.includes('all') ? null : new Set(names);
}

/** `get_service_nodes` and its aliases. @param nodes the nodes to list */
export function serviceNodeStates(
  nodes: readonly ServiceNode[],
  height: number,
  chain: Chain,
  params: JsonObject
): JsonObject {
  const names = fieldNames(params['fields']);
  const wanted = params['service_node_pubkeys'];
  const keys = Array.isArray(wanted) && wanted.length > 0 ? new Set(wanted) : null;
  const limit = typeof params['limit'] === 'number' && params['limit'] > 0 ? params['limit'] : Infinity;
  const states = nodes
    .filter((node) => !keys || keys.has(node.ed25519PublicKeyHex))
    .map((node) => stateOf(node, height))
    .filter((state) => params['active_only'] !== true || state['active'] === true)
    .slice(0, limit);
  return {
    hardfork: chain.hf[0],
    height,
    service_node_states: states.map((state) => (names ? picked(state, names) : state)),
    snode_revision: chain.hf[1],
    status: 'OK'
  };
}

function picked(state: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(state).filter(([name]) => names.has(name)));
}

/** `active_nodes_bin` (network.md §1.5). */
export function activeNodesBin(nodes: readonly ServiceNode[]): Uint8Array<ArrayBuffer> {
  return encodeActiveNodesBin(
    nodes.map((node) => ({ ...node, omqPort: omqPortOf(node), version: STORAGE_SERVER_VERSION }))
  );
}

/** The object of `get_swarm` and of 421, without time and fork (network.md §4.2). */
export function swarmObject(members: readonly ServiceNode[], swarmIdHex: string): JsonObject {
  return {
    snodes: members.map((node) => ({
      address: snodeAddress(hexToBytes(node.ed25519PublicKeyHex)),
      ip: node.ip,
      port: String(node.port),
      port_https: node.port,
      port_omq: omqPortOf(node),
      port_quic: omqPortOf(node),
      pubkey_ed25519: node.ed25519PublicKeyHex,
      pubkey_legacy: node.ed25519PublicKeyHex,
      pubkey_x25519: node.x25519PublicKeyHex
    })),
    swarm: swarmIdHex
  };
}

/** Nodes a node knows of: the network's, unless it lies. */
export function knownNodes(directory: Directory, forged?: readonly ServiceNode[]): readonly ServiceNode[] {
  return forged ?? directory.all();
}
