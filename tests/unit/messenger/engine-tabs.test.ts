// Tabs of one profile, and engines that start again.
import { afterEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { MAINNET, TESTNET } from '../../../src/lib/networks.ts';
import { eventually, openPage, sendText } from '../../support/engine-device.ts';
import { createFakeNetwork } from '../../support/engine-fakes.ts';
import { createFakePeople } from '../../support/fake-people.ts';

const { clock, tabs, closeTabs, browserOn, openTab, person } = await createFakePeople();
afterEach(closeTabs);

describe('one engine for many tabs', () => {
  test('the second tab follows, may send, and takes over when the first closes, without waiting for silence', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const second = openTab(ana.browser);
    await second.engine.open();
    expect(second.isLeader()).toBe(false);
    await eventually('hears of the connection', () => {
      return second.engine.messenger().connection().state.phase === 'connected';
    });
    await sendText(second, ben.page.accountId, 'from the follower');
    await eventually('arrives', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    expect(second.isLeader()).toBe(false);
    await ana.tab.close();
    await eventually('takes over', () => second.isLeader());
    expect(ana.browser.locks.steals()).toBe(0);
    await sendText(second, ben.page.accountId, 'from the new engine');
    await eventually('arrives too', async () => (await ben.page.texts(ana.page.accountId)).length === 2);
  });

  test('words of a newer version of the app in another tab change nothing', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const { profileId } = ana.status as { profileId: string };
    const newer = ana.browser.openChannel(`onionskin/${profileId}`);
    const strange = [{ kind: 'rotate-keys', what: 1 }, { kind: 'ring' }, 'hello', null, { epoch: 99 }];
    for (const word of strange) newer.post(word);
    await sendText(ana.tab, ben.page.accountId, 'still here');
    await eventually('arrives', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    expect(ana.tab.isLeader()).toBe(true);
  });

  test('of many tabs one leads', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const others = Array.from({ length: 5 }, () => openTab(ana.browser));
    await Promise.all(others.map((tab) => tab.engine.open()));
    expect([ana.tab, ...others].filter((tab) => tab.isLeader())).toHaveLength(1);
  });

  test('a tab gone silent is replaced, and writes nothing when it wakes', async () => {
    const network = createFakeNetwork(clock);
    const { browser, floors } = await browserOn(network);
    let isFrozen = false;
    // A frozen tab's timers do not run: no heartbeat.
    const freezing = {
      ...clock,
      sleep: (ms: number, signal?: AbortSignal) =>
        isFrozen
          ? new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
          : clock.sleep(ms, signal)
    };
    const first = browser.openTab({ clock: freezing });
    tabs.push(first);
    const status = await first.engine.create('Ana');
    const page = openPage(browser, status);
    await eventually('leads', () => first.isLeader());
    const second = openTab(browser);
    await second.engine.open();
    // Its last act before the freeze: a store whose answer comes much later.
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const other = `05${'ab'.repeat(32)}` as AccountId;
    network.beforeStore = () => gate;
    await sendText(first, other, 'half sent');
    await eventually('sending', async () => (await page.messages(other))[0]?.state === 'sending');
    const frozenStore = floors();
    expect(frozenStore).toBeDefined();
    isFrozen = true;
    network.beforeStore = null;
    await eventually('taken over', () => second.isLeader());
    expect(browser.locks.steals()).toBe(1);
    release();
    await eventually('sent by the second', async () => (await page.messages(other))[0]?.state === 'sent');
    await eventually('the first follows', () => !first.isLeader());
    expect(network.stored(other)).toHaveLength(1);
    expect(await page.texts(other)).toEqual(['half sent']);
  });
});

describe('starting again', () => {
  test('everything is there after a restart, and nothing is sent or shown twice', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    await sendText(ana.tab, ben.page.accountId, 'before');
    await eventually('arrives', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    await eventually('done', async () => (await ana.page.db.outbox.count()) === 0);
    await ana.tab.close();
    const stores = network.storeCount;
    await sendText(ben.tab, ana.page.accountId, 'while away');
    const again = openTab(ana.browser);
    const status = await again.engine.open();
    expect(status).toMatchObject({
      state: 'ready',
      accountId: ana.page.accountId,
      network: { id: 'mainnet' }
    });
    await eventually('gets what came', async () => (await ana.page.texts(ben.page.accountId)).length === 2);
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['before', 'while away']);
    await eventually('Ben is done', async () => (await ben.page.db.outbox.count()) === 0);
    // His answer to the request, the message, and the copy of it.
    expect(network.storeCount).toBe(stores + 3);
  });

  test('without the site the profile opens with what it knew, and sends later', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    await ana.tab.close();
    ana.browser.network = null;
    const again = openTab(ana.browser);
    expect(await again.engine.open()).toMatchObject({ state: 'ready', network: { id: 'mainnet' } });
  });

  test('without the site and without a profile none can be made', async () => {
    const { browser } = await browserOn(createFakeNetwork(clock));
    browser.network = null;
    const tab = openTab(browser);
    expect(await tab.engine.open()).toEqual({ state: 'no-profile', network: null });
    await expect(tab.engine.create('Ana')).rejects.toMatchObject({ code: 'network-unknown' });
  });

  test('a site of another network leaves the old profile offline and says both names', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    await ana.tab.close();
    ana.browser.network = TESTNET;
    const again = openTab(ana.browser);
    const status = await again.engine.open();
    expect(status).toMatchObject({
      state: 'wrong-network',
      profileNetworkId: 'mainnet',
      originNetworkId: 'testnet',
      accountId: ana.page.accountId
    });
    const stores = network.storeCount;
    await sendText(again, `05${'ab'.repeat(32)}`, 'kept here');
    expect(again.engine.messenger().connection()).toMatchObject({
      role: 'follower',
      state: { phase: 'offline' }
    });
    expect(network.storeCount).toBe(stores);
    // A new profile for the new network, and each site opens its own.
    await again.engine.create('Ana on testnet');
    await again.close();
    const third = openTab(ana.browser);
    expect(await third.engine.open()).toMatchObject({ state: 'ready', network: { id: 'testnet' } });
    await third.close();
    ana.browser.network = MAINNET;
    const fourth = openTab(ana.browser);
    expect(await fourth.engine.open()).toMatchObject({ state: 'ready', accountId: ana.page.accountId });
  });

  test('commands before a profile is open are refused by name', async () => {
    const { browser } = await browserOn(createFakeNetwork(clock));
    const tab = openTab(browser);
    expect(() => tab.engine.messenger()).toThrow(expect.objectContaining({ code: 'no-profile' }));
    await expect(tab.engine.create('   ')).rejects.toMatchObject({ code: 'name-empty' });
    await expect(tab.engine.restore('only three words')).rejects.toMatchObject({ code: 'phrase-too-short' });
  });
});
