// The name service over real nodes (network.md §5.8): who is believed, and what the tab that does not lead is told.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { createNameTable } from '../../../localnet/names.ts';
import { createNodeCryptoBackend } from '../../../localnet/node-crypto.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';

const MALLORY = `05${'4d'.repeat(32)}` as AccountId;

let network: TestNetwork;
let ana: Person;

beforeAll(async () => {
  network = await createTestNetwork();
  ana = await network.person('Ana');
}, 60_000);
afterAll(() => network.close());

const resolve = (name: string) => ana.tab.engine.messenger().resolveName(name);

/** A table in which a name is Mallory's. */
async function forged(name: string) {
  const table = createNameTable(await createNodeCryptoBackend(systemRandom));
  await table.set(name, MALLORY);
  return table;
}

test('a registered name leads to its account, in either case; others are unregistered', async () => {
  await network.net.names.set('ana-writes', ana.page.accountId);
  expect(await resolve('Ana-Writes')).toEqual({ kind: 'account', accountId: ana.page.accountId });
  expect(await resolve('nobody')).toEqual({ kind: 'unregistered' });
  await expect(resolve('no name')).rejects.toMatchObject({ code: 'account-name-invalid' });
  expect(await ana.page.conversations()).toEqual([]);
});

test('a lying node among those asked makes the name disputed, never its account another one', async () => {
  await network.net.names.set('shared', ana.page.accountId);
  const forgedNames = await forged('shared');
  const [liar] = network.net.nodes;
  liar!.setFault({ forgedNames });
  const kinds = new Map<string, number>();
  // Three of nine nodes are asked each time, so that the liar is soon among them, and soon is not.
  for (let round = 0; round < 40 && kinds.size < 2; round++) {
    const answer = await resolve('shared');
    kinds.set(answer.kind, (kinds.get(answer.kind) ?? 0) + 1);
    if (answer.kind === 'account') expect(answer.accountId).toBe(ana.page.accountId);
  }
  expect([...kinds.keys()].sort()).toEqual(['account', 'disputed']);
  // The control: were all nodes Mallory's, the name would be hers.
  for (const node of network.net.nodes) node.setFault({ forgedNames });
  expect(await resolve('shared')).toEqual({ kind: 'account', accountId: MALLORY });
  for (const node of network.net.nodes) node.setFault({});
});

test('a tab that does not lead is answered by the one that does', async () => {
  await network.net.names.set('asked-twice', ana.page.accountId);
  const other = ana.browser.openTab();
  await other.engine.open();
  expect(await other.engine.messenger().resolveName('asked-twice')).toEqual({
    kind: 'account',
    accountId: ana.page.accountId
  });
  const cancel = new AbortController();
  const given = other.engine.messenger().resolveName('asked-twice', cancel.signal);
  cancel.abort();
  await expect(given).rejects.toMatchObject({ name: 'AbortError' });
});

test('without a network nobody is found, and the person is told so', async () => {
  ana.tab.engine.setActivity({ visible: true, active: true, online: false });
  await expect(resolve('ana-writes')).rejects.toMatchObject({ code: 'network-unreachable' });
});
