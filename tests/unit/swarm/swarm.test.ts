// What the swarm floor believes, and what it does when members lie, stall or refuse (network.md §2.1, §4.4, §5.5, §5.6).
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createAccountSeed,
  createNobleBackend,
  deriveIdentity,
  messageHash
} from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { OnionError } from '../../../src/lib/onion/index.ts';
import { createSwarmClient, type SwarmClient } from '../../../src/lib/swarm/index.ts';
import type { JsonObject } from '../../../src/lib/wire/index.ts';
import { createFakeSwarms, type FakeSwarms, type Member } from '../../support/onion-members.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const random = seededRandom(5);
const crypto = createNobleBackend(random);
const me = deriveIdentity(createAccountSeed(random));
let swarms: FakeSwarms;
let client: SwarmClient;
/** The members that hold the account. */
let mine: Member[];

beforeEach(() => {
  swarms = createFakeSwarms(random);
  client = createSwarmClient({ onion: swarms.onion, crypto, random, log: silentLog });
  const id = client.members(me.accountId)[0]!.swarmIdHex!;
  mine = swarms.swarmOf(id);
});

const store = (text = 'hello') =>
  client.store({ accountId: me.accountId, namespace: 0, data: utf8ToBytes(text), ttlMs: 60_000 });
const retrieve = (namespaces = [{ namespace: 0 }]) =>
  client.retrieve({ identity: me, namespaces, cursorOf: () => null });
