import { describe, expect, it } from 'vitest';
import { anchorList } from '../../../gateway/anchor-list.ts';
import { SeedError, type NodeList } from '../../../gateway/index.ts';
import { MAINNET } from '../../../src/lib/networks.ts';
import type { ServiceNodeState } from '../../../src/lib/wire/index.ts';
import { collectNodes } from '../../../scripts/lib/nodes-update.ts';

const NOW = 1_780_000_000_000;
const state = (index: number, over: Partial<ServiceNodeState> = {}): ServiceNodeState => ({
  ed25519PublicKeyHex: index.toString(16).padStart(64, '0'),
  x25519PublicKeyHex: '00'.repeat(32),
  ip: `203.0.${index}.9`,
  port: 22_021,
  swarmIdHex: '10',
  requestedUnlockHeight: 0,
  ...over
});
const anchors = MAINNET.anchors.map((anchor, index) => state(index, { ...anchor }));
const honest = [...anchors, ...Array.from({ length: 20 }, (_, index) => state(100 + index))].map((each) => ({
  ...each,
  // Public addresses: those of documentation are none.
  ip: each.ip.replace('203.0.', '95.216.')
}));

/** What each seed answers, in their order; null for silence. */
async function update(answers: readonly (readonly ServiceNodeState[] | null)[]) {
  const lines: string[] = [];
  let seed = 0;
  const list = collectNodes({
    network: MAINNET,
    nowMs: NOW,
    report: (line) => lines.push(line),
    fetchList: async (): Promise<NodeList> => {
      const nodes = answers[seed++];
      if (!nodes) throw new SeedError('seed-unreachable');
      return { height: 1_000 + seed, fetchedAtMs: NOW, nodes };
    }
  });
  return { list: await list, lines };
}

describe('the list for a release', () => {
  it('is what the seeds agree on, with the lowest height', async () => {
    const { list, lines } = await update([honest, honest, honest]);
    expect(list).toMatchObject({ network: 'mainnet', height: 1_001, fetchedAtMs: NOW });
    expect(list.nodes).toHaveLength(25);
    expect(lines).toHaveLength(3);
  });

  it('holds no node on the word of one seed, nor at an address only one seed knows', async () => {
    const forged = state(900, { ip: '95.216.1.1' });
    const moved = honest.map((each, index) => (index === 7 ? { ...each, port: 1_234 } : each));
    const { list } = await update([[...honest, forged], moved, null]);
    const keys = list.nodes.map((each) => each.ed25519PublicKeyHex);
    expect(keys).not.toContain(forged.ed25519PublicKeyHex);
    expect(keys).not.toContain(honest[7]!.ed25519PublicKeyHex);
    expect(keys).toHaveLength(24);
  });

  it('holds no private address, and knows who is about to leave', async () => {
    const odd = [
      ...honest,
      state(901, { ip: '10.0.0.1' }),
      state(902, { ip: '95.216.2.2', requestedUnlockHeight: 1_500 })
    ];
    const { list } = await update([odd, odd, odd]);
    expect(list.nodes.some((each) => each.ip === '10.0.0.1')).toBe(false);
    expect(list.nodes.filter((each) => each.requestedUnlockHeight === 1_500)).toHaveLength(1);
  });

  it.each([
    ['one seed answers', [honest, null, null], '1 of 3 seeds answered'],
    ['none answers', [null, null, null], '0 of 3 seeds answered'],
    ['they agree on too little', [honest.slice(0, 6), honest.slice(0, 6), null], 'agree on 6 nodes'],
    ['another network answers', [honest.slice(5), honest.slice(5), honest.slice(5)], 'Only 0 of the 5 nodes']
  ])('is not made when %s', async (_, answers, reason) => {
    await expect(update(answers)).rejects.toThrow(reason);
    await expect(update(answers)).rejects.toThrow('Nothing was changed.');
  });

  it('is what a gateway starts with when no seed answers, without those who left', async () => {
    const nodes = honest
      .slice(0, 12)
      .map(realKey)
      .map((each, index) => (index === 10 ? { ...each, requestedUnlockHeight: 1_003 } : each));
    const { list } = await update([nodes, nodes, null]);
    const fallback = anchorList(MAINNET, list, NOW)!;
    expect(fallback).toMatchObject({ height: 1_001, fetchedAtMs: NOW });
    expect(fallback.nodes).toHaveLength(12);
    expect(fallback.nodes.every((each) => each.swarmIdHex === '10')).toBe(true);
    expect(anchorList(MAINNET, list, NOW + 2 * 120_000)!.nodes).toHaveLength(11);
    expect(anchorList(MAINNET, { ...list, network: 'testnet' }, NOW)!.nodes).toHaveLength(5);
  });
});

/** Onion keys are derived, so keys have to be points of the curve; those of the anchors are. */
function realKey(node: ServiceNodeState, index: number): ServiceNodeState {
  return index < MAINNET.anchors.length ? node : { ...node, ed25519PublicKeyHex: REAL_KEYS[index - 5]! };
}
const REAL_KEYS = await realKeys(10);
async function realKeys(count: number): Promise<string[]> {
  const { ed25519 } = await import('@noble/curves/ed25519.js');
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(ed25519.getPublicKey(new Uint8Array(32).fill(index + 1))).toString('hex')
  );
}
