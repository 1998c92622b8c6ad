import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type TestNetwork } from '../../support/engine-network.ts';

let network: TestNetwork;

beforeAll(async () => {
  network = await createTestNetwork();
});
afterAll(() => network.close());

describe('two people over the embedded network', () => {
  test('write to each other through gateway, three hops and a swarm', async () => {
    const ana = await network.person('Ana');
    const ben = await network.person('Ben');
    await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
    await eventually(
      'Ben has it',
      async () => (await ben.page.texts(ana.page.accountId)).length === 1,
      20_000
    );
    expect((await ben.page.conversations())[0]).toMatchObject({ name: 'Ana', unread: 1 });
    await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
    await eventually(
      'Ana has it',
      async () => (await ana.page.texts(ben.page.accountId)).length === 2,
      20_000
    );
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['Hello Ben', 'Hello Ana']);
    await eventually('sent', async () => (await ana.page.messages(ben.page.accountId))[0]?.state === 'sent');
    const path = ana.tab.engine.messenger().currentPath();
    expect(path?.hops).toHaveLength(3);
  });
});
