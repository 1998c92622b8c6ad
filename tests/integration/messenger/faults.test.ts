import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateway } from '../../../gateway/index.ts';
import type { NodeFaults } from '../../../localnet/index.ts';
import { x25519PublicKeyOf, type AccountId } from '../../../src/lib/account-id.ts';
import { loadOutboxCount } from '../../../src/lib/storage/index.ts';
import { swarmForKey, swarmIdFromHex } from '../../../src/lib/wire/index.ts';
import { eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';

let network: TestNetwork;
let ana: Person;
let ben: Person;

beforeAll(async () => {
  network = await createTestNetwork();
  [ana, ben] = await Promise.all([network.person('Ana'), network.person('Ben')]);
  await sendText(ana.tab, ben.page.accountId, 'before');
  await has(ben, ana.page.accountId, 'before');
});
afterAll(() => network.close());

/** Faults cost retries elsewhere, each within its own time-out. */
const AT_LAST_MS = 50_000;

const has = (person: Person, other: AccountId, text: string) =>
  eventually(`"${text}" arrived`, async () => (await person.page.texts(other)).includes(text), AT_LAST_MS);

/** The nodes that hold an account. */
function membersOf(accountId: AccountId) {
  const ids = network.net.nodes.flatMap((node) =>
    node.swarmIdHex === null ? [] : [swarmIdFromHex(node.swarmIdHex)]
  );
  const id = swarmForKey(ids, x25519PublicKeyOf(accountId));
  return network.net.nodes.filter(
    (node) => node.swarmIdHex !== null && swarmIdFromHex(node.swarmIdHex) === id
  );
}

describe('a conversation goes on', () => {
  const faults: [string, NodeFaults, NodeFaults][] = [
    [
      'one answers garbage and one signs falsely what it does not keep',
      { garbage: 'body' },
      { wrongSignature: true, stale: true }
    ],
    [
      'one sends items of random bytes and one is not ready',
      { garbage: 'messages' },
      { notReady: 'syncing' }
    ],
    ['one claims every account is elsewhere', { wrongSwarm: 'elsewhere' }, {}]
  ];
  test.each(faults)('while of the other’s swarm %s', { timeout: 60_000 }, async (what, first, second) => {
    const members = membersOf(ben.page.accountId);
    expect(members.length).toBeGreaterThan(2);
    members[0]?.setFault(first);
    members[1]?.setFault(second);
    await sendText(ana.tab, ben.page.accountId, what);
    await has(ben, ana.page.accountId, what);
    for (const member of members) member.setFault({});
    const texts = await ben.page.texts(ana.page.accountId);
    expect(new Set(texts).size).toBe(texts.length);
    expect(await ben.page.conversations()).toHaveLength(1);
  });

  test('after the gateway was away', { timeout: 60_000 }, async () => {
    const port = Number(new URL(network.gateway.origin).port);
    await network.gateway.close();
    for (const text of ['away 1', 'away 2']) await sendText(ana.tab, ben.page.accountId, text);
    expect(await loadOutboxCount(ana.page.db)).toBe(2);
    const again = await createGateway({
      network: network.net.descriptor,
      nodeSource: { current: () => network.net.nodeList() },
      signList: (body) => network.net.signList(body),
      port
    });
    await again.listen();
    try {
      ana.tab.engine.messenger().retryNetwork();
      ben.tab.engine.messenger().retryNetwork();
      await has(ben, ana.page.accountId, 'away 2');
      expect((await ben.page.texts(ana.page.accountId)).slice(-2)).toEqual(['away 1', 'away 2']);
    } finally {
      await Promise.all([ana, ben].map(({ tab }) => tab.close()));
      await again.close();
    }
  });
});
