// A member that keeps us waiting: whom we ask beside it, and whom next time.
import { beforeEach, describe, expect, it } from 'vitest';
import { createAccountSeed, createNobleBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { OnionError } from '../../../src/lib/onion/index.ts';
import { createSwarmClient, type SwarmClient } from '../../../src/lib/swarm/index.ts';
import { createSilentMembers } from '../../../src/lib/swarm/silent-members.ts';
import type { NodeReply } from '../../../src/lib/onion/index.ts';
import { createFakeSwarms, type Asked, type FakeSwarms } from '../../support/onion-members.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const random = seededRandom(11);
const crypto = createNobleBackend(random);
const me = deriveIdentity(createAccountSeed(random));
let swarms: FakeSwarms;
let client: SwarmClient;
/** Signals of requests that were left hanging. */
let hanging: AbortSignal[];

beforeEach(() => {
  swarms = createFakeSwarms(random);
  client = createSwarmClient({ onion: swarms.onion, crypto, random, log: silentLog });
  hanging = [];
});

const store = (signal?: AbortSignal) =>
  client.store({
    accountId: me.accountId,
    namespace: 0,
    data: random(8),
    ttlMs: 60_000,
    ...(signal ? { signal } : {})
  });
const retrieve = (preferNode: string) =>
  client.retrieve({ identity: me, namespaces: [{ namespace: 0 }], cursorOf: () => null, preferNode });
const askedKeys = () => swarms.asked.map(({ node }) => node.ed25519PublicKeyHex);
/** Says that it is late, and answers never. */
function hang({ options }: Asked): Promise<NodeReply> {
  hanging.push(options.signal!);
  options.onLate!();
  return new Promise((_, reject) =>
    options.signal!.addEventListener('abort', () => reject(options.signal!.reason as Error))
  );
}

describe('a member that is late', () => {
  it('has another one asked beside it, whose answer counts, and is given up then', async () => {
    let first: string | null = null;
    swarms.tamper = (asked, honest) => {
      first ??= asked.node.ed25519PublicKeyHex;
      return asked.node.ed25519PublicKeyHex === first ? hang(asked) : honest();
    };
    expect((await store()).confirmedBy).toBe(3);
    expect(new Set(askedKeys()).size).toBe(2);
    expect(hanging.map((signal) => signal.aborted)).toEqual([true]);
    expect(swarms.struck).toEqual([]);
  });

  it('still wins when its answer comes first', async () => {
    swarms.tamper = (asked, honest) => {
      if (swarms.asked.length > 1) return hang(asked);
      asked.options.onLate!();
      return Promise.resolve(honest());
    };
    const { node } = await retrieve(client.members(me.accountId)[0]!.ed25519PublicKeyHex);
    expect(node.ed25519PublicKeyHex).toBe(askedKeys()[0]);
  });

  it('is asked after the others for ten minutes, even when it is preferred', async () => {
    const [silent] = client.members(me.accountId);
    const key = silent!.ed25519PublicKeyHex;
    swarms.tamper = (asked, honest) => (asked.node.ed25519PublicKeyHex === key ? hang(asked) : honest());
    await retrieve(key);
    swarms.asked.length = 0;
    for (let round = 0; round < 5; round++) await retrieve(key);
    expect(askedKeys()).not.toContain(key);
    swarms.now += 600_000;
    await retrieve(key);
    expect(askedKeys()).toContain(key);
  });

  it('does not have more members asked than are tried anyway', async () => {
    swarms.tamper = hang;
    const controller = new AbortController();
    const pending = store(controller.signal);
    await expect.poll(() => swarms.asked.length).toBe(3);
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    expect(new Set(askedKeys()).size).toBe(3);
    expect(hanging.every((signal) => signal.aborted)).toBe(true);
  });

  it('is waited for when the one beside it fails', async () => {
    let answer: (reply: NodeReply) => void = () => {};
    swarms.tamper = (asked, honest) => {
      if (swarms.asked.length > 1) return new OnionError('gateway-busy', { retry: 'later' });
      asked.options.onLate!();
      return new Promise((resolve) => (answer = () => resolve(honest())));
    };
    const pending = store();
    await expect.poll(() => swarms.asked.length).toBe(2);
    answer({ status: 200, body: {} });
    expect((await pending).confirmedBy).toBe(3);
  });

  it('may take as long as members wait for each other to store, and less to read', async () => {
    await store();
    await retrieve(client.members(me.accountId)[0]!.ed25519PublicKeyHex);
    const [storing, reading] = swarms.asked.map(({ options }) => options.patienceMs!);
    expect(storing).toBeGreaterThan(5_000);
    expect(reading).toBeLessThan(storing!);
  });
});

describe('the list of silent members', () => {
  it('is bounded, and forgets who answers', () => {
    const silent = createSilentMembers(() => 0);
    for (let index = 0; index < 2_000; index++) silent.add(`${index}`);
    expect(silent.has('0')).toBe(false);
    expect(silent.has('1999')).toBe(true);
    silent.delete('1999');
    expect(silent.has('1999')).toBe(false);
  });

  it('ends also after the clock was set back', () => {
    let nowMs = 10_000_000;
    const silent = createSilentMembers(() => nowMs);
    silent.add('a');
    nowMs -= 700_000;
    expect(silent.has('a')).toBe(false);
  });
});
