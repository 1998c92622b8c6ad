// The compact node list of `active_nodes_bin` (network.md §1.5), big-endian, no header:
//
//   0   32  Ed25519 key          44  2  HTTPS port
//   32   8  swarm id             46  2  OMQ and QUIC port
//   40   4  IPv4                 48  3  storage server version
import { base64ToBytes, bytesToHex, ByteReader, concatBytes, hexToBytes } from '../bytes/index.ts';
import { malformed, tooLarge } from './errors.ts';
import { formatIpv4, isNodeIpv4, parseIpv4 } from './ipv4.ts';
import { MAX_SERVICE_NODES, type ServiceNode } from './service-node.ts';
import { INVALID_SWARM_ID, swarmIdFromHex, swarmIdToHex } from './swarm-space.ts';

const ENTRY_BYTES = 51;

/** A service node without its X25519 key, which is the Montgomery form of the Ed25519 key. */
export interface ActiveNode extends Omit<ServiceNode, 'x25519PublicKeyHex'> {
  readonly omqPort: number;
  /** Storage server version, each number at most 255. */
  readonly version: readonly [number, number, number];
}

/**
 * Nodes of a list; those without address or port are dropped.
 * @throws WireError `malformed` when the length is no multiple of 51, `too-large` over 10,000 nodes
 */
export function decodeActiveNodesBin(bytes: Uint8Array): ActiveNode[] {
  if (bytes.length % ENTRY_BYTES !== 0) throw malformed('active-nodes-bin', 'length');
  if (bytes.length / ENTRY_BYTES > MAX_SERVICE_NODES) throw tooLarge('active-nodes-bin', MAX_SERVICE_NODES);
  const reader = new ByteReader(bytes);
  const nodes: ActiveNode[] = [];
  while (reader.remaining > 0) {
    const ed25519PublicKeyHex = bytesToHex(reader.take(32));
    const swarmId = reader.u64be();
    const ip = formatIpv4(reader.u32be());
    const port = reader.u16be();
    const omqPort = reader.u16be();
    const version = [reader.u8(), reader.u8(), reader.u8()] as const;
    if (!isNodeIpv4(ip) || port === 0) continue;
    const swarmIdHex = swarmId === INVALID_SWARM_ID ? null : swarmIdToHex(swarmId);
    nodes.push({ ed25519PublicKeyHex, swarmIdHex, ip, port, omqPort, version });
  }
  return nodes;
}

/**
 * As `decodeActiveNodesBin`, for the base64 text that stands in an onion reply or a batch.
 * @throws WireError `malformed`, `too-large`
 */
export function decodeActiveNodesText(body: unknown): ActiveNode[] {
  if (typeof body !== 'string') throw malformed('active-nodes-bin', 'body');
  if (body.length > MAX_SERVICE_NODES * ENTRY_BYTES * 2)
    throw tooLarge('active-nodes-bin', MAX_SERVICE_NODES);
  let bytes: Uint8Array;
  try {
    bytes = base64ToBytes(body);
  } catch (cause) {
    throw malformed('active-nodes-bin', 'body', { cause });
  }
  return decodeActiveNodesBin(bytes);
}

/** The list of a node that knows `nodes`. Version numbers over 255 are written as 255. */
export function encodeActiveNodesBin(nodes: readonly ActiveNode[]): Uint8Array<ArrayBuffer> {
  return concatBytes(
    ...nodes.map((node) => {
      const entry = new Uint8Array(ENTRY_BYTES);
      const view = new DataView(entry.buffer);
      entry.set(hexToBytes(node.ed25519PublicKeyHex));
      view.setBigUint64(32, node.swarmIdHex === null ? INVALID_SWARM_ID : swarmIdFromHex(node.swarmIdHex));
      view.setUint32(40, parseIpv4(node.ip) ?? 0);
      view.setUint16(44, node.port);
      view.setUint16(46, node.omqPort);
      node.version.forEach((number, index) => view.setUint8(48 + index, Math.min(number, 255)));
      return entry;
    })
  );
}
