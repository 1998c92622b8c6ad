// Storing what replaces something: everything is stored first, by signature, and only then something is deleted.
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

const random = seededRandom(6);
const crypto = createNobleBackend(random);
const me = deriveIdentity(createAccountSeed(random));
let swarms: FakeSwarms;
let client: SwarmClient;

beforeEach(() => {
  swarms = createFakeSwarms(random);
  client = createSwarmClient({ onion: swarms.onion, crypto, random, log: silentLog });
});

const itemOf = (text: string, namespace = 3) => ({
  namespace,
  data: utf8ToBytes(text),
  ttlMs: 2_592_000_000
});
const hashOf = ({ namespace, data }: ReturnType<typeof itemOf>) =>
  messageHash(hexToBytes(me.accountId), namespace, data);
const old = Array.from({ length: 3 }, (_, index) => hashOf(itemOf(`old ${index}`)));
const replace = (items: ReturnType<typeof itemOf>[], deleteHashes = old) =>
  client.replace({ identity: me, items, deleteHashes });
const methodsOf = (rpc: RpcRequest) =>
  (rpc.params.requests as unknown as RpcRequest[]).map(({ method }) => method);
const results = (reply: { body: unknown }) =>
  (reply.body as { results: { code: number; body: JsonObject }[] }).results;

describe('replacing', () => {
  it('stores in order and deletes last, in one sequence', async () => {
    const items = [itemOf('profile', 2), itemOf('contacts', 3)];
    expect(await replace(items)).toEqual({ hashes: items.map(hashOf), isDeleted: true });
    expect(swarms.asked.map(({ rpc }) => rpc.method)).toEqual(['sequence']);
    const [{ rpc }] = swarms.asked as [(typeof swarms.asked)[0]];
    expect(methodsOf(rpc)).toEqual(['store', 'store', 'delete']);
    const requests = rpc.params.requests as unknown as RpcRequest[];
    expect(requests[0]?.params).toMatchObject({ namespace: 2, ttl: 2_592_000_000 });
    expect(requests[2]?.params.messages).toEqual(old);
  });

  it('asks for no deletion when nothing is obsolete', async () => {
    expect(await replace([itemOf('a')], [])).toEqual({ hashes: [hashOf(itemOf('a'))], isDeleted: false });
    expect(methodsOf(swarms.asked[0]!.rpc)).toEqual(['store']);
  });

  it('sends many parts in several sequences, and deletes in the last', async () => {
    const items = Array.from({ length: 23 }, (_, index) => itemOf(`part ${index}`));
    expect((await replace(items)).hashes).toEqual(items.map(hashOf));
    expect(swarms.asked.map(({ rpc }) => methodsOf(rpc).length)).toEqual([10, 10, 4]);
    expect(swarms.asked.map(({ rpc }) => methodsOf(rpc).includes('delete'))).toEqual([false, false, true]);
  });

  it('says when the deletion was refused: what was obsolete stays so', async () => {
    swarms.tamper = (_, honest) => {
      const reply = honest();
      results(reply).at(-1)!.code = 500;
      return reply;
    };
    expect(await replace([itemOf('a')])).toEqual({ hashes: [hashOf(itemOf('a'))], isDeleted: false });
  });

  it('goes to another member when one store was refused, not answered or not signed', async () => {
    const spoilt: ((list: ReturnType<typeof results>) => void)[] = [
      (list) => void (list[0]!.code = 503),
      (list) => void list.splice(0),
      (list) => void (list[0]!.body.hash = hashOf(itemOf('something else'))),
      (list) => void (list[0]!.body.swarm = {})
    ];
    for (const spoil of spoilt) {
      swarms.asked.splice(0);
      let liar: unknown = null;
      swarms.tamper = ({ node }, honest) => {
        const reply = honest();
        liar ??= node;
        if (liar === node) spoil(results(reply));
        return reply;
      };
      expect((await replace([itemOf('a'), itemOf('b')])).isDeleted).toBe(true);
      expect(new Set(swarms.asked.map(({ node }) => node)).size).toBe(2);
    }
  });

  it('fails when every member fails, and with nothing to store', async () => {
    swarms.tamper = (_, honest) => {
      const reply = honest();
      results(reply)[0]!.body.swarm = {};
      return reply;
    };
    await expect(replace([itemOf('a')])).rejects.toMatchObject({ code: 'unverified-answer' });
    await expect(replace([])).rejects.toMatchObject({ code: 'usage' });
  });
});
