// The list of last resort: the nodes whose keys come with the build. Enough for a client to ask for the rest.
import { bytesToHex, hexToBytes } from '../src/lib/bytes/index.ts';
import { x25519PublicKeyFromEd25519 } from '../src/lib/crypto/index.ts';
import { withAnchors, type NetworkDescriptor } from '../src/lib/networks.ts';
import { remainingNodes, type BundledNodes } from '../src/lib/wire/index.ts';
import type { NodeList } from './node-source.ts';

/**
 * The anchors of a network and what a release bundled for it, or null when there is neither. Without a bundled list the
 * height is 0.
 * @param nowMs nodes that will have left by then are left out
 */
export function anchorList(
  network: NetworkDescriptor,
  bundled: BundledNodes | null = null,
  nowMs = 0
): NodeList | null {
  const own = bundled?.network === network.id ? bundled : null;
  const remaining = own ? remainingNodes(own, nowMs) : [];
  const { anchors } = withAnchors(network, remaining);
  if (anchors.length === 0) return null;
  const swarms = new Map(remaining.map((node) => [node.ed25519PublicKeyHex, node.swarmIdHex]));
  const nodes = anchors.map(({ ed25519PublicKeyHex, ip, port }) => ({
    ed25519PublicKeyHex,
    x25519PublicKeyHex: bytesToHex(x25519PublicKeyFromEd25519(hexToBytes(ed25519PublicKeyHex))),
    ip,
    port,
    swarmIdHex: swarms.get(ed25519PublicKeyHex) ?? null
  }));
  return { height: own?.height ?? 0, fetchedAtMs: own?.fetchedAtMs ?? 0, nodes };
}
