import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createBrowser, eventually, openPage, sendText, type TestTab } from '../../support/engine-device.ts';
import { createFakeNetwork } from '../../support/engine-fakes.ts';

const tabs: TestTab[] = [];
afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

async function person(network: ReturnType<typeof createFakeNetwork>, name: string) {
  const browser = await createBrowser({ createFloors: () => network.floors() });
  const tab = browser.openTab();
  tabs.push(tab);
  const status = await tab.engine.create(name);
  return { browser, tab, status, page: openPage(browser, status) };
}

describe('two people', () => {
  test('write to each other by Account ID, and names travel along', async () => {
    const network = createFakeNetwork(systemClock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
    await eventually('Ben has it', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    const [conversation] = await ben.page.conversations();
    expect(conversation).toMatchObject({
      name: 'Ana',
      unread: 1,
      lastMessage: { preview: 'Hello Ben', direction: 'in', state: 'received' }
    });
    await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
    await eventually('Ana has it', async () => (await ana.page.texts(ben.page.accountId)).length === 2);
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['Hello Ben', 'Hello Ana']);
    await eventually('sent', async () => (await ana.page.messages(ben.page.accountId))[0]?.state === 'sent');
  });
});
