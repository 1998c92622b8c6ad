// The list of last resort: the nodes whose keys come with the build. Enough for a client to ask for the rest.
import { bytesToHex, hexToBytes } from '../src/lib/bytes/index.ts';
import { x25519PublicKeyFromEd25519 } from '../src/lib/crypto/index.ts';
import type { NetworkDescriptor } from '../src/lib/networks.ts';
import type { NodeList } from './node-source.ts';

/** The anchors of a network as a list of height 0, or null when it has none. */
export function anchorList({ anchors }: NetworkDescriptor): NodeList | null {
  if (anchors.length === 0) return null;
  const nodes = anchors.map(({ ed25519PublicKeyHex, ip, port }) => ({
    ed25519PublicKeyHex,
    x25519PublicKeyHex: bytesToHex(x25519PublicKeyFromEd25519(hexToBytes(ed25519PublicKeyHex))),
    ip,
    port,
    swarmIdHex: null
  }));
  return { height: 0, fetchedAtMs: 0, nodes };
}
