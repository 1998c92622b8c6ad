import { afterEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { createCryptoBackend, deriveIdentity, messageHash } from '../../../src/lib/crypto/index.ts';
import { AppError } from '../../../src/lib/errors.ts';
import { sealContentFor } from '../../../src/lib/messenger/build-message.ts';
import { loadMeta, loadOutboxCount, openProfile } from '../../../src/lib/storage/index.ts';
import { MAINNET, TESTNET } from '../../../src/lib/networks.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  sendText,
  type TestBrowser,
  type TestTab
} from '../../support/engine-device.ts';
import { createFakeNetwork, type FakeFloors, type FakeNetwork } from '../../support/engine-fakes.ts';
import { textContent } from '../../support/text-content.ts';

const crypto = await createCryptoBackend();
const clock = createQuickClock();
const tabs: TestTab[] = [];

afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

/** A browser whose leading tabs all get their floors from `network`. */
async function browserOn(network: FakeNetwork, nodes?: readonly string[]) {
  const floors: FakeFloors[] = [];
  const browser = await createBrowser({
    clock,
    crypto,
    createFloors: () => {
      const made = network.floors(nodes ? { nodes } : {});
      floors.push(made);
      return made;
    }
  });
  return { browser, floors: () => floors.at(-1) as FakeFloors };
}

function openTab(browser: TestBrowser): TestTab {
  const tab = browser.openTab();
  tabs.push(tab);
  return tab;
}

async function person(network: FakeNetwork, name: string, nodes?: readonly string[]) {
  const { browser, floors } = await browserOn(network, nodes);
  const tab = openTab(browser);
  const status = await tab.engine.create(name);
  await eventually('leads', () => tab.isLeader());
  return { browser, tab, status, floors, page: openPage(browser, status) };
}

async function restored(network: FakeNetwork, words: readonly string[]) {
  const { browser, floors } = await browserOn(network);
  const tab = openTab(browser);
  const status = await tab.engine.restore(words.join(' '));
  return { browser, tab, status, floors, page: openPage(browser, status) };
}

/** Sealed data of a message by a made-up account. */
async function strangersMessage(input: {
  seed: number;
  to: AccountId;
  text: string;
  timestampMs: number;
  syncTarget?: AccountId;
}) {
  const sender = deriveIdentity(new Uint8Array(16).fill(input.seed));
  const content = textContent({
    text: input.text,
    timestampMs: input.timestampMs,
    ...(input.syncTarget ? { syncTarget: input.syncTarget } : {})
  });
  const data = await sealContentFor(crypto, sender, input.to, { content, timestampMs: input.timestampMs });
  return { sender: sender.accountId, data };
}

async function rejectedCounts(browser: TestBrowser, profileId: string): Promise<Record<string, number>> {
  const store = await openProfile(browser.storage.environment, profileId);
  const counters = await loadMeta(store, 'counters');
  store.db.close();
  return { ...counters?.content.rejected };
}

