// No room left: nothing is lost, nothing is half stored, everything stays readable, and it goes on by itself once there is.
import { afterAll, describe, expect, test } from 'vitest';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  sendText
} from '../../support/engine-device.ts';
import { createFakeNetwork, type FakeNetwork } from '../../support/engine-fakes.ts';
import { createFullDisk } from '../../support/full-disk.ts';

const crypto = await createCryptoBackend();
const clock = createQuickClock();
const disk = createFullDisk();
afterAll(() => disk.restore());

async function person(network: FakeNetwork, name: string) {
  const browser = await createBrowser({ clock, crypto, createFloors: () => network.floors() });
  const tab = browser.openTab();
  const status = await tab.engine.create(name);
  await eventually('leads', () => tab.isLeader());
  return { browser, tab, page: openPage(browser, status) };
}

type Known = Awaited<ReturnType<typeof person>>;

const isFull = ({ tab }: Known) =>
  tab.events.filter((event) => event.type === 'room').at(-1)?.isFull ?? false;

async function acquainted() {
  const network = createFakeNetwork(clock);
  const [ana, ben] = [await person(network, 'Ana'), await person(network, 'Ben')];
  await sendText(ana.tab, ben.page.accountId, 'hello');
  await eventually('hello', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
  const end = async () => {
    disk.full.clear();
    await Promise.all([ana.tab.close(), ben.tab.close()]);
  };
  return { network, ana, ben, end };
}

describe('while there is no room', () => {
  test('what comes stays on the network, the cursor stays where it was, and all of it comes later, once', async () => {
    const { ana, ben, end } = await acquainted();
    const { db } = ana.page;
    const cursors = await db.cursors.toArray();
    disk.full.add(db.name);
    for (const text of ['one', 'two', 'three']) await sendText(ben.tab, ana.page.accountId, text);
    await eventually('ana’s tab knows', () => isFull(ana));
    expect(disk.refused).toBeGreaterThan(0);
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['hello']);
    expect(await db.cursors.toArray()).toEqual(cursors);

    disk.full.clear();
    await eventually('ana’s tab knows again', () => !isFull(ana));
    await eventually(
      'all there',
      async () => (await ana.page.texts(ben.page.accountId)).length === 4,
      30_000
    );
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['hello', 'one', 'two', 'three']);
    await end();
  });

  test('what is to be sent is refused whole, and what is here can be read', async () => {
    const { ana, ben, end } = await acquainted();
    const { db } = ana.page;
    const before = [await db.messages.count(), await db.outbox.count()];
    disk.full.add(db.name);
    await expect(sendText(ana.tab, ben.page.accountId, 'no room')).rejects.toMatchObject({
      code: 'quota',
      retry: 'later'
    });
    expect([await db.messages.count(), await db.outbox.count()]).toEqual(before);
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['hello']);
    await eventually('ana’s tab knows', () => isFull(ana));
    disk.full.clear();
    await eventually('ana’s tab knows again', () => !isFull(ana));
    await sendText(ana.tab, ben.page.accountId, 'room');
    await eventually('room', async () => (await ben.page.texts(ana.page.accountId)).includes('room'));
    await end();
  });

  test('what waits in the outbox stays there, and leaves in order later', async () => {
    const { ana, ben, end } = await acquainted();
    const { conversationId } = await ana.tab.engine.messenger().openConversation(ben.page.accountId);
    await eventually('quiet', async () => (await ana.page.db.outbox.count()) === 0);
    const sent = ['a', 'b', 'c'].map((text) => ana.tab.engine.messenger().send(conversationId, text));
    // Full right after the composer took them, whatever of the sending is under way.
    await Promise.all(sent);
    disk.full.add(ana.page.db.name);
    await sendText(ana.tab, ben.page.accountId, 'd').catch(() => {});
    await eventually('ana’s tab knows', () => isFull(ana));
    disk.full.clear();
    const expected = ['hello', 'a', 'b', 'c'];
    await eventually(
      'all there',
      async () => (await ben.page.texts(ana.page.accountId)).length === expected.length,
      30_000
    );
    expect(await ben.page.texts(ana.page.accountId)).toEqual(expected);
    await end();
  });

  test('a tab that follows learns it from the one that leads', async () => {
    const { ana, end } = await acquainted();
    const second = ana.browser.openTab();
    await second.engine.open();
    disk.full.add(ana.page.db.name);
    await ana.tab.engine
      .messenger()
      .saveDraft('none', 'x')
      .catch(() => {});
    await sendText(ana.tab, ana.page.accountId, 'note').catch(() => {});
    await eventually('the second tab knows', () => isFull({ ...ana, tab: second }));
    disk.full.clear();
    await eventually('the second tab knows again', () => !isFull({ ...ana, tab: second }));
    await second.close();
    await end();
  });
});