const askedKeys = () => swarms.asked.map(({ node }) => node.ed25519PublicKeyHex);
const body = (reply: { body: unknown }) => reply.body as JsonObject;
const corrupt = (signature: string) => `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
/** Makes one member tamper, the others stay honest. */
function oneLies(tamper: FakeSwarms['tamper']): () => Member {
  let liar: Member | null = null;
  swarms.tamper = (asked, honest) => {
    liar ??= asked.node;
    return asked.node === liar ? tamper(asked, honest) : honest();
  };
  return () => liar as unknown as Member;
}

describe('storing', () => {
  it('asks a member of the recipient swarm and counts those that signed', async () => {
    const stored = await store();
    expect(stored).toMatchObject({
      confirmedBy: 3,
      swarmSize: 3,
      storedAtMs: swarms.now,
      expiresAtMs: swarms.now + 60_000
    });
    expect(mine).toContain(swarms.asked[0]!.node);
  });

  it('needs one member that signed rightly, and counts no other', async () => {
    swarms.tamper = ({ node }, honest) => {
      const reply = honest();
      const entries = body(reply).swarm as Record<string, JsonObject>;
      for (const member of mine) {
        if (member === node) continue;
        const entry = entries[member.ed25519PublicKeyHex]!;
        entry.signature = corrupt(entry.signature as string);
      }
      return reply;
    };
    expect(await store()).toMatchObject({ confirmedBy: 1, swarmSize: 3 });
    // The node that relays entries of others could have spoiled them: nobody is struck for that.
    expect(swarms.struck).toEqual([]);
  });

  it('goes to another member when the answering one signs wrongly, and strikes it', async () => {
    const liar = oneLies(({ node }, honest) => {
      const reply = honest();
      const entry = (body(reply).swarm as Record<string, JsonObject>)[node.ed25519PublicKeyHex]!;
      entry.signature = corrupt(entry.signature as string);
      return reply;
    });
    expect((await store()).confirmedBy).toBe(3);
    expect(swarms.struck).toEqual([{ nodeHex: liar().ed25519PublicKeyHex, reason: 'unverified-answer' }]);
    expect(new Set(askedKeys()).size).toBe(2);
  });

  it('takes no signature of a node outside the swarm', async () => {
    const stranger = swarms.nodes.find((node) => !mine.includes(node))!;
    swarms.tamper = (_, honest) => {
      const reply = honest();
      const { hash } = body(reply) as { hash: string };
      const key = stranger.ed25519PublicKeyHex;
      body(reply).swarm = { [key]: { hash, expiry: 1, signature: swarms.sign(stranger, hash) } };
      return reply;
    };
    await expect(store()).rejects.toMatchObject({ code: 'unverified-answer', retry: 'later' });
  });

  it('takes no signature over another hash than that of its own data', async () => {
    oneLies((asked) => {
      const hash = messageHash(new Uint8Array(33), 0, new Uint8Array(1));
      const entry = { hash, expiry: 1, signature: swarms.sign(asked.node, hash) };
      return { status: 200, body: { hash, swarm: { [asked.node.ed25519PublicKeyHex]: entry } } };
    });
    expect((await store()).confirmedBy).toBe(3);
    expect(swarms.struck).toHaveLength(1);
  });

  it.each([
    ['text', 'hello'],
    ['nothing', null],
    ['an empty object', {}],
    ['a swarm that is a list', { hash: 'x', swarm: [] }],
    ['a hash of the wrong form', { hash: 5, swarm: {} }]
  ])('retries elsewhere when a member answers %s', async (_, garbage) => {
    oneLies(() => ({ status: 200, body: garbage }));
    expect((await store()).confirmedBy).toBe(3);
    expect(swarms.struck).toHaveLength(1);
  });

  it('tries three members and no more', async () => {
    swarms.tamper = () => new OnionError('path-timeout', { retry: 'other-path' });
    await expect(store()).rejects.toMatchObject({ code: 'path-timeout' });
    expect(askedKeys().sort()).toEqual(mine.map((node) => node.ed25519PublicKeyHex).sort());
  });

  it('goes through a small swarm again before it gives up', async () => {
    const two = createFakeSwarms(random, ['10']);
    two.nodes.pop();
    const small = createSwarmClient({ onion: two.onion, crypto, random, log: silentLog });
    let failures = 2;
    two.tamper = (_, honest) =>
      failures-- > 0 ? new OnionError('path-timeout', { retry: 'other-path' }) : honest();
    const stored = await small.store({
      accountId: me.accountId,
      namespace: 0,
      data: new Uint8Array(1),
      ttlMs: 60_000
    });
    expect(stored.confirmedBy).toBe(2);
    expect(two.asked).toHaveLength(3);
  });

  it('does not try others while there is no connection', async () => {
    swarms.tamper = () => new OnionError('offline', { retry: 'later' });
    await expect(store()).rejects.toMatchObject({ code: 'offline' });
    expect(swarms.asked).toHaveLength(1);
  });

  it('believes a refusal only when a second member gives it', async () => {
    oneLies(() => ({ status: 401, body: 'no' }));
    expect((await store()).confirmedBy).toBe(3);
    swarms.tamper = () => ({ status: 403, body: 'Provided expiry/TTL is not valid.' });
    swarms.asked.length = 0;
    await expect(store('other')).rejects.toMatchObject({
      code: 'rejected',
      retry: 'never',
      details: { status: 403 }
    });
    expect(swarms.asked).toHaveLength(2);
    expect(swarms.struck).toEqual([]);
  });

  it('measures the clock after a 406, stamps anew, and repeats at the same member', async () => {
    const trueTime = swarms.now;
    swarms.now = trueTime - 500_000;
    swarms.onSync = () => (swarms.now = trueTime);
    swarms.tamper = ({ rpc }, honest) =>
      Math.abs((rpc.params.timestamp as number) - trueTime) > 60_000
        ? { status: 406, body: 'Timestamp error: check your clock' }
        : honest();
    expect((await store()).storedAtMs).toBe(trueTime);
    expect(swarms.asked.map(({ rpc }) => rpc.params.timestamp)).toEqual([trueTime - 500_000, trueTime]);
    expect(new Set(askedKeys()).size).toBe(1);
    expect(swarms.struck).toEqual([]);
  });

  it('takes a member for a bad one that refuses a clock just measured', async () => {
    const liar = oneLies(() => ({ status: 406, body: 'Timestamp error: check your clock' }));
    expect((await store()).confirmedBy).toBe(3);
    expect(swarms.syncs.count).toBe(1);
    expect(swarms.struck).toEqual([{ nodeHex: liar().ed25519PublicKeyHex, reason: 'clock-skew' }]);
  });

  it('says so when everybody refuses the clock', async () => {
    swarms.tamper = () => ({ status: 406, body: 'Timestamp error: check your clock' });
    await expect(store()).rejects.toMatchObject({ code: 'clock-skew', retry: 'later' });
  });

  it.each([500, 503, 502])('goes to another member after status %i', async (status) => {
    oneLies(() => ({ status, body: 'broken' }));
    expect((await store()).confirmedBy).toBe(3);
  });

  it('passes a limit on as what it is', async () => {
    swarms.tamper = () => ({ status: 429, body: 'slow down' });
    await expect(store()).rejects.toMatchObject({ code: 'rate-limited', retry: 'later' });
  });

  it('signs for a namespace that is not a public inbox, and asks for keys', async () => {
    const input = { accountId: me.accountId, namespace: 2, data: utf8ToBytes('config'), ttlMs: 60_000 };
    await expect(client.store(input)).rejects.toMatchObject({ code: 'usage' });
    await client.store({ ...input, identity: me });
    expect(swarms.asked[0]!.rpc.params).toMatchObject({ namespace: 2, signature: expect.any(String) });
    await store();
    expect(swarms.asked[1]!.rpc.params).not.toHaveProperty('signature');
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    swarms.tamper = () => {
      controller.abort(new Error('enough'));
      return new OnionError('path-timeout', { retry: 'other-path' });
    };
    const pending = client.store({
      accountId: me.accountId,
      namespace: 0,
      data: new Uint8Array(1),
      ttlMs: 60_000,
      signal: controller.signal
    });
    await expect(pending).rejects.toThrow('enough');
    expect(swarms.asked).toHaveLength(1);
  });
});

describe('a member that says "wrong swarm"', () => {
  const elsewhere = () => swarms.nodes.filter((node) => !mine.includes(node));

  it('is followed to the swarm it names, among verified nodes alone', async () => {
    swarms.tamper = ({ node }, honest) =>
      mine.includes(node)
        ? { status: 421, body: swarms.swarmBody(elsewhere(), elsewhere()[0]!.swarmIdHex!) }
        : honest();
    expect((await store()).confirmedBy).toBe(3);
    expect(swarms.asked).toHaveLength(2);
    expect(
      client
        .members(me.accountId)
        .map((node) => node.ed25519PublicKeyHex)
        .sort()
    ).toEqual(
      elsewhere()
        .map((node) => node.ed25519PublicKeyHex)
        .sort()
    );
  });

  it('is not followed to nodes nobody verified: the pool is refreshed, and others are asked', async () => {
    let refreshes = 0;
    swarms.onRefresh = () => {
      refreshes++;
      return false;
    };
    const strangers = createFakeSwarms(seededRandom(66)).nodes;
    const liar = oneLies(() => ({ status: 421, body: swarms.swarmBody(strangers, '77') }));
    expect((await store()).confirmedBy).toBeGreaterThan(0);
    expect(refreshes).toBe(1);
    expect(askedKeys().every((key) => mine.some((node) => node.ed25519PublicKeyHex === key))).toBe(true);
    expect(client.members(me.accountId)).not.toContain(liar());
  });

  it('finds members that joined, once the refreshed pool has them', async () => {
    const joined = createFakeSwarms(seededRandom(67), ['10']).nodes.slice(0, 3);
    swarms.onRefresh = () => {
      for (const node of mine) swarms.nodes.splice(swarms.nodes.indexOf(node), 1);
      swarms.nodes.push(...joined.map((node) => ({ ...node, swarmIdHex: mine[0]!.swarmIdHex })));
      return true;
    };
    const old = [...mine];
    swarms.tamper = ({ node }, honest) =>
      old.includes(node) ? { status: 421, body: swarms.swarmBody(joined, mine[0]!.swarmIdHex!) } : honest();
    expect((await store()).confirmedBy).toBe(3);
    expect(joined.map((node) => node.ed25519PublicKeyHex)).toContain(askedKeys().at(-1));
  });

  it.each([
    ['names nobody', (): unknown => swarms.swarmBody([], 'ffffffffffffffff')],
    ['cannot be read', (): unknown => 'what?']
  ])('is left out of the swarm when it %s', async (_, answer) => {
    const liar = oneLies(() => ({ status: 421, body: answer() as JsonObject }));
    expect((await store()).confirmedBy).toBeGreaterThan(0);
    expect(client.members(me.accountId).map((node) => node.ed25519PublicKeyHex)).not.toContain(
      liar().ed25519PublicKeyHex
    );
  });

  it('cannot keep us asking for the list by naming nodes nobody knows', async () => {
    let refreshes = 0;
    swarms.onRefresh = () => {
      refreshes++;
      return false;
    };
    const strangers = createFakeSwarms(seededRandom(68)).nodes;
    swarms.tamper = () => ({ status: 421, body: swarms.swarmBody(strangers, '77') });
    const storm = async () => {
      swarms.asked.length = 0;
      for (let round = 0; round < 20; round++)
        await expect(store()).rejects.toMatchObject({ code: 'wrong-swarm' });
      return swarms.asked.length;
    };
    expect(await storm()).toBeLessThanOrEqual(20 * 4);
    expect(refreshes).toBe(1);
    swarms.now += 60_000;
    await storm();
    expect(refreshes).toBe(2);
    swarms.tamper = (_, honest) => honest();
    expect((await store()).confirmedBy).toBeGreaterThan(0);
  });

  it('leaves the swarm as the list has it when all of them name nobody', async () => {
    swarms.tamper = () => ({ status: 421, body: swarms.swarmBody([], 'ffffffffffffffff') });
    await expect(store()).rejects.toMatchObject({ code: 'wrong-swarm', retry: 'later' });
    expect(client.members(me.accountId).length).toBeGreaterThan(0);
    swarms.tamper = (_, honest) => honest();
    expect((await store()).confirmedBy).toBeGreaterThan(0);
  });

  it('gives up after one correction when the new swarm says the same', async () => {
    swarms.tamper = ({ node }) => {
      const named = mine.includes(node) ? elsewhere() : mine;
      return { status: 421, body: swarms.swarmBody(named, named[0]!.swarmIdHex!) };
    };
    await expect(store()).rejects.toMatchObject({ code: 'wrong-swarm', retry: 'later' });
    expect(swarms.asked.length).toBeLessThanOrEqual(4);
  });
});

describe('retrieving', () => {
  it('gives messages by namespace with the cursor for that node, signed each', async () => {
    const first = await store('one');
    const second = await store('two');
    swarms.asked.length = 0;
    const { node, results } = await retrieve([{ namespace: 0 }, { namespace: 2 }]);
    expect(results.map(({ namespace, messages }) => [namespace, messages.length])).toEqual([
      [0, 2],
      [2, 0]
    ]);
    expect(results[0]).toMatchObject({ lastHash: second.hash, skipped: 0, more: false });
    expect(results[1]!.lastHash).toBeNull();
    const requests = swarms.asked[0]!.rpc.params.requests as { params: JsonObject }[];
    expect(requests.map(({ params }) => params.max_size)).toEqual([-2, -8]);
    expect(new Set(requests.map(({ params }) => params.signature)).size).toBe(2);
    const again = await client.retrieve({
      identity: me,
      namespaces: [{ namespace: 0 }],
      preferNode: node.ed25519PublicKeyHex,
      cursorOf: async (nodeHex, namespace) =>
        nodeHex === node.ed25519PublicKeyHex && namespace === 0 ? first.hash : null
    });
    expect(again.node.ed25519PublicKeyHex).toBe(node.ed25519PublicKeyHex);
    expect(again.results[0]!.messages.map(({ hash }) => hash)).toEqual([second.hash]);
  });

  it('drops an item that is not what its hash says, counts it, moves on, and strikes the node', async () => {
    const stored = await store('true');
    swarms.tamper = (_, honest) => {
      const reply = honest();
      const [entry] = body(reply).results as { body: JsonObject }[];
      const messages = entry!.body.messages as JsonObject[];
      messages.push({ ...messages[0], hash: 'x'.repeat(43), data: 'AAAA' });
      messages.push({ ...messages[0], hash: 'y'.repeat(43), data: '!!' }, { nonsense: true });
      return reply;
    };
    const { results } = await retrieve();
    expect(results[0]!.messages.map(({ hash }) => hash)).toEqual([stored.hash]);
    expect(results[0]).toMatchObject({ skipped: 3, lastHash: 'y'.repeat(43) });
    expect(swarms.struck).toMatchObject([{ reason: 'false-hash' }]);
  });

  it('reports a namespace that was refused beside those that were not', async () => {
    swarms.tamper = (_, honest) => {
      const reply = honest();
      (body(reply).results as JsonObject[])[1] = { code: 401, body: 'no' };
      return reply;
    };
    const { results, refused } = await retrieve([{ namespace: 0 }, { namespace: 2 }]);
    expect(results).toHaveLength(1);
    expect(refused).toEqual([{ namespace: 2, status: 401 }]);
  });

  it.each([421, 406])('takes %i in one entry for the whole batch', async (code) => {
    oneLies((_, honest) => {
      const reply = honest();
      (body(reply).results as JsonObject[])[1] = { code, body: swarms.swarmBody(mine, mine[0]!.swarmIdHex!) };
      return reply;
    });
    const { results } = await retrieve([{ namespace: 0 }, { namespace: 2 }]);
    expect(results).toHaveLength(2);
    expect(swarms.asked.length).toBeGreaterThan(1);
  });

  it('takes one refusal of all entries for a refusal of the batch', async () => {
    swarms.tamper = () => ({ status: 200, body: { results: [{ code: 401, body: 'no' }] } });
    await expect(retrieve()).rejects.toMatchObject({ code: 'rejected', details: { status: 401 } });
  });

  it('asks another member when an answer has not one entry for each namespace', async () => {
    oneLies(() => ({ status: 200, body: { results: [] } }));
    expect((await retrieve()).results).toHaveLength(1);
    expect(swarms.struck).toHaveLength(1);
  });

  it('asks for one to twenty namespaces', async () => {
    await expect(retrieve([])).rejects.toMatchObject({ code: 'usage' });
    const many = Array.from({ length: 21 }, (_, namespace) => ({ namespace }));
    await expect(retrieve(many)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('changing what a swarm holds', () => {
  const spoil =
    (position: number): FakeSwarms['tamper'] =>
    (_, honest) => {
      const reply = honest();
      const entry = (body(reply).swarm as Record<string, JsonObject>)[mine[position]!.ed25519PublicKeyHex]!;
      entry.signature = corrupt(entry.signature as string);
      return reply;
    };
  const keys = () => mine.map((node) => node.ed25519PublicKeyHex).sort();

  async function changes(): Promise<
    [string, () => Promise<{ confirmed: readonly string[]; failed: readonly string[] }>][]
  > {
    const { hash } = await store();
    const identity = me;
    return [
      ['delete', () => client.delete({ identity, hashes: [hash] })],
      ['delete all', () => client.deleteAll({ identity, namespace: 'all' })],
      ['delete before', () => client.deleteBefore({ identity, namespace: 0, beforeMs: swarms.now })],
      [
        'expire',
        () => client.expire({ identity, hashes: [hash], expiryMs: swarms.now + 1_000, mode: 'set' })
      ],
      ['expire all', () => client.expireAll({ identity, namespace: 0, expiryMs: swarms.now + 1_000 })]
    ];
  }

  it('confirms with the signature of every member', async () => {
    for (const [name, change] of await changes()) {
      const { confirmed, failed } = await change();
      expect([name, [...confirmed].sort(), failed]).toEqual([name, keys(), []]);
    }
  });

  it('names the members that did not sign rightly', async () => {
    for (const [name, change] of await changes()) {
      // Whoever answers, one of the other members is spoiled.
      swarms.tamper = (asked, honest) => spoil((mine.indexOf(asked.node) + 1) % 3)(asked, honest);
      const { confirmed, failed } = await change();
      expect([name, confirmed.length, failed.length]).toEqual([name, 2, 1]);
      swarms.tamper = (_, honest) => honest();
    }
  });

  it('believes no member that answers and signs for something else', async () => {
    for (const [name, change] of await changes()) {
      swarms.tamper = (asked, honest) => spoil(mine.indexOf(asked.node))(asked, honest);
      await expect(change(), name).rejects.toMatchObject({ code: 'unverified-answer' });
      swarms.tamper = (_, honest) => honest();
    }
  });

  it('accepts an expiry that members clamped, and none that is later than asked', async () => {
    const { hash } = await store();
    const late = swarms.now + 90 * 86_400_000;
    const { updated } = await client.expire({ identity: me, hashes: [hash], expiryMs: late, mode: 'set' });
    expect(updated).toEqual([hash]);
    const early = swarms.now + 1_000;
    swarms.tamper = ({ rpc }, honest) => {
      if (rpc.method !== 'expire') return honest();
      (rpc.params as { expiry: number }).expiry = early + 1;
      return honest();
    };
    await expect(
      client.expire({ identity: me, hashes: [hash], expiryMs: early, mode: 'shorten' })
    ).rejects.toMatchObject({ code: 'unverified-answer' });
  });

  it('reports as deleted only what was asked for', async () => {
    const { hash } = await store();
    const missing = 'z'.repeat(43);
    const { deleted } = await client.delete({ identity: me, hashes: [missing, hash] });
    expect(deleted).toEqual([hash]);
  });

  it('reads expiries of the hashes it asked for', async () => {
    const { hash, expiresAtMs } = await store();
    await store('another');
    expect(await client.getExpiries({ identity: me, hashes: [hash] })).toEqual({ [hash]: expiresAtMs });
  });
});

describe('members', () => {
  it('are those of the nearest swarm, struck ones last', () => {
    const before = client.members(me.accountId);
    expect(before.map((node) => node.swarmIdHex)).toEqual(Array(3).fill(mine[0]!.swarmIdHex));
    const first = before[0]!.ed25519PublicKeyHex;
    const struckOnion = { ...swarms.onion, isUsable: (key: string) => key !== first };
    const struck = createSwarmClient({ onion: struckOnion, crypto, random, log: silentLog });
    expect(struck.members(me.accountId).map((node) => node.ed25519PublicKeyHex)).toEqual([
      ...before.slice(1).map((node) => node.ed25519PublicKeyHex),
      first
    ]);
  });

  it('are none in a network without swarms, which is said', async () => {
    const empty = createFakeSwarms(random, []);
    const lonely = createSwarmClient({ onion: empty.onion, crypto, random, log: silentLog });
    expect(lonely.members(me.accountId)).toEqual([]);
    await expect(
      lonely.store({ accountId: me.accountId, namespace: 0, data: new Uint8Array(1), ttlMs: 60_000 })
    ).rejects.toMatchObject({ code: 'no-swarm', retry: 'later' });
  });
});
