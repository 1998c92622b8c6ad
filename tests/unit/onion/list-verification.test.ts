import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { createNobleBackend } from '../../../src/lib/crypto/index.ts';
import {
  holdsEnoughOf,
  judgeGatewayList,
  judgeSurvey,
  mergeAnswers
} from '../../../src/lib/onion/list-verification.ts';
import type { VerifiedNode } from '../../../src/lib/onion/verified-node.ts';
import { MAINNET, TESTNET, type NetworkDescriptor } from '../../../src/lib/networks.ts';
import { encodeGatewayNodeList } from '../../../src/lib/wire/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const crypto = createNobleBackend(seededRandom(1));
const node = (index: number, over: Partial<VerifiedNode> = {}): VerifiedNode => ({
  ed25519PublicKeyHex: (index + 1).toString(16).padStart(64, '0'),
  ip: `10.0.${index}.1`,
  port: 22_021,
  swarmIdHex: 'ab',
  ...over
});
const nodes = (count: number) => Array.from({ length: count }, (_, index) => node(index));
const anchors = MAINNET.anchors.map(({ ed25519PublicKeyHex, ip, port }) => ({
  ed25519PublicKeyHex,
  ip,
  port,
  swarmIdHex: null
}));
const listOf = (listed: readonly VerifiedNode[], network = 'mainnet') =>
  encodeGatewayNodeList({
    network,
    height: 1,
    fetchedAtMs: 1,
    nodes: listed.map((entry) => ({ ...entry, x25519PublicKeyHex: '00'.repeat(32) }))
  });
const judge = (network: NetworkDescriptor, body: Uint8Array, previous: readonly VerifiedNode[] = []) =>
  judgeGatewayList(crypto, network, { body, signature: null, previous });

describe('the list of a gateway on mainnet', () => {
  it('is worth asking about with four anchors, and names those alone as anchors', async () => {
    const judged = await judge(MAINNET, listOf([...nodes(20), ...anchors.slice(0, 4)]));
    expect(judged.ok && judged.value.anchors.map((anchor) => anchor.ed25519PublicKeyHex)).toEqual(
      anchors.slice(0, 4).map((anchor) => anchor.ed25519PublicKeyHex)
    );
    expect(judged.ok && judged.value.listed).toHaveLength(24);
  });

  it('is refused with three anchors, however many other nodes it has', async () => {
    expect(await judge(MAINNET, listOf([...nodes(500), ...anchors.slice(0, 3)]))).toEqual({
      ok: false,
      reason: 'list-not-verified'
    });
  });

  it('is refused when it belongs to another network', async () => {
    expect(await judge(MAINNET, listOf([...nodes(20), ...anchors], 'testnet'))).toEqual({
      ok: false,
      reason: 'wrong-network'
    });
  });

  it('needs no anchors later, but two thirds of the last verified pool', async () => {
    const previous = nodes(12);
    expect((await judge(MAINNET, listOf(nodes(8)), previous)).ok).toBe(true);
    expect(await judge(MAINNET, listOf([...nodes(7), ...anchors]), previous)).toEqual({
      ok: false,
      reason: 'list-not-verified'
    });
  });

  it('is refused when it is no list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
        expect(await judge(MAINNET, body)).toEqual({ ok: false, reason: 'list-not-verified' });
      })
    );
  });
});

