import { describe, expect, test } from 'vitest';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  sendText,
  type TestTab
} from '../../support/engine-device.ts';
import { createFakeNetwork, type FakeNetwork } from '../../support/engine-fakes.ts';

const crypto = await createCryptoBackend();
const clock = createQuickClock();

async function person(network: FakeNetwork, name: string) {
  const browser = await createBrowser({ clock, crypto, createFloors: () => network.floors() });
  const tab = browser.openTab();
  const status = await tab.engine.create(name);
  await eventually('leads', () => tab.isLeader());
  return { browser, tab, page: openPage(browser, status) };
}

const TEXTS = ['one', 'two', 'three'];

/** Transactions of sending three messages: an enqueue each, then sealed, delivered and copied each. */
const COMMITS = 14;

async function settled(page: Awaited<ReturnType<typeof person>>['page']): Promise<boolean> {
  return (await page.db.outbox.count()) === 0;
}

describe('a crash at any transaction of sending', () => {
  test.each(
    Array.from({ length: COMMITS }, (_, index) => index + 1).flatMap((at) =>
      (['before', 'after'] as const).map((phase) => ({ at, phase }))
    )
  )('number $at, $phase it: nothing is lost, nothing is doubled, order stays', async ({ at, phase }) => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const { conversationId } = await ana.tab.engine.messenger().openConversation(ben.page.accountId);
    const { words } = await ana.tab.engine.revealPhrase();
    let seen = 0;
    let isDead = false;
    ana.browser.storage.onCommit = (_, when) => {
      // Whoever died writes nothing any more.
      if (isDead && when === 'before') throw new Error('dead');
      if (when === phase && ++seen === at) {
        isDead = true;
        throw new Error('crash');
      }
    };
    const acknowledged: string[] = [];
    for (const text of TEXTS) {
      await ana.tab.engine
        .messenger()
        .send(conversationId, text)
        .then(
          () => acknowledged.push(text),
          () => {}
        );
    }
    await eventually('died or done', async () => isDead || (await settled(ana.page)));
    await ana.tab.close();
    ana.browser.storage.onCommit = undefined;

    const again = ana.browser.openTab();
    await again.engine.open();
    await eventually('all sent', () => settled(ana.page));
    const own = await ana.page.messages(ben.page.accountId);
    const expected = own.map((message) => message.text);
    await eventually(
      'all there',
      async () => (await ben.page.texts(ana.page.accountId)).length === own.length
    );

    expect(acknowledged.every((text) => expected.includes(text))).toBe(true);
    expect(expected).toEqual(TEXTS.filter((text) => expected.includes(text)));
    expect(own.every((message) => message.state === 'sent')).toBe(true);
    expect(await ben.page.texts(ana.page.accountId)).toEqual(expected);
    expect(network.stored(ben.page.accountId)).toHaveLength(own.length);

    // The copies for other devices came through too, once each.
    const laptopBrowser = await createBrowser({ clock, crypto, createFloors: () => network.floors() });
    const laptop = laptopBrowser.openTab();
    const laptopPage = openPage(laptopBrowser, await laptop.engine.restore(words.join(' ')));
    await eventually(
      'laptop',
      async () => (await laptopPage.texts(ben.page.accountId)).length === own.length
    );
    expect(await laptopPage.texts(ben.page.accountId)).toEqual(expected);
    await Promise.all([again, ben.tab, laptop].map((tab: TestTab) => tab.close()));
  });

  test('control: without a crash there are as many transactions as are broken above', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const names: string[] = [];
    ana.browser.storage.onCommit = (name, when) => {
      if (when === 'before') names.push(name);
    };
    for (const text of TEXTS) await sendText(ana.tab, `05${'ab'.repeat(32)}`, text);
    await eventually('done', () => settled(ana.page));
    await ana.tab.close();
    expect(names.filter((name) => name !== 'meta send-clock').length).toBeGreaterThanOrEqual(COMMITS - 1);
    for (const name of ['enqueue', 'save sealed', 'delivered', 'copied']) expect(names).toContain(name);
  });
});
