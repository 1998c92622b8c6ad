// Every kind of one-to-one content both ways over the embedded network, with a second device of one of the two that sees
// what the first one did (accounts-and-messages.md §4).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { createQuickClock, eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import type { ConversationView, MessageView } from '../../../src/lib/storage/index.ts';

const WAIT_MS = 20_000;
/** Polls every second or so of real time. */
const clock = createQuickClock(4);

let network: TestNetwork;
let ana: Person;
let anasOther: Person;
let ben: Person;

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([network.person('Ana', clock), network.person('Ben', clock)]);
  anasOther = await network.linked(ana, clock);
}, 60_000);
afterAll(() => network.close());

const commands = (person: Person) => person.tab.engine.messenger();

async function conversation(person: Person, other: AccountId): Promise<ConversationView> {
  const found = (await person.page.conversations()).find((item) => item.accountId === other);
  if (!found) throw new Error('no such conversation');
  return found;
}

async function message(person: Person, other: AccountId, text: string): Promise<MessageView> {
  return eventually(
    `"${text}"`,
    async () => (await person.page.messages(other)).find((item) => item.text === text),
    WAIT_MS
  );
}

const notices = async (person: Person, other: AccountId) =>
  (await person.page.timeline(other)).flatMap(({ notice }) => (notice ? [notice.type] : []));

/** Waits for a state of things that another device brings about. */
const until = (what: string, check: () => Promise<boolean>) => eventually(what, check, WAIT_MS);

describe('a message request', () => {
  test('waits apart, and accepting it is told to the other side once', async () => {
    await sendText(ana.tab, ben.page.accountId, 'Hello, Ana here');
    await message(ben, ana.page.accountId, 'Hello, Ana here');
    expect((await conversation(ben, ana.page.accountId)).request).toBe('incoming');
    expect((await conversation(ana, ben.page.accountId)).request).toBe('outgoing');
    const { id } = await conversation(ben, ana.page.accountId);
    await commands(ben).acceptRequest(id);
    await commands(ben).acceptRequest(id);
    expect((await conversation(ben, ana.page.accountId)).request).toBe('none');
    await until('Ana is told', async () => (await notices(ana, ben.page.accountId)).length > 0);
    expect(await notices(ana, ben.page.accountId)).toEqual(['they-accepted']);
    expect(await notices(ben, ana.page.accountId)).toEqual(['you-accepted']);
    expect((await conversation(ana, ben.page.accountId)).request).toBe('none');
    expect((await conversation(ana, ben.page.accountId)).name).toBe('Ben');
  });

  test('is answered by writing back, and a refused one leaves nothing', async () => {
    const [chi, dev] = await Promise.all([network.person('Chi', clock), network.person('Dev', clock)]);
    await sendText(chi.tab, ben.page.accountId, 'Hello from Chi');
    await sendText(dev.tab, ben.page.accountId, 'Hello from Dev');
    await message(ben, chi.page.accountId, 'Hello from Chi');
    await message(ben, dev.page.accountId, 'Hello from Dev');
    await sendText(ben.tab, chi.page.accountId, 'Hello Chi');
    await message(chi, ben.page.accountId, 'Hello Chi');
    expect(await notices(chi, ben.page.accountId)).toEqual(['they-accepted']);
    expect((await conversation(ben, chi.page.accountId)).request).toBe('none');
    await commands(ben).clearRequests();
    expect((await ben.page.conversations()).map(({ accountId }) => accountId)).not.toContain(
      dev.page.accountId
    );
    // Blocked ones stay away; the control is what Chi writes after being let in again.
    const { id } = await conversation(ben, chi.page.accountId);
    await commands(ben).block(id, true);
    await sendText(chi.tab, ben.page.accountId, 'not to be seen');
    await until('it was sent', async () => (await chi.page.db.outbox.count()) === 0);
    await sendText(ana.tab, ben.page.accountId, 'after the blocked one');
    await message(ben, ana.page.accountId, 'after the blocked one');
    await until('it was looked at', async () => network.net.stored(ben.page.accountId).length > 4);
    await commands(ben).block(id, false);
    await sendText(chi.tab, ben.page.accountId, 'to be seen');
    await message(ben, chi.page.accountId, 'to be seen');
    expect(await ben.page.texts(chi.page.accountId)).not.toContain('not to be seen');
  });
});

