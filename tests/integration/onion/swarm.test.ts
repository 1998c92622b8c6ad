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
});