describe('the list of a gateway on a local network', async () => {
  const seed = seededRandom(2)(32);
  const listSigningKeyHex = bytesToHex(await crypto.ed25519PublicKey(seed));
  const local: NetworkDescriptor = {
    ...MAINNET,
    id: listSigningKeyHex,
    kind: 'local',
    anchors: [],
    listSigningKeyHex,
    minimumPool: 4
  };
  const body = listOf(nodes(9), local.id);
  const signed = (bytes: Uint8Array) => crypto.ed25519Sign(seed, bytes);

  it('makes every listed node an anchor when the network key signed it', async () => {
    const judged = await judgeGatewayList(crypto, local, {
      body,
      signature: await signed(body),
      previous: []
    });
    expect(judged.ok && judged.value.anchors).toHaveLength(9);
  });

  it('is refused without a signature, with that of another list, or of another key', async () => {
    const others = [
      null,
      await signed(listOf(nodes(8), local.id)),
      await crypto.ed25519Sign(seededRandom(3)(32), body)
    ];
    for (const signature of others) {
      expect(await judgeGatewayList(crypto, local, { body, signature, previous: [] })).toEqual({
        ok: false,
        reason: 'list-not-verified'
      });
    }
  });

  it('is called another network when it names one', async () => {
    const foreign = listOf(nodes(9), 'f'.repeat(64));
    for (const signature of [null, await signed(foreign)]) {
      expect(await judgeGatewayList(crypto, local, { body: foreign, signature, previous: [] })).toEqual({
        ok: false,
        reason: 'wrong-network'
      });
    }
  });

  it('needs four nodes', async () => {
    const few = listOf(nodes(3), local.id);
    const judged = await judgeGatewayList(crypto, local, {
      body: few,
      signature: await signed(few),
      previous: []
    });
    expect(judged.ok).toBe(false);
  });
});

it('takes what a gateway of an unverifiable network lists, if it is enough', async () => {
  expect((await judge(TESTNET, listOf(nodes(12), 'testnet'))).ok).toBe(true);
  expect((await judge(TESTNET, listOf(nodes(11), 'testnet'))).ok).toBe(false);
});

describe('merging what nodes say', () => {
  it('counts a node when two of three say the same key, address and port', () => {
    const honest = nodes(3);
    const moved = [node(0, { ip: '6.6.6.6' }), node(1, { port: 666 }), node(2), node(9)];
    expect(mergeAnswers([honest, honest, moved])).toEqual(honest);
    expect(mergeAnswers([honest, moved])).toEqual([honest[2]]);
    expect(mergeAnswers([honest])).toEqual([]);
  });

  it('never gives what only one node says, and all that two say', () => {
    const lists = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 });
    fc.assert(
      fc.property(lists, lists, lists, (first, second, third) => {
        const answers = [first, second, third].map((list) => list.map((index) => node(index)));
        const merged = mergeAnswers(answers).map((entry) => entry.ed25519PublicKeyHex);
        const votes = (key: string) =>
          answers.filter((answer) => answer.some((entry) => entry.ed25519PublicKeyHex === key)).length;
        const all = new Set(answers.flat().map((entry) => entry.ed25519PublicKeyHex));
        return [...all].every((key) => merged.includes(key) === votes(key) >= 2);
      })
    );
  });

  it('does not let one node vote twice', () => {
    expect(mergeAnswers([[node(1), node(1)], []])).toEqual([]);
  });

  it('takes the swarm two agree on, and none where they do not', () => {
    const says = (swarmIdHex: string | null) => [node(0, { swarmIdHex })];
    expect(mergeAnswers([says('1'), says('2'), says('2')])[0]!.swarmIdHex).toBe('2');
    expect(mergeAnswers([says('1'), says('2'), says('3')])[0]!.swarmIdHex).toBeNull();
    expect(mergeAnswers([says(null), says(null), says('3')])[0]!.swarmIdHex).toBeNull();
  });

  it('is verified only with the minimum of nodes and two thirds of those known before', () => {
    const network = { ...MAINNET, minimumPool: 12 };
    expect(judgeSurvey(network, nodes(12), []).ok).toBe(true);
    expect(judgeSurvey(network, nodes(11), [])).toEqual({ ok: false, reason: 'list-not-verified' });
    expect(judgeSurvey(network, nodes(20), nodes(30)).ok).toBe(true);
    expect(judgeSurvey(network, nodes(20), nodes(31))).toEqual({ ok: false, reason: 'list-not-verified' });
    expect(holdsEnoughOf(nodes(2), nodes(3))).toBe(true);
  });
});
