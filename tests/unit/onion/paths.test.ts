import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildPath,
  chooseGuards,
  drawNodes,
  keysOf,
  pickPath,
  repairPath,
  subnetOf,
  type Path
} from '../../../src/lib/onion/paths.ts';
import type { VerifiedNode } from '../../../src/lib/onion/verified-node.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const nodeAt = (index: number, subnet: number): VerifiedNode => ({
  ed25519PublicKeyHex: index.toString(16).padStart(64, '0'),
  ip: `10.0.${subnet}.${index + 1}`,
  port: 22_021,
  swarmIdHex: null
});
/** Pools of 4 to 40 nodes over 1 to 40 subnets. */
const pools = fc
  .array(fc.integer({ min: 0, max: 39 }), { minLength: 4, maxLength: 40 })
  .map((subnets) => subnets.map((subnet, index) => nodeAt(index, subnet)));
const seeds = fc.integer({ min: 1, max: 1_000_000 });
const subnetsOf = (nodes: readonly VerifiedNode[]) => new Set(nodes.map((node) => subnetOf(node.ip)));
const pool9 = Array.from({ length: 9 }, (_, index) => nodeAt(index, index));

describe('building a path', () => {
  it('takes three different nodes, the guard first, and never an excluded one', () => {
    fc.assert(
      fc.property(pools, seeds, fc.nat(), fc.nat(), (pool, seed, guardIndex, excludedIndex) => {
        const guard = pool[guardIndex % pool.length]!;
        const excluded = pool[excludedIndex % pool.length]!.ed25519PublicKeyHex;
        const path = buildPath(pool, guard, { exclude: new Set([excluded]) }, 0, seededRandom(seed));
        if (excluded === guard.ed25519PublicKeyHex) return path === null;
        const keys = keysOf(path!);
        return keys[0] === guard.ed25519PublicKeyHex && new Set(keys).size === 3 && !keys.includes(excluded);
      })
    );
  });

  it('spreads over three subnets whenever the pool has that many', () => {
    fc.assert(
      fc.property(pools, seeds, fc.nat(), (pool, seed, guardIndex) => {
        const guard = pool[guardIndex % pool.length]!;
        const path = buildPath(pool, guard, {}, 0, seededRandom(seed))!;
        return subnetsOf(path.hops).size === Math.min(3, subnetsOf(pool).size);
      })
    );
  });

  it('keeps clear of the nodes of other paths while there are others', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 6 }), (seed, avoided) => {
        const avoid = new Set(pool9.slice(1, 1 + avoided).map((node) => node.ed25519PublicKeyHex));
        const keys = keysOf(buildPath(pool9, pool9[0]!, { avoid }, 0, seededRandom(seed))!);
        const shared = keys.filter((key) => avoid.has(key)).length;
        return shared === 0;
      })
    );
    const all = new Set(pool9.map((node) => node.ed25519PublicKeyHex));
    expect(buildPath(pool9, pool9[0]!, { avoid: all }, 0, seededRandom(1))!.hops).toHaveLength(3);
  });

  it('gives nothing when fewer than two other nodes may be used', () => {
    const exclude = new Set(pool9.slice(2).map((node) => node.ed25519PublicKeyHex));
    expect(buildPath(pool9, pool9[0]!, { exclude }, 0, seededRandom(1))).toBeNull();
  });

  it('uses every node about equally often, a crowded subnet once a path', () => {
    const crowded = [0, 0, 0, 0, 1, 2, 3, 4].map((subnet, index) => nodeAt(index, subnet));
    const random = seededRandom(7);
    const counts = new Map<string, number>();
    for (let round = 0; round < 4_000; round++) {
      for (const node of drawNodes(crowded, 2, new Set(), random)) {
        counts.set(node.ed25519PublicKeyHex, (counts.get(node.ed25519PublicKeyHex) ?? 0) + 1);
      }
    }
    expect(counts.size).toBe(8);
    for (const count of counts.values()) expect(count).toBeGreaterThan(600);
  });
});

