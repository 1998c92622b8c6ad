// Copies for our other devices that had to wait leave together, in order, and each exactly once.
import { afterEach, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import { AppError } from '../../../src/lib/errors.ts';
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
const OTHER = `05${'ab'.repeat(32)}` as AccountId;
const TEXTS = Array.from({ length: 30 }, (_, index) => `message ${index}`);
const tabs: TestTab[] = [];

afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

async function browserOn(network: FakeNetwork) {
  const browser = await createBrowser({ clock, crypto, createFloors: () => network.floors() });
  const tab = browser.openTab();
  tabs.push(tab);
  return { browser, tab };
}

/** Ana wrote all texts, they arrived, and none of her copies could be stored. */
async function withWaitingCopies() {
  const network = createFakeNetwork(clock);
  const { browser, tab } = await browserOn(network);
  const page = openPage(browser, await tab.engine.create('Ana'));
  network.beforeStore = (accountId) => {
    if (accountId === page.accountId) throw new AppError('busy', { retry: 'later' });
  };
  for (const text of TEXTS) await sendText(tab, OTHER, text);
  const isSent = async () => {
    const messages = await page.messages(OTHER);
    return messages.length === TEXTS.length && messages.every(({ state }) => state === 'sent');
  };
  await eventually('sent', isSent);
  expect(network.stored(page.accountId)).toEqual([]);
  network.seriesSizes.splice(0);
  return { network, tab, page };
}

async function copiesOnAnotherDevice(
  network: FakeNetwork,
  tab: TestTab,
  count = TEXTS.length
): Promise<string[]> {
  const { words } = await tab.engine.revealPhrase();
  const laptop = await browserOn(network);
  const page = openPage(laptop.browser, await laptop.tab.engine.restore(words.join(' ')));
  await eventually('all there', async () => (await page.texts(OTHER)).length === count);
  return page.texts(OTHER);
}

test('they fill few requests and keep their order', async () => {
  const { network, tab, page } = await withWaitingCopies();
  network.beforeStore = null;
  await eventually('stored', async () => network.stored(page.accountId).length === TEXTS.length);
  expect(network.seriesSizes.at(-1)).toBe(10);
  expect(network.seriesSizes.filter((size) => size === 20).length).toBeGreaterThan(0);
  expect(await copiesOnAnotherDevice(network, tab)).toEqual(TEXTS);
});

test('a node that takes only some of them has the others asked for again, none twice', async () => {
  const { network, tab, page } = await withWaitingCopies();
  let asked = 0;
  network.beforeStore = (accountId) => {
    if (accountId !== page.accountId) return;
    asked += 1;
    if (asked % 4 === 0) throw new AppError('busy', { retry: 'later' });
  };
  await eventually('stored', async () => network.stored(page.accountId).length === TEXTS.length);
  expect(network.seriesSizes.length).toBeGreaterThan(TEXTS.length / 20);
  expect(await copiesOnAnotherDevice(network, tab)).toEqual(TEXTS);
});

test('one that has every request refused it stands in is given up alone', async () => {
  const { network, tab, page } = await withWaitingCopies();
  network.beforeStore = null;
  let poison: string | null = null;
  network.beforeSeries = (items) => {
    const texts = items.map((data) => Buffer.from(data).toString('base64'));
    poison ??= texts[7] ?? null;
    if (poison !== null && texts.includes(poison)) throw new AppError('refused', { retry: 'never' });
  };
  await eventually('stored', async () => network.stored(page.accountId).length === TEXTS.length - 1);
  network.beforeSeries = null;
  const others = TEXTS.filter((_, index) => index !== 7);
  expect(await copiesOnAnotherDevice(network, tab, others.length)).toEqual(others);
});
