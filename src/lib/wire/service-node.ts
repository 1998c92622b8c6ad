// Service nodes and the lists they come in: the gateway's (design.md §3), a seed's or a daemon's (network.md §1.2,
// §1.5), and the answer of `get_swarm` (§4.2). Keys and addresses in a list are claims until verified. Entries
// without key, address or port are dropped, as deployed clients do.
import { isHex, utf8ToBytes } from '../bytes/index.ts';
import { tooLarge } from './errors.ts';
import { isNodeIpv4 } from './ipv4.ts';
import {
  countOf,
  fieldOf,
  isJsonObject,
  parseJson,
  requireCount,
  requireList,
  requireObject,
  requireString,
  type JsonObject,
  type JsonValue
} from './json.ts';
import { INVALID_SWARM_ID, swarmIdFromHex, swarmIdToHex } from './swarm-space.ts';

export interface ServiceNode {
  /** 64 lower-case hex. */
  readonly ed25519PublicKeyHex: string;
  /** 64 lower-case hex; the Montgomery form of the Ed25519 key when the list is honest. */
  readonly x25519PublicKeyHex: string;
  /** Canonical dotted IPv4, not `0.0.0.0`. May be private: the gateway decides whom it talks to. */
  readonly ip: string;
  /** HTTPS port, 1 … 65535. */
  readonly port: number;
  /** Lower-case hex without leading zeros; null for "no swarm" and when the list does not say. */
  readonly swarmIdHex: string | null;
}

/** A node as a daemon lists it. */
export interface ServiceNodeState extends ServiceNode {
  /** Height at which the node leaves; 0 when it stays or the list does not say. */
  readonly requestedUnlockHeight: number;
}

export interface GatewayNodeList {
  /** Id of the network (lib/networks.ts). */
  readonly network: string;
  readonly height: number;
  /** When the gateway had the list from its source, milliseconds. */
  readonly fetchedAtMs: number;
  readonly nodes: readonly ServiceNode[];
}

/** The network has about 1,500 nodes. */
export const MAX_SERVICE_NODES = 10_000;
/** 10,000 entries with all fields of a daemon's answer. */
export const MAX_NODE_LIST_BYTES = 8 * 1024 * 1024;

/**
 * The gateway's list. Unusable and repeated entries are dropped.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeGatewayNodeList(bytes: Uint8Array): GatewayNodeList {
  const structure = 'gateway-node-list';
  const object = requireObject(parseJson(bytes, MAX_NODE_LIST_BYTES, structure), structure);
  return {
    network: requireString(object, 'network', structure),
    height: requireCount(object, 'height', structure),
    fetchedAtMs: requireCount(object, 'fetched_at', structure),
    nodes: distinct(requireList(object, 'nodes', MAX_SERVICE_NODES, structure), daemonNode)
  };
}

/** UTF-8 JSON of the gateway's list, without blanks; the same list gives the same bytes, so it can be signed. */
export function encodeGatewayNodeList(list: GatewayNodeList): Uint8Array<ArrayBuffer> {
  if (list.nodes.length > MAX_SERVICE_NODES) throw tooLarge('gateway-node-list', MAX_SERVICE_NODES, 'nodes');
  return utf8ToBytes(
    JSON.stringify({
      network: list.network,
      height: list.height,
      fetched_at: list.fetchedAtMs,
      nodes: list.nodes.map((node) => ({
        pubkey_ed25519: node.ed25519PublicKeyHex,
        pubkey_x25519: node.x25519PublicKeyHex,
        public_ip: node.ip,
        storage_port: node.port,
        swarm: node.swarmIdHex ?? swarmIdToHex(INVALID_SWARM_ID)
      }))
    })
  );
}

