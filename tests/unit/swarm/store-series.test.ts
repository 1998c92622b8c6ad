// Several messages in one request: each counts by its own signature, and a refusal ends the series there.
import { beforeEach, describe, expect, it } from 'vitest';
import { hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createAccountSeed,
  createNobleBackend,
  deriveIdentity,
  messageHash
} from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createSwarmClient, type SwarmClient } from '../../../src/lib/swarm/index.ts';
import type { JsonObject, RpcRequest } from '../../../src/lib/wire/index.ts';
import { createFakeSwarms, type FakeSwarms } from '../../support/onion-members.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const random = seededRandom(7);
const crypto = createNobleBackend(random);
const { accountId } = deriveIdentity(createAccountSeed(random));
let swarms: FakeSwarms;
let client: SwarmClient;

beforeEach(() => {
  swarms = createFakeSwarms(random);
  client = createSwarmClient({ onion: swarms.onion, crypto, random, log: silentLog });
});

const items = Array.from({ length: 4 }, (_, index) => ({
  data: utf8ToBytes(`copy ${index}`),
  ttlMs: 60_000 + index
}));
const hashes = items.map(({ data }) => messageHash(hexToBytes(accountId), 0, data));
const storeSeries = (list = items) => client.storeSeries({ accountId, items: list });
type Results = { code: number; body: JsonObject }[];
const results = (reply: { body: unknown }) => (reply.body as { results: Results }).results;
const spoilAll = (spoil: (list: Results) => void) => {
  swarms.tamper = (_, honest) => {
    const reply = honest();
    spoil(results(reply));
    return reply;
  };
};

describe('storing a series', () => {
  it('is one sequence of unsigned stores, answered in order', async () => {
    const stored = await storeSeries();
    expect(stored.map(({ hash }) => hash)).toEqual(hashes);
    expect(stored[3]).toMatchObject({ confirmedBy: 3, swarmSize: 3, expiresAtMs: swarms.now + 60_003 });
    expect(swarms.asked.map(({ rpc }) => rpc.method)).toEqual(['sequence']);
    const requests = swarms.asked[0]?.rpc.params.requests as unknown as RpcRequest[];
    expect(requests.map(({ method }) => method)).toEqual(['store', 'store', 'store', 'store']);
    expect(requests.map(({ params }) => params.ttl)).toEqual([60_000, 60_001, 60_002, 60_003]);
    expect(requests[0]?.params).not.toHaveProperty('signature');
  });

  it('ends where a node refused, gave no answer, or signed for nothing', async () => {
    const spoilt: ((list: Results) => void)[] = [
      (list) => void list.splice(2, 2, { code: 503, body: {} }),
      (list) => void list.splice(2),
      (list) => void (list[2]!.body.swarm = {}),
      (list) => void (list[2]!.body.hash = hashes[0]!),
      (list) => void (list[2]!.body = { hash: 7 })
    ];
    for (const spoil of spoilt) {
      spoilAll(spoil);
      expect((await storeSeries()).map(({ hash }) => hash)).toEqual(hashes.slice(0, 2));
    }
  });

  it('asks another member when not even the first one was taken', async () => {
    let liar: unknown = null;
    swarms.tamper = ({ node }, honest) => {
      const reply = honest();
      liar ??= node;
      if (liar === node) results(reply).splice(0, 4, { code: 503, body: {} });
      return reply;
    };
    expect(await storeSeries()).toHaveLength(4);
    expect(new Set(swarms.asked.map(({ node }) => node)).size).toBe(2);
    spoilAll((list) => void list.splice(0));
    await expect(storeSeries()).rejects.toMatchObject({ code: 'unverified-answer', retry: 'later' });
  });

  it('wants one to twenty items', async () => {
    await expect(storeSeries([])).rejects.toMatchObject({ code: 'usage' });
    const many = Array.from({ length: 21 }, () => items[0]!);
    await expect(storeSeries(many)).rejects.toMatchObject({ code: 'usage' });
    expect(swarms.asked).toEqual([]);
  });
});
