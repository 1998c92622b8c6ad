// What an engine does with what lies in its swarm.
import { afterEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { loadMeta, openProfile } from '../../../src/lib/storage/index.ts';
import { eventually, type TestBrowser } from '../../support/engine-device.ts';
import { createFakeNetwork } from '../../support/engine-fakes.ts';
import { createFakePeople } from '../../support/fake-people.ts';

const { clock, closeTabs, person, strangersMessage } = await createFakePeople();
afterEach(closeTabs);

async function rejectedCounts(browser: TestBrowser, profileId: string): Promise<Record<string, number>> {
  const store = await openProfile(browser.storage.environment, profileId);
  const counters = await loadMeta(store, 'counters');
  store.db.close();
  return { ...counters?.content.rejected };
}

describe('receiving', () => {
  test('messages that arrive out of order stand in order of their sent time', async () => {
    const network = createFakeNetwork(clock);
    const ben = await person(network, 'Ben');
    const baseMs = clock.now() - 100_000;
    let sender = '' as AccountId;
    for (const [text, offsetMs] of [
      ['third', 3],
      ['first', 1],
      ['second', 2]
    ] as const) {
      const made = await strangersMessage({
        seed: 9,
        to: ben.page.accountId,
        text,
        timestampMs: baseMs + offsetMs
      });
      sender = made.sender;
      network.deposit(ben.page.accountId, made.data);
    }
    await eventually('all', async () => (await ben.page.texts(sender)).length === 3);
    expect(await ben.page.texts(sender)).toEqual(['first', 'second', 'third']);
    expect((await ben.page.conversations())[0]).toMatchObject({
      unread: 3,
      lastMessage: { preview: 'third' }
    });
  });

  test('garbage, wrong signatures, copies in a stranger’s name and replays are counted and never shown', async () => {
    const network = createFakeNetwork(clock);
    const ben = await person(network, 'Ben');
    const to = ben.page.accountId;
    const timestampMs = clock.now() - 5_000;
    const good = await strangersMessage({ seed: 9, to, text: 'good', timestampMs });
    const resealed = await strangersMessage({ seed: 9, to, text: 'good', timestampMs });
    const copy = await strangersMessage({
      seed: 9,
      to,
      text: 'copy',
      timestampMs: timestampMs + 1,
      syncTarget: to
    });
    const altered = good.data.slice();
    altered[altered.length - 100] = (altered[altered.length - 100] as number) ^ 1;
    const foreign = await strangersMessage({
      seed: 9,
      to: `05${'ab'.repeat(32)}` as AccountId,
      text: 'not for Ben',
      timestampMs
    });
    network.deposit(to, new Uint8Array(0));
    network.deposit(to, new TextEncoder().encode('not protobuf'));
    network.deposit(to, new Uint8Array(76_801).fill(8));
    network.deposit(to, Uint8Array.of(0, 3, 9, 9, 9));
    for (const data of [altered, foreign.data, copy.data, good.data, resealed.data])
      network.deposit(to, data);
    const last = await strangersMessage({ seed: 9, to, text: 'last', timestampMs: timestampMs + 2 });
    network.deposit(to, last.data);
    await eventually('the good ones', async () => (await ben.page.texts(good.sender)).length === 2);
    expect(await ben.page.texts(good.sender)).toEqual(['good', 'last']);
    expect(await ben.page.conversations()).toHaveLength(1);
    const profileId = (ben.status as { profileId: string }).profileId;
    const counts = await rejectedCounts(ben.browser, profileId);
    expect(counts).toMatchObject({
      'newer-protocol': 1,
      'too-large': 1,
      duplicate: 1,
      'sync-from-other': 1
    });
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(ben.tab.events.filter((event) => event.type === 'notice')).toEqual([
      { type: 'notice', code: 'newer-protocol' }
    ]);
  });

  test('the same items from another node of the swarm change nothing', async () => {
    const network = createFakeNetwork(clock);
    const ben = await person(
      network,
      'Ben',
      ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32))
    );
    const made = await strangersMessage({
      seed: 9,
      to: ben.page.accountId,
      text: 'once',
      timestampMs: clock.now()
    });
    network.deposit(ben.page.accountId, made.data);
    network.deposit(ben.page.accountId, Uint8Array.of(1, 2, 3));
    await eventually('it', async () => (await ben.page.texts(made.sender)).length === 1);
    let polls = 0;
    network.beforeRetrieve = () => {
      polls += 1;
    };
    await eventually('all nodes asked', () => polls > 6);
    expect(await ben.page.texts(made.sender)).toEqual(['once']);
    const counts = await rejectedCounts(ben.browser, (ben.status as { profileId: string }).profileId);
    expect(Object.values(counts)).toEqual([1]);
  });

  test('a body is cut at 10,000 code points', async () => {
    const network = createFakeNetwork(clock);
    const ben = await person(network, 'Ben');
    const text = '😀'.repeat(10_001);
    const made = await strangersMessage({ seed: 9, to: ben.page.accountId, text, timestampMs: clock.now() });
    network.deposit(ben.page.accountId, made.data);
    await eventually('it', async () => (await ben.page.texts(made.sender)).length === 1);
    expect([...((await ben.page.texts(made.sender))[0] as string)]).toHaveLength(10_000);
  });

  test('a backlog of several answers is fetched without waiting in between', async () => {
    const network = createFakeNetwork(clock);
    const ben = await person(network, 'Ben');
    network.pageSize = 10;
    const baseMs = clock.now() - 100_000;
    let sender = '' as AccountId;
    for (let index = 0; index < 45; index++) {
      const made = await strangersMessage({
        seed: 9,
        to: ben.page.accountId,
        text: `n${index}`,
        timestampMs: baseMs + index
      });
      sender = made.sender;
      network.deposit(ben.page.accountId, made.data);
    }
    await eventually('all', async () => (await ben.page.texts(sender)).length === 45);
    expect(await ben.page.texts(sender)).toEqual(Array.from({ length: 45 }, (_, index) => `n${index}`));
    expect((await ben.page.conversations())[0]?.unread).toBe(45);
  });

  test('a message deleted here does not come back with a replay', async () => {
    const network = createFakeNetwork(clock);
    const ben = await person(network, 'Ben');
    const timestampMs = clock.now();
    const to = ben.page.accountId;
    const made = await strangersMessage({ seed: 9, to, text: 'gone', timestampMs });
    network.deposit(to, made.data);
    const [message] = await eventually('it', async () => {
      const messages = await ben.page.messages(made.sender);
      return messages.length === 1 && messages;
    });
    await ben.tab.engine.messenger().deleteMessages([(message as { id: string }).id], 'device');
    const again = await strangersMessage({ seed: 9, to, text: 'gone', timestampMs });
    network.deposit(to, again.data);
    const next = await strangersMessage({ seed: 9, to, text: 'next', timestampMs: timestampMs + 1 });
    network.deposit(to, next.data);
    await eventually('next', async () => (await ben.page.texts(made.sender)).includes('next'));
    expect(await ben.page.texts(made.sender)).toEqual(['next']);
  });
});