describe('choosing guard nodes', () => {
  it('keeps those it knows, in their order, and draws only what is missing', () => {
    fc.assert(
      fc.property(pools, seeds, fc.integer({ min: 0, max: 3 }), (pool, seed, knownCount) => {
        const known = pool.slice(0, knownCount).map((node) => node.ed25519PublicKeyHex);
        const { guards, fresh } = chooseGuards(pool, known, 2, new Set(), seededRandom(seed));
        const keys = guards.map((node) => node.ed25519PublicKeyHex);
        const kept = known.slice(0, 2);
        return (
          keys.length === 2 &&
          new Set(keys).size === 2 &&
          kept.every((key, index) => keys[index] === key) &&
          fresh.size === 2 - kept.length &&
          keys.slice(kept.length).every((key) => fresh.has(key) && !known.includes(key))
        );
      })
    );
  });

  it('takes guards from different subnets where it can', () => {
    fc.assert(
      fc.property(pools, seeds, (pool, seed) => {
        const { guards } = chooseGuards(pool, [], 2, new Set(), seededRandom(seed));
        return subnetsOf(guards).size === Math.min(2, subnetsOf(pool).size);
      })
    );
  });

  it('leaves out known guards that are excluded or have left the network', () => {
    const known = [pool9[0]!, pool9[1]!].map((node) => node.ed25519PublicKeyHex);
    const left = pool9.slice(1);
    const { guards, fresh } = chooseGuards(left, known, 2, new Set(), seededRandom(3));
    expect(guards[0]).toBe(pool9[1]);
    expect(fresh.has(guards[1]!.ed25519PublicKeyHex)).toBe(true);
    const excluded = chooseGuards(pool9, known, 1, new Set(known), seededRandom(3));
    expect(known).not.toContain(excluded.guards[0]!.ed25519PublicKeyHex);
  });
});

describe('picking a path for a request', () => {
  const paths: Path[] = [
    { id: 'a', hops: [pool9[0]!, pool9[1]!, pool9[2]!], builtAtMs: 0 },
    { id: 'b', hops: [pool9[3]!, pool9[4]!, pool9[5]!], builtAtMs: 0 }
  ];

  it('never gives one that contains the destination', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 8 }), (seed, destination) => {
        const node = pool9[destination]!;
        const path = pickPath(paths, node, () => 0, seededRandom(seed))!;
        return !path.hops.includes(node);
      })
    );
    expect(pickPath([paths[0]!], pool9[2]!, () => 0, seededRandom(1))).toBeNull();
  });

  it('prefers the one that failed less, and one outside the subnet of the destination', () => {
    for (let seed = 1; seed < 20; seed++) {
      expect(pickPath(paths, null, (path) => (path.id === 'a' ? 1 : 0), seededRandom(seed))!.id).toBe('b');
      expect(pickPath(paths, nodeAt(50, 4), () => 0, seededRandom(seed))!.id).toBe('a');
    }
  });

  it('uses both when nothing speaks against either', () => {
    const used = new Set(
      Array.from({ length: 30 }, (_, seed) => pickPath(paths, null, () => 0, seededRandom(seed + 1))!.id)
    );
    expect(used).toEqual(new Set(['a', 'b']));
  });
});

describe('repairing a path', () => {
  const path: Path = { id: 'a', hops: [pool9[0]!, pool9[1]!, pool9[2]!], builtAtMs: 5 };

  it('removes the bad hop and appends a node from outside, keeping the guard', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(1, 2), (seed, bad) => {
        const repaired = repairPath(path, keysOf(path)[bad]!, pool9, {}, seededRandom(seed))!;
        const kept = path.hops[bad === 1 ? 2 : 1];
        return (
          repaired.hops[0] === path.hops[0] &&
          repaired.hops[1] === kept &&
          !path.hops.includes(repaired.hops[2]!) &&
          repaired.id !== path.id &&
          repaired.builtAtMs === path.builtAtMs
        );
      })
    );
  });

  it('has no repair for the guard node, a stranger, or an empty pool', () => {
    expect(repairPath(path, keysOf(path)[0]!, pool9, {}, seededRandom(1))).toBeNull();
    expect(repairPath(path, 'ff'.repeat(32), pool9, {}, seededRandom(1))).toBeNull();
    expect(repairPath(path, keysOf(path)[1]!, path.hops, {}, seededRandom(1))).toBeNull();
  });
});