/**
 * `service_node_states` of a daemon, given its result or the `oxend_request` reply that holds it under `result`.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeServiceNodeStates(body: JsonValue): ServiceNodeState[] {
  return decodeDaemonNodes(body).nodes;
}

/** As `decodeServiceNodeStates`, with the height the list was made at (0 when not said). */
export function decodeDaemonNodes(body: JsonValue): { height: number; nodes: ServiceNodeState[] } {
  const structure = 'service-node-states';
  const object = requireObject(body, structure);
  const inner = fieldOf(object, 'result');
  const result = isJsonObject(inner) ? inner : object;
  const states = requireList(result, 'service_node_states', MAX_SERVICE_NODES, structure);
  return { height: countOf(result, 'height') ?? 0, nodes: distinct(states, daemonState) };
}

/** Body of a seed's answer to `json_rpc`. @throws WireError `malformed`, `too-large` */
export function decodeSeedReply(bytes: Uint8Array): { height: number; nodes: ServiceNodeState[] } {
  return decodeDaemonNodes(parseJson(bytes, MAX_NODE_LIST_BYTES, 'service-node-states'));
}

/** Nodes of the `snodes` of `get_swarm`, which names fields in its own way; null for unusable entries. */
export function swarmNode(entry: JsonValue, swarmIdHex: string | null): ServiceNode | null {
  if (!isJsonObject(entry)) return null;
  const ip = fieldOf(entry, 'ip');
  // `port` is text, `port_https` a number; old nodes have only the former.
  const textPort = fieldOf(entry, 'port');
  const port =
    fieldOf(entry, 'port_https') ??
    (typeof textPort === 'string' && /^\d{1,5}$/.test(textPort) ? Number(textPort) : textPort);
  return usableNode(entry, ip, port, swarmIdHex);
}

/** Usable entries, the first of each key. */
export function distinct<T extends { readonly ed25519PublicKeyHex: string }>(
  entries: readonly JsonValue[],
  decode: (entry: JsonValue) => T | null
): T[] {
  const byKey = new Map<string, T>();
  for (const entry of entries) {
    const node = decode(entry);
    if (node && !byKey.has(node.ed25519PublicKeyHex)) byKey.set(node.ed25519PublicKeyHex, node);
  }
  return [...byKey.values()];
}

function daemonNode(entry: JsonValue): ServiceNode | null {
  if (!isJsonObject(entry)) return null;
  return usableNode(entry, fieldOf(entry, 'public_ip'), fieldOf(entry, 'storage_port'), swarmOf(entry));
}

function daemonState(entry: JsonValue): ServiceNodeState | null {
  const node = daemonNode(entry);
  if (!node) return null;
  return { ...node, requestedUnlockHeight: countOf(entry as JsonObject, 'requested_unlock_height') ?? 0 };
}

/** Swarm of a daemon's entry. `swarm_id` counts only where JSON numbers are exact. */
function swarmOf(entry: JsonObject): string | null {
  const text = fieldOf(entry, 'swarm');
  if (typeof text === 'string') return normalSwarmId(text);
  const number = countOf(entry, 'swarm_id');
  return number === null ? null : swarmIdToHex(BigInt(number));
}

/** Canonical text of a swarm id, or null for "no swarm" and for what is no swarm id. */
export function normalSwarmId(text: string): string | null {
  if (!/^[0-9a-fA-F]{1,16}$/.test(text)) return null;
  const id = swarmIdFromHex(text);
  return id === INVALID_SWARM_ID ? null : swarmIdToHex(id);
}

function usableNode(
  entry: JsonObject,
  ip: JsonValue | undefined,
  port: JsonValue | undefined,
  swarmIdHex: string | null
): ServiceNode | null {
  const ed25519PublicKeyHex = keyHex(fieldOf(entry, 'pubkey_ed25519'));
  const x25519PublicKeyHex = keyHex(fieldOf(entry, 'pubkey_x25519'));
  if (ed25519PublicKeyHex === null || x25519PublicKeyHex === null) return null;
  if (typeof ip !== 'string' || !isNodeIpv4(ip) || !isPort(port)) return null;
  return { ed25519PublicKeyHex, x25519PublicKeyHex, ip, port, swarmIdHex };
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

function keyHex(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.length === 64 && isHex(value) ? value.toLowerCase() : null;
}
