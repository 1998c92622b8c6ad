// Clearing an account over the embedded network: what its nodes hold is gone, and a node that lies or cannot be reached is
// named.
import { afterEach, describe, expect, test } from 'vitest';
import { createQuickClock, eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';

const clock = createQuickClock(6);
const never = new AbortController().signal;
let network: TestNetwork;

afterEach(() => network.close());

/** A person whose swarm holds messages and shared documents. */
async function settled(): Promise<Person> {
  network = await createTestNetwork({ clock });
  const ana = await network.person('Ana', clock);
  await sendText(ana.tab, ana.page.accountId, 'a note');
  const held = (namespace: number) => network.net.stored(ana.page.accountId, namespace).length;
  await eventually('message and profile are stored', () => held(0) > 0 && held(2) > 0, 30_000);
  await network.net.settle();
  return ana;
}

const heldBy = ({ page }: Person) =>
  network.net
    .swarmOf(page.accountId)
    .map((node) => node.store.list(Buffer.from(page.accountId, 'hex')).length);

describe('clearing device and network', () => {
  test('empties every node of the swarm, in all namespaces, and stores nothing afterwards', async () => {
    const ana = await settled();
    expect(heldBy(ana).every((count) => count >= 2)).toBe(true);
    const { nodes } = await ana.tab.engine.eraseNetwork(never);
    expect(nodes.length).toBe(network.net.swarmOf(ana.page.accountId).length);
    expect(nodes.every(({ confirmed }) => confirmed)).toBe(true);
    expect(await ana.tab.engine.erase()).toEqual({ isComplete: true, remaining: [] });
    await network.net.settle();
    expect(heldBy(ana).every((count) => count === 0)).toBe(true);
    const names = (await ana.browser.storage.indexedDb.indexedDB.databases()).map(({ name }) => name);
    expect(names).toEqual(['onionskin']);
  }, 90_000);

  test('names the node whose signature is wrong, and believes it nothing', async () => {
    const ana = await settled();
    const [liar, ...honest] = network.net.swarmOf(ana.page.accountId);
    liar?.setFault({ wrongSignature: true });
    const { nodes } = await ana.tab.engine.eraseNetwork(never);
    expect(nodes.filter(({ confirmed }) => !confirmed).map(({ address }) => address)).toEqual([liar?.ip]);
    expect(nodes.filter(({ confirmed }) => confirmed)).toHaveLength(honest.length);
  }, 90_000);

  test('names the node that cannot be reached, which still holds its copy, and reaches it the next time', async () => {
    const ana = await settled();
    const [away, ...others] = network.net.swarmOf(ana.page.accountId);
    away?.setFault({ drop: true });
    const first = await ana.tab.engine.eraseNetwork(never);
    expect(first.nodes.filter(({ confirmed }) => !confirmed).map(({ address }) => address)).toEqual([
      away?.ip
    ]);
    expect(others.map((node) => node.store.list(Buffer.from(ana.page.accountId, 'hex')).length)).toEqual(
      others.map(() => 0)
    );
    expect(away?.store.list(Buffer.from(ana.page.accountId, 'hex')).length).toBeGreaterThan(0);
    away?.setFault({});
    const second = await ana.tab.engine.eraseNetwork(never);
    expect(second.nodes.every(({ confirmed }) => confirmed)).toBe(true);
    expect(away?.store.list(Buffer.from(ana.page.accountId, 'hex'))).toEqual([]);
  }, 90_000);
});