describe('messages of two who accepted each other', () => {
  test('quote what they answer, on every device', async () => {
    const asked = await message(ben, ana.page.accountId, 'Hello, Ana here');
    const { id } = await conversation(ben, ana.page.accountId);
    await commands(ben).send(id, 'Hello Ana', { quoteMessageId: asked.id });
    for (const device of [ana, anasOther]) {
      const answer = await message(device, ben.page.accountId, 'Hello Ana');
      const original = await message(device, ben.page.accountId, 'Hello, Ana here');
      expect(answer.quote).toMatchObject({ fromMe: true, messageId: original.id });
    }
  });

  test('take reactions and lose them again, on every device', async () => {
    const target = await message(ana, ben.page.accountId, 'Hello Ana');
    const reactions = async (person: Person, other: AccountId) =>
      (await message(person, other, 'Hello Ana')).reactions.map(({ emoji, mine }) => `${emoji} ${mine}`);
    await commands(ana).react(target.id, '👍', false);
    await until('Ben sees it', async () => (await reactions(ben, ana.page.accountId)).length === 1);
    await until('the other device sees it', async () =>
      (await reactions(anasOther, ben.page.accountId)).includes('👍 true')
    );
    expect(await reactions(ben, ana.page.accountId)).toEqual(['👍 false']);
    await commands(ana).react(target.id, '👍', true);
    await until('it goes', async () => (await reactions(ben, ana.page.accountId)).length === 0);
    expect((await ben.page.texts(ana.page.accountId)).includes('👍')).toBe(false);
  });

  test('are marked as read for the other side only when both want that', async () => {
    const read = async (text: string) => (await message(ana, ben.page.accountId, text)).readByThem;
    const readAll = async () => {
      const { id } = await conversation(ben, ana.page.accountId);
      await commands(ben).markRead(id, Number.MAX_SAFE_INTEGER);
    };
    await readAll();
    await Promise.all([ana, ben].map((person) => commands(person).changeSettings({ readReceipts: true })));
    await sendText(ana.tab, ben.page.accountId, 'read this');
    await message(ben, ana.page.accountId, 'read this');
    await readAll();
    await until('Ana learns it', () => read('read this'));
    // What was read before the setting was on stays untold.
    expect(await read('after the blocked one')).toBe(false);
  });

  test('show that somebody is typing only when both want that', async () => {
    const { id } = await conversation(ben, ana.page.accountId);
    const heard = () => ana.tab.events.filter((event) => event.type === 'typing' && event.isTyping);
    commands(ben).signalTyping(id, true);
    await sendText(ben.tab, ana.page.accountId, 'written with indicators off');
    await message(ana, ben.page.accountId, 'written with indicators off');
    expect(heard()).toEqual([]);
    await Promise.all(
      [ana, ben].map((person) => commands(person).changeSettings({ typingIndicators: true }))
    );
    commands(ben).signalTyping(id, true);
    const [event] = await eventually('heard', () => (heard().length > 0 ? heard() : null), WAIT_MS);
    expect(event).toMatchObject({ conversationId: (await conversation(ana, ben.page.accountId)).id });
  });

  test('deleted for everyone leave a placeholder on both sides and nothing in the own swarm', async () => {
    await sendText(ana.tab, ben.page.accountId, 'a mistake');
    await message(ben, ana.page.accountId, 'a mistake');
    await message(anasOther, ben.page.accountId, 'a mistake');
    const mine = await eventually(
      'the copy has its hash',
      async () => {
        const found = await message(ana, ben.page.accountId, 'a mistake');
        const { messageHash } = await commands(ana).whereabouts(found.id);
        return messageHash === null ? null : { ...found, messageHash };
      },
      WAIT_MS
    );
    const held = () => network.net.stored(ana.page.accountId).some(({ hash }) => hash === mine.messageHash);
    expect(held()).toBe(true);
    await commands(ana).deleteMessages([mine.id], 'everyone');
    expect((await ana.page.messages(ben.page.accountId)).find(({ id }) => id === mine.id)).toMatchObject({
      deleted: true,
      text: ''
    });
    for (const [person, other] of [
      [ben, ana],
      [anasOther, ben]
    ] as const) {
      await until('a placeholder', async () =>
        (await person.page.messages(other.page.accountId)).some(({ deleted }) => deleted)
      );
      expect(await person.page.texts(other.page.accountId)).not.toContain('a mistake');
    }
    await until('the swarm forgot it', async () => !held());
  });

  test('deleted on all my devices go there and stay with the other side', async () => {
    await sendText(ana.tab, ben.page.accountId, 'only mine to lose');
    await message(ben, ana.page.accountId, 'only mine to lose');
    await message(anasOther, ben.page.accountId, 'only mine to lose');
    const mine = await message(ana, ben.page.accountId, 'only mine to lose');
    await commands(ana).deleteMessages([mine.id], 'my-devices');
    await until('gone from the other device', async () =>
      (await anasOther.page.texts(ben.page.accountId)).every((text) => text !== 'only mine to lose')
    );
    expect(await ana.page.texts(ben.page.accountId)).not.toContain('only mine to lose');
    expect(await ben.page.texts(ana.page.accountId)).toContain('only mine to lose');
  });
});
