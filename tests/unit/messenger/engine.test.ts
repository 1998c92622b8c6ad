// Engines that write to each other.
import { afterEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { deriveIdentity, messageHash } from '../../../src/lib/crypto/index.ts';
import { AppError } from '../../../src/lib/errors.ts';
import { sealContentFor } from '../../../src/lib/messenger/build-message.ts';
import { loadOutboxCount } from '../../../src/lib/storage/index.ts';
import { eventually, sendText, type TestTab } from '../../support/engine-device.ts';
import { createFakeNetwork } from '../../support/engine-fakes.ts';
import { textContent } from '../../support/text-content.ts';
import { createFakePeople } from '../../support/fake-people.ts';

const { crypto, clock, closeTabs, openTab, person, restored, strangersMessage } = await createFakePeople();
afterEach(closeTabs);

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
