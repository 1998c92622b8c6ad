import { beforeEach, describe, expect, it } from 'vitest';
import { createAccountSeed, createNobleBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createSwarmClient, type SwarmClient } from '../../../src/lib/swarm/index.ts';
import { createStorePromises } from '../../../src/lib/swarm/promises.ts';
import type { JsonObject } from '../../../src/lib/wire/index.ts';
import { createFakeSwarms, type FakeSwarms } from '../../support/onion-members.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const random = seededRandom(21);
const crypto = createNobleBackend(random);
const me = deriveIdentity(createAccountSeed(random));
let swarms: FakeSwarms;
let client: SwarmClient;
beforeEach(() => {
  swarms = createFakeSwarms(random);
  client = createSwarmClient({ onion: swarms.onion, crypto, random, log: silentLog });
});

const memberKeys = () => client.members(me.accountId).map((node) => node.ed25519PublicKeyHex);
const store = (namespace = 0) =>
  client.store({ accountId: me.accountId, namespace, data: random(8), ttlMs: 60_000, identity: me });
const readFrom = (preferNode: string, cursor: string | null = null) =>
  client.retrieve({
    identity: me,
    namespaces: [{ namespace: 0 }, { namespace: 2 }],
    cursorOf: () => cursor,
    preferNode
  });
/** Makes one member show nothing, as if it kept nothing. */
function forgetful(edHex: string): void {
  swarms.tamper = ({ node, rpc }, honest) => {
    const reply = honest();
    if (node.ed25519PublicKeyHex !== edHex || rpc.method !== 'batch') return reply;
    for (const { body } of (reply.body as { results: { body: JsonObject }[] }).results) body.messages = [];
    return reply;
  };
}

describe('a member that signed for a message', () => {
  it('and shows it owes nothing', async () => {
    const { hash } = await store();
    for (const key of memberKeys()) await readFrom(key);
    for (const key of memberKeys()) await readFrom(key, hash);
    expect(swarms.struck).toEqual([]);
  });

  it('and does not have it is struck, once for each message', async () => {
    const [liar] = memberKeys() as [string];
    forgetful(liar);
    await store();
    await store();
    await readFrom(liar);
    expect(swarms.struck).toEqual([{ nodeHex: liar, reason: 'broken-promise' }]);
    await readFrom(liar);
    expect(swarms.struck).toHaveLength(1);
    await store();
    await readFrom(liar);
    expect(swarms.struck).toHaveLength(2);
  });

  it('owes nothing that was deleted, or that other devices may replace', async () => {
    const [member] = memberKeys() as [string];
    const { hash } = await store();
    await client.delete({ identity: me, hashes: [hash] });
    await store(2);
    forgetful(member);
    await readFrom(member);
    expect(swarms.struck).toEqual([]);
  });
});

describe('promises', () => {
  const accountId = me.accountId;
  const ask = (over: object) => ({
    accountId,
    memberHex: 'a',
    shown: new Set<string>(),
    isComplete: true,
    sinceBefore: 1,
    nowMs: 0,
    ...over
  });
  function signed(): ReturnType<typeof createStorePromises> {
    const promises = createStorePromises();
    promises.begin(accountId, 'h');
    promises.signed('h', ['a', 'b'], 1_000);
    return promises;
  }

  it.each([
    ['a member asked before the store was confirmed', { sinceBefore: 0 }],
    ['a member that has more', { isComplete: false }],
    ['a member that did not sign', { memberHex: 'c' }],
    ['another account', { accountId: 'other' }],
    ['a message that has expired', { nowMs: 1_000 }]
  ])('are not held against %s', (_, over) => {
    expect(signed().broken(ask(over))).toBe(0);
    expect(signed().broken(ask({}))).toBe(1);
  });

  it('are kept by a member that showed the message while the store was under way', () => {
    const promises = createStorePromises();
    promises.begin(accountId, 'h');
    expect(promises.broken(ask({ shown: new Set(['h']), sinceBefore: 0 }))).toBe(0);
    promises.signed('h', ['a', 'b'], 1_000);
    expect(promises.broken(ask({}))).toBe(0);
    expect(promises.broken(ask({ memberHex: 'b' }))).toBe(1);
  });

  it('are bounded', () => {
    const promises = signed();
    for (let index = 0; index < 300; index++) promises.begin(accountId, `${index}`);
    expect(promises.broken(ask({}))).toBe(0);
  });
});
