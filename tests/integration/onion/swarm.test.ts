import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAccountSeed, deriveIdentity, type Identity } from '../../../src/lib/crypto/index.ts';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import type { OpenedEvent } from '../../../localnet/index.ts';
import { createOnionLocalnet, type Connected, type OnionLocalnet } from '../../support/onion-localnet.ts';

const DAY_MS = 86_400_000;
let world: OnionLocalnet;
let client: Connected;
let me: Identity;

beforeAll(async () => {
  world = await createOnionLocalnet();
});
afterAll(() => world.close());
beforeEach(async () => {
  me = deriveIdentity(createAccountSeed(systemRandom));
  client = world.connect();
  await client.onion.ready();
});
afterEach(async () => {
  for (const node of world.network.nodes) node.setFault({});
  await client.onion.stop();
});

const storeText = (text: string) =>
  client.swarm.store({ accountId: me.accountId, namespace: 0, data: utf8ToBytes(text), ttlMs: DAY_MS });
const retrieveAll = () =>
  client.swarm.retrieve({ identity: me, namespaces: [{ namespace: 0 }], cursorOf: () => null });

describe('an account on the embedded network', () => {
  it('stores a message that the whole swarm signs for, and retrieves it', async () => {
    const stored = await storeText('hello');
    expect(stored).toMatchObject({ confirmedBy: 3, swarmSize: 3 });
    await world.network.settle();
    const { results } = await retrieveAll();
    expect(results[0]).toMatchObject({ more: false, skipped: 0, lastHash: stored.hash });
    expect(results[0]!.messages.map((message) => new TextDecoder().decode(message.data))).toEqual(['hello']);
  });

  it('travels over four different nodes of which each opens one layer, and the guard never learns the destination', async () => {
    const opened: OpenedEvent[] = [];
    const remove = world.network.onOpened((event) => opened.push(event));
    await storeText('in layers');
    remove();
    const hops = client.onion.lastPath()!.hops.map((hop) => hop.ed25519PublicKeyHex);
    const own = opened.slice(-4);
    const destination = own[3]!.nodeEd;
    expect(own.map((event) => event.nodeEd)).toEqual([...hops, destination]);
    expect(new Set(own.map((event) => event.nodeEd)).size).toBe(4);
    expect(own.map((event) => event.role)).toEqual(['node', 'node', 'node', 'final']);
    const texts = own.map((event) => Buffer.from(event.plaintext).toString('latin1'));
    // Each layer names the next node and no other; the account is in the innermost alone.
    const nodes = [...hops, destination];
    texts.forEach((text, position) => {
      nodes.forEach((node, other) => expect(text.includes(node)).toBe(other === position + 1));
      expect(text.includes(me.accountId)).toBe(position === 3);
    });
  });

  it('deletes, extends and reads expiries with the signature of every member', async () => {
    const [first, second] = [await storeText('one'), await storeText('two')];
    const identity = me;
    const expiryMs = client.onion.networkTimeMs() + 20 * DAY_MS;
    const extended = await client.swarm.expire({ identity, hashes: [first.hash], expiryMs, mode: 'extend' });
    expect(extended).toMatchObject({ failed: [], updated: [first.hash] });
    expect(extended.confirmed).toHaveLength(3);
    const hashes = [first.hash, second.hash];
    const expiries = await client.swarm.getExpiries({ identity, hashes });
    expect(expiries[first.hash]).toBe(expiryMs);
    const kept = await client.swarm.expire({ identity, hashes, expiryMs: expiryMs - DAY_MS, mode: 'extend' });
    expect(kept).toMatchObject({ failed: [], updated: [second.hash], unchanged: { [first.hash]: expiryMs } });
    const shortened = await client.swarm.expireAll({
      identity,
      namespace: 'all',
      expiryMs: expiryMs - 2 * DAY_MS
    });
    expect(shortened).toMatchObject({ failed: [], updated: [...hashes].sort() });
    const deleted = await client.swarm.delete({ identity, hashes: [first.hash] });
    expect(deleted).toMatchObject({ failed: [], deleted: [first.hash] });
    const rest = await client.swarm.deleteAll({ identity, namespace: 'all' });
    expect(rest).toMatchObject({ failed: [], deleted: [second.hash] });
    await world.network.settle();
    expect(world.network.stored(me.accountId)).toEqual([]);
  });

  it('is read page by page, each message once, with the cursor of the node that gave it', async () => {
    const stored: string[] = [];
    for (let index = 0; index < 12; index++)
      stored.push((await storeText(`${index} ${'x'.repeat(2_000)}`)).hash);
    await world.network.settle();
    const cursors = new Map<string, string>();
    const seen: string[] = [];
    let preferNode: string | undefined;
    let pages = 0;
    for (let more = true; more && pages < 20; pages++) {
      const page = await client.swarm.retrieve({
        identity: me,
        namespaces: [{ namespace: 0, maxSize: 10_000 }],
        cursorOf: (nodeHex) => cursors.get(nodeHex) ?? null,
        ...(preferNode === undefined ? {} : { preferNode })
      });
      preferNode = page.node.ed25519PublicKeyHex;
      const [result] = page.results;
      seen.push(...result!.messages.map(({ hash }) => hash));
      if (result!.lastHash !== null) cursors.set(preferNode, result!.lastHash);
      more = result!.more;
    }
    expect(pages).toBeGreaterThan(2);
    expect([...seen].sort()).toEqual([...stored].sort());
  });

  it('keeps a config of its own in a namespace that only its keys may write', async () => {
    const data = utf8ToBytes('config');
    const input = { accountId: me.accountId, namespace: 2, data, ttlMs: 30 * DAY_MS };
    expect((await client.swarm.store({ ...input, identity: me })).confirmedBy).toBe(3);
    const stranger = deriveIdentity(createAccountSeed(systemRandom));
    await expect(client.swarm.store({ ...input, identity: stranger })).rejects.toMatchObject({
      code: 'rejected',
      retry: 'never',
      details: { status: 401 }
    });
  });
});