describe('two people', () => {
  test('write to each other by Account ID, and names travel along', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
    await eventually('Ben has it', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    const [conversation] = await ben.page.conversations();
    expect(conversation).toMatchObject({
      kind: 'contact',
      name: 'Ana',
      unread: 1,
      lastMessage: { preview: 'Hello Ben', direction: 'in', state: 'received' }
    });
    await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
    await eventually('Ana has it', async () => (await ana.page.texts(ben.page.accountId)).length === 2);
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['Hello Ben', 'Hello Ana']);
    await eventually('sent', async () => (await ana.page.messages(ben.page.accountId))[0]?.state === 'sent');
  });

  test('a second device of the sender shows what the first one wrote, once', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const { words } = await ana.tab.engine.revealPhrase();
    const laptop = await restored(network, words);
    expect(laptop.page.accountId).toBe(ana.page.accountId);
    await sendText(ana.tab, ben.page.accountId, 'from the phone');
    await eventually('laptop', async () => (await laptop.page.texts(ben.page.accountId)).length === 1);
    expect((await laptop.page.messages(ben.page.accountId))[0]).toMatchObject({
      direction: 'out',
      state: 'sent',
      text: 'from the phone'
    });
    // The phone polls its own swarm too and must not show the copy again.
    await sendText(ben.tab, ana.page.accountId, 'answer');
    await eventually('answer', async () => (await ana.page.texts(ben.page.accountId)).includes('answer'));
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['from the phone', 'answer']);
    expect((await ana.page.messages(ben.page.accountId))[0]?.sentAtMs).toBe(
      (await laptop.page.messages(ben.page.accountId))[0]?.sentAtMs
    );
    const copies = network.stored(ana.page.accountId);
    expect(copies.length).toBeGreaterThanOrEqual(2);
  });

  test('two devices that answer the same message at once lose neither answer', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const { words } = await ana.tab.engine.revealPhrase();
    const laptop = await restored(network, words);
    // From a clock ahead of ours, so that both answers want the moment right after it.
    const timestampMs = clock.now() + 40_000;
    const question = await strangersMessage({
      seed: 9,
      to: ana.page.accountId,
      text: 'question',
      timestampMs
    });
    network.deposit(ana.page.accountId, question.data);
    for (const { page } of [ana, laptop])
      await eventually('question', async () => (await page.texts(question.sender)).length === 1);
    await Promise.all([
      sendText(ana.tab, question.sender, 'from the phone'),
      sendText(laptop.tab, question.sender, 'from the laptop')
    ]);
    for (const { page } of [ana, laptop]) {
      await eventually('both answers', async () => (await page.texts(question.sender)).length === 3);
      expect((await page.texts(question.sender)).toSorted()).toEqual([
        'from the laptop',
        'from the phone',
        'question'
      ]);
    }
  });

  test('Note to Self is one stored copy, shown on both devices', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const laptop = await restored(network, (await ana.tab.engine.revealPhrase()).words);
    await sendText(ana.tab, ana.page.accountId, 'buy milk');
    await eventually('laptop', async () => (await laptop.page.texts(ana.page.accountId)).length === 1);
    await eventually('sent', async () => (await ana.page.messages(ana.page.accountId))[0]?.state === 'sent');
    expect((await ana.page.conversations())[0]).toMatchObject({ kind: 'note-to-self', unread: 0 });
    expect((await laptop.page.conversations())[0]).toMatchObject({
      kind: 'note-to-self',
      unread: 0,
      name: null
    });
    expect(network.stored(ana.page.accountId)).toHaveLength(1);
    expect(await ana.page.texts(ana.page.accountId)).toEqual(['buy milk']);
  });

  test('own Account ID in any spelling opens Note to Self; what is no Account ID is refused by name', async () => {
    const ana = await person(createFakeNetwork(clock), 'Ana');
    const messenger = ana.tab.engine.messenger();
    const spelled = ` ${ana.page.accountId.toUpperCase().slice(0, 33)}\n${ana.page.accountId.slice(33)} `;
    expect(await messenger.openConversation(spelled)).toMatchObject({ kind: 'note-to-self' });
    await expect(messenger.openConversation(`03${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 'account-id-is-group'
    });
  });

  test('opening a conversation twice gives the same one', async () => {
    const ana = await person(createFakeNetwork(clock), 'Ana');
    const messenger = ana.tab.engine.messenger();
    const other = `05${'ab'.repeat(32)}`;
    const opened = await Promise.all([messenger.openConversation(other), messenger.openConversation(other)]);
    expect(opened[0].conversationId).toBe(opened[1].conversationId);
    expect(await ana.page.conversations()).toHaveLength(1);
  });
});

describe('sending', () => {
  test('what is empty or too long is refused before it is stored', async () => {
    const ana = await person(createFakeNetwork(clock), 'Ana');
    const messenger = ana.tab.engine.messenger();
    const { conversationId } = await messenger.openConversation(`05${'ab'.repeat(32)}`);
    await expect(messenger.send(conversationId, ' \n ')).rejects.toMatchObject({ code: 'message-empty' });
    await expect(messenger.send(conversationId, '😀'.repeat(2001))).rejects.toMatchObject({
      code: 'message-too-long',
      details: { limit: 2000, length: 2001 }
    });
    await messenger.send(conversationId, '😀'.repeat(2000));
    expect(await ana.page.texts(`05${'ab'.repeat(32)}` as AccountId)).toHaveLength(1);
  });

  test('sent times strictly grow over conversations and tabs, also when the clock stands still', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const second = openTab(ana.browser);
    await second.engine.open();
    const others = ['ab', 'cd', 'ef'].map((byte) => `05${byte.repeat(32)}` as AccountId);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        sendText(index % 2 ? ana.tab : second, others[index % 3] as AccountId, `text ${index}`)
      )
    );
    const times = (await Promise.all(others.map((other) => ana.page.messages(other))))
      .flat()
      .map((m) => m.sentAtMs);
    expect(times).toHaveLength(30);
    expect(new Set(times).size).toBe(30);
  });

  test('an answer stands after what it answers, though the other’s clock is some seconds ahead', async () => {
    const network = createFakeNetwork(clock);
    const ben = await person(network, 'Ben');
    const question = await strangersMessage({
      seed: 9,
      to: ben.page.accountId,
      text: 'question',
      timestampMs: clock.now() + 9_000
    });
    network.deposit(ben.page.accountId, question.data);
    await eventually('question', async () => (await ben.page.texts(question.sender)).length === 1);
    await sendText(ben.tab, question.sender, 'answer');
    expect(await ben.page.texts(question.sender)).toEqual(['question', 'answer']);
    const tomorrow = await strangersMessage({
      seed: 10,
      to: ben.page.accountId,
      text: 'from tomorrow',
      timestampMs: clock.now() + 86_400_000
    });
    network.deposit(ben.page.accountId, tomorrow.data);
    await eventually('tomorrow', async () => (await ben.page.texts(tomorrow.sender)).length === 1);
    await sendText(ben.tab, tomorrow.sender, 'today');
    const today = (await ben.page.messages(tomorrow.sender)).find((message) => message.text === 'today');
    expect(today?.sentAtMs).toBeLessThan(clock.now() + 60_000);
  });

  test('a message written offline waits, and leaves in order when the network returns', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    ana.floors().setConnected(false);
    for (const text of ['one', 'two', 'three']) await sendText(ana.tab, ben.page.accountId, text);
    expect((await ana.page.messages(ben.page.accountId)).map((m) => m.state)).toEqual([
      'queued',
      'queued',
      'queued'
    ]);
    expect(await loadOutboxCount(ana.page.db)).toBe(3);
    expect(network.stored(ben.page.accountId)).toHaveLength(0);
    ana.floors().setConnected(true);
    await eventually('all there', async () => (await ben.page.texts(ana.page.accountId)).length === 3);
    expect(await ben.page.texts(ana.page.accountId)).toEqual(['one', 'two', 'three']);
    await eventually('outbox empty', async () => (await loadOutboxCount(ana.page.db)) === 0);
  });

  test('one dead swarm does not hold up other conversations, and keeps its own order', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const dead = `05${'dd'.repeat(32)}` as AccountId;
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    network.beforeStore = (accountId) => (accountId === dead ? gate : undefined);
    await sendText(ana.tab, dead, 'stuck 1');
    await sendText(ana.tab, dead, 'stuck 2');
    await sendText(ana.tab, ben.page.accountId, 'quick');
    await eventually('quick arrives', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    expect(network.stored(dead)).toHaveLength(0);
    expect((await ana.page.messages(dead)).map((m) => m.state)).toEqual(['sending', 'queued']);
    release();
    await eventually('both', () => network.stored(dead).length === 2);
  });

  test('a permanent refusal fails the message with its code; retry stores the very same bytes', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const offered: string[] = [];
    network.beforeStore = (accountId, data) => {
      if (accountId !== ben.page.accountId) return;
      offered.push(messageHash(Buffer.from(accountId, 'hex'), 0, data));
      if (offered.length === 1) throw new AppError('rejected', { retry: 'never' });
    };
    const messageId = await sendText(ana.tab, ben.page.accountId, 'hello');
    await sendText(ana.tab, ben.page.accountId, 'after');
    await eventually('failed', async () => (await ana.page.conversations())[0]?.failed === 1);
    await eventually(
      'the next one goes on',
      async () => (await ben.page.texts(ana.page.accountId)).length === 1
    );
    const [failed] = await ana.page.messages(ben.page.accountId);
    expect(failed).toMatchObject({ id: messageId, state: 'failed', failureCode: 'rejected' });
    await ana.tab.engine.messenger().retry(messageId);
    await eventually('both', async () => (await ben.page.texts(ana.page.accountId)).length === 2);
    expect(await ben.page.texts(ana.page.accountId)).toEqual(['hello', 'after']);
    expect(offered[2]).toBe(offered[0]);
    await eventually('sent', async () => (await ana.page.messages(ben.page.accountId))[0]?.state === 'sent');
    expect((await ana.page.conversations())[0]).toMatchObject({ failed: 0 });
  });

  test('a passing refusal is tried again with the same bytes until it is taken', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const hashes = new Set<string>();
    let attempts = 0;
    network.beforeStore = (accountId, data) => {
      if (accountId !== ben.page.accountId) return;
      hashes.add(messageHash(Buffer.from(accountId, 'hex'), 0, data));
      if (++attempts < 4) throw new AppError('rate-limited', { retry: 'later' });
    };
    await sendText(ana.tab, ben.page.accountId, 'patience');
    await eventually('arrives', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    expect(attempts).toBe(4);
    expect(hashes.size).toBe(1);
  });

  test('a lost answer leads to one message, not two', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    let losses = 2;
    network.afterStore = () => {
      if (losses-- > 0) throw new AppError('path-timeout', { retry: 'other-path' });
    };
    await sendText(ana.tab, ben.page.accountId, 'once');
    await eventually('sent', async () => (await ana.page.messages(ben.page.accountId))[0]?.state === 'sent');
    await eventually('arrives', async () => (await ben.page.texts(ana.page.accountId)).length === 1);
    expect(network.stored(ben.page.accountId)).toHaveLength(1);
    expect(network.storeCount).toBeGreaterThan(2);
  });

  test('a message deleted while it waits is not sent', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    ana.floors().setConnected(false);
    const other = `05${'ab'.repeat(32)}` as AccountId;
    const messageId = await sendText(ana.tab, other, 'regret');
    await ana.tab.engine.messenger().deleteMessages([messageId], 'device');
    await sendText(ana.tab, other, 'stays');
    ana.floors().setConnected(true);
    await eventually('the other is sent', async () => (await ana.page.messages(other))[0]?.state === 'sent');
    expect(network.stored(other)).toHaveLength(1);
    expect(await ana.page.texts(other)).toEqual(['stays']);
  });

  test('a new name travels with the next message, and an older one does not undo it', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    const nameAtBen = async () => (await ben.page.conversations())[0]?.name;
    await sendText(ana.tab, ben.page.accountId, 'first');
    await eventually('name', async () => (await nameAtBen()) === 'Ana');
    await ana.tab.engine.messenger().rename('  Anastasia ');
    await sendText(ana.tab, ben.page.accountId, 'second');
    await eventually('new name', async () => (await nameAtBen()) === 'Anastasia');
    const [late] = [await lateMessage(ana, ben.page.accountId)];
    network.deposit(ben.page.accountId, late);
    await eventually('late one', async () => (await ben.page.texts(ana.page.accountId)).length === 3);
    expect(await nameAtBen()).toBe('Anastasia');
    await expect(ana.tab.engine.messenger().rename('  ')).rejects.toMatchObject({ code: 'name-empty' });
    await expect(ana.tab.engine.messenger().rename('ä'.repeat(51))).rejects.toMatchObject({
      code: 'name-too-long'
    });
  });
});

/** A message of Ana's that carries the oldest of names. */
async function lateMessage(ana: { tab: TestTab }, to: AccountId): Promise<Uint8Array> {
  const { seedHex } = await ana.tab.engine.revealPhrase();
  const identity = deriveIdentity(Buffer.from(seedHex, 'hex'));
  const timestampMs = clock.now() - 60_000;
  const content = textContent({
    text: 'late',
    timestampMs,
    profile: { displayName: 'Old', updatedSeconds: 1 }
  });
  return sealContentFor(crypto, identity, to, { content, timestampMs });
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
