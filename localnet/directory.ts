// The one table of nodes and swarms, which seed, nodes and gateway are served from (network.md §4.1, §7.8).
import { INVALID_SWARM_ID, swarmForKey, swarmIdFromHex, type ServiceNode } from '../src/lib/wire/index.ts';

export interface DirectoryNode extends ServiceNode {
  /** Position in the state file and in the database. */
  readonly index: number;
  /** Port of node-to-node traffic; listed, but this network speaks to itself in process. */
  readonly omqPort: number;
}

export interface Directory {
  all(): readonly DirectoryNode[];
  byKey(ed25519PublicKeyHex: string): DirectoryNode | null;
  /** Adds a node or replaces the one with the same key. */
  set(node: DirectoryNode): void;
  /** @param key32 account key without prefix; null when there is no swarm at all */
  swarmOf(key32: Uint8Array): { swarmIdHex: string; members: readonly DirectoryNode[] } | null;
  readonly height: () => number;
}

/** Seconds a block takes. */
const BLOCK_MS = 120_000;
const FIRST_HEIGHT = 1_000_000;

/** @param now network time; the height grows with it */
export function createDirectory(now: () => number): Directory {
  const startedAtMs = now();
  const nodes = new Map<string, DirectoryNode>();
  let swarms: { ids: bigint[]; membersById: Map<bigint, DirectoryNode[]> } | null = null;
  const grouped = () => {
    if (swarms) return swarms;
    const membersById = new Map<bigint, DirectoryNode[]>();
    for (const node of nodes.values()) {
      if (node.swarmIdHex === null) continue;
      const id = swarmIdFromHex(node.swarmIdHex);
      if (id !== INVALID_SWARM_ID) membersById.set(id, [...(membersById.get(id) ?? []), node]);
    }
    return (swarms = { ids: [...membersById.keys()], membersById });
  };
  return {
    all: () => [...nodes.values()],
    byKey: (key) => nodes.get(key) ?? null,
    set(node) {
      nodes.set(node.ed25519PublicKeyHex, node);
      swarms = null;
    },
    swarmOf(key32) {
      const { ids, membersById } = grouped();
      const id = swarmForKey(ids, key32);
      if (id === null) return null;
      return { swarmIdHex: id.toString(16), members: membersById.get(id) ?? [] };
    },
    height: () => FIRST_HEIGHT + Math.max(0, Math.floor((now() - startedAtMs) / BLOCK_MS))
  };
}
