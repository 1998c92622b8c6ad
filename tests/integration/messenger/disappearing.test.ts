// Disappearing messages over the embedded network: two people, one of them with a second device, on a clock that leaps
// (accounts-and-messages.md §4.10).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { OFFERED_SECONDS } from '../../../src/lib/messenger/timers.ts';
import type { ConversationView, MessageView } from '../../../src/lib/storage/index.ts';
import { eventually, openPage, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import { createLeapClock } from '../../support/leap-clock.ts';

const WAIT_MS = 20_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** What passes while a busy machine does what is looked at, on the quick clock. */
const SLACK_MS = 30_000;
const clock = createLeapClock(4);

let network: TestNetwork;
let ana: Person;
let anasOther: Person;
let ben: Person;

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([network.person('Ana', clock), network.person('Ben', clock)]);
  anasOther = await network.linked(ana, clock);
  await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
  await arrives(ben, ana.page.accountId, 'Hello Ben');
  await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
  for (const device of [ana, anasOther]) await arrives(device, ben.page.accountId, 'Hello Ana');
}, 60_000);
afterAll(() => network.close());

const until = (what: string, check: () => Promise<boolean> | boolean) => eventually(what, check, WAIT_MS);

async function arrives(person: Person, other: AccountId, text: string): Promise<MessageView> {
  return eventually(
    `"${text}" arrives`,
    async () => (await person.page.messages(other)).find((item) => item.text === text),
    WAIT_MS
  );
}

const goes = (person: Person, other: AccountId, text: string) =>
  until(`"${text}" goes`, async () => !(await storedTexts(person, other)).includes(text));

/** Texts as they lie in the database, shown or not: what a reader with a clock that stands still would get. */
async function storedTexts(person: Person, other: AccountId): Promise<string[]> {
  const status = { ...(await person.tab.engine.open()) };
  const page = openPage({ ...person.browser, deviceNow: () => 0 }, status);
  try {
    return await page.texts(other);
  } finally {
    page.close();
  }
}

async function conversation(person: Person, other: AccountId): Promise<ConversationView> {
  const found = (await person.page.conversations()).find((item) => item.accountId === other);
  if (!found) throw new Error('no such conversation');
  return found;
}

async function setTimer(
  person: Person,
  other: AccountId,
  mode: 'off' | 'after-read' | 'after-send',
  seconds: number
) {
  const { id } = await conversation(person, other);
  await person.tab.engine.messenger().setTimer(id, mode, seconds);
}

async function readAll(person: Person, other: AccountId): Promise<number> {
  const { id } = await conversation(person, other);
  await person.tab.engine.messenger().markRead(id, Number.POSITIVE_INFINITY);
  return clock.now();
}

/** How long the item in an account's swarm still lives, seconds; null: it is not there. */
function lifeOf(accountId: AccountId, hash: string | null): number | null {
  const item = network.net.stored(accountId).find((stored) => stored.hash === hash);
  return item ? Math.round((item.expiryMs - clock.now()) / 1000) : null;
}

async function sent(person: Person, other: AccountId, text: string): Promise<MessageView> {
  return eventually(
    `"${text}" is sent and copied`,
    async () =>
      (await person.page.messages(other)).find((item) => item.text === text && item.state === 'sent') ?? null,
    WAIT_MS
  );
}

describe('a change of timer', () => {
  test('is a line for the other side, which keeps its own setting and may follow', async () => {
    const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
    await setTimer(ben, anasId, 'after-send', 12);
    for (const device of [ana, anasOther]) {
      await until('told', async () => (await conversation(device, bensId)).theirTimer?.seconds === 12);
      expect(await conversation(device, bensId)).toMatchObject({
        timer: { mode: 'off', seconds: 0 },
        theirTimer: { mode: 'after-send', seconds: 12 }
      });
    }
    const line = (await ana.page.timeline(bensId)).find(({ notice }) => notice?.type === 'timer');
    expect(line?.notice).toEqual({ type: 'timer', byMe: false, mode: 'after-send', seconds: 12 });
    await setTimer(ana, bensId, 'after-send', 12);
    await until('Ben is told', async () => (await conversation(ben, anasId)).theirTimer?.seconds === 12);
    // Ours from another device is our setting.
    await until('taken over', async () => (await conversation(anasOther, bensId)).timer.seconds === 12);
    await setTimer(ana, bensId, 'off', 0);
    await until('off', async () => (await conversation(anasOther, bensId)).timer.mode === 'off');
  });
});

describe('after send', () => {
  test('goes on every device and in both swarms once its seconds are over', async () => {
    const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
    await setTimer(ben, anasId, 'after-send', 12);
    await sendText(ben.tab, anasId, 'twelve seconds');
    await sent(ben, anasId, 'twelve seconds');
    const received = await arrives(ana, bensId, 'twelve seconds');
    await arrives(anasOther, bensId, 'twelve seconds');
    expect(received.disappears).toMatchObject({ mode: 'after-send', seconds: 12 });
    const items = [...network.net.stored(anasId), ...network.net.stored(bensId)];
    const short = items.filter((item) => item.expiryMs - item.timestampMs === 12_000);
    // For Ana, and the copy for Ben's other devices; and the change of timer, if it is still there.
    expect(short.length).toBeGreaterThanOrEqual(2);
    await Promise.all([
      goes(ben, anasId, 'twelve seconds'),
      goes(ana, bensId, 'twelve seconds'),
      goes(anasOther, bensId, 'twelve seconds')
    ]);
    expect((await conversation(ana, bensId)).lastMessage?.preview).not.toBe('twelve seconds');
  });

  test('is gone when a device that slept through its end wakes up, before it is connected', async () => {
    const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
    await setTimer(ben, anasId, 'after-send', 43_200);
    await sendText(ben.tab, anasId, 'half a day');
    await arrives(ana, bensId, 'half a day');
    await ana.tab.close();
    clock.leap(43_200_000 + MINUTE_MS);
    // No network at all: only what this device knows counts.
    const { network: site } = ana.browser;
    ana.browser.network = null;
    const tab = ana.browser.openTab();
    const status = await tab.engine.open();
    const blind = openPage({ ...ana.browser, deviceNow: () => 0 }, status);
    expect(await blind.texts(bensId)).not.toContain('half a day');
    expect(await blind.texts(bensId)).toContain('Hello Ana');
    blind.close();
    ana.browser.network = site;
    Object.assign(ana, { tab });
    await goes(ben, anasId, 'half a day');
  });

  test('goes while the device sleeps, seen by the first reader and removed soon after', async () => {
    const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
    await sendText(ben.tab, anasId, 'while asleep');
    await arrives(ana, bensId, 'while asleep');
    clock.leapAsleep(43_200_000 + MINUTE_MS);
    expect(await ana.page.texts(bensId)).not.toContain('while asleep');
    await goes(ana, bensId, 'while asleep');
  });
});

describe('after read', () => {
  test('waits unread, starts with reading, and is shortened for other devices, which end it at the same time', async () => {
    const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
    await setTimer(ben, anasId, 'after-read', 300);
    await sendText(ben.tab, anasId, 'read me');
    const own = await sent(ben, anasId, 'read me');
    expect((own.disappears?.atMs ?? 0) - clock.now()).toBeGreaterThan(300_000 - SLACK_MS);
    for (const device of [ana, anasOther]) {
      expect((await arrives(device, bensId, 'read me')).disappears).toMatchObject({
        atMs: null,
        seconds: 300
      });
    }
    // The sender's timer runs from sending, the reader's does not.
    clock.leap(DAY_MS);
    await goes(ben, anasId, 'read me');
    expect(await storedTexts(ana, bensId)).toContain('read me');
    const hash = network.net.stored(anasId).find((item) => item.expiryMs - clock.now() > 10 * DAY_MS)?.hash;
    expect(hash).toBeDefined();

    const readAtMs = await readAll(ana, bensId);
    const read = await arrives(ana, bensId, 'read me');
    const endsAtMs = read.disappears?.atMs ?? 0;
    expect(Math.abs(endsAtMs - readAtMs - 300_000)).toBeLessThan(SLACK_MS);
    await until('the swarm has shortened it', () => {
      const items = network.net.stored(anasId);
      return items.some((item) => item.expiryMs === endsAtMs);
    });
    clock.leap(100_000);
    await readAll(anasOther, bensId);
    await until('the other device has learnt the end', async () => {
      const message = (await anasOther.page.messages(bensId)).find((item) => item.text === 'read me');
      return message?.disappears?.atMs === endsAtMs;
    });
    clock.leap(endsAtMs - clock.now());
    await Promise.all([goes(ana, bensId, 'read me'), goes(anasOther, bensId, 'read me')]);
    await until(
      'no node has it',
      () => !network.net.stored(anasId).some((item) => item.expiryMs === endsAtMs)
    );
  });

  test('read on one device and over before the other reads it: gone there too', async () => {
    const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
    await sendText(ben.tab, anasId, 'only there');
    for (const device of [ana, anasOther]) await arrives(device, bensId, 'only there');
    await readAll(ana, bensId);
    await until('shortened', async () => (await chores(ana)) === 0);
    clock.leap(300_000 + 15_000);
    await goes(ana, bensId, 'only there');
    await until('swept by the nodes', () =>
      network.net.stored(anasId).every((item) => item.expiryMs > clock.now())
    );
    await readAll(anasOther, bensId);
    await goes(anasOther, bensId, 'only there');
  });

  test('read without network: the swarm is told when it is back', async () => {
    const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
    await sendText(ben.tab, anasId, 'in the tunnel');
    await arrives(ana, bensId, 'in the tunnel');
    const activity = { visible: true, active: true };
    ana.tab.engine.setActivity({ ...activity, online: false });
    await until('offline', () => ana.tab.engine.messenger().connection().state.phase === 'offline');
    await readAll(ana, bensId);
    expect(await chores(ana)).toBe(1);
    // Its local end passes before anybody can be told.
    clock.leap(300_000 + MINUTE_MS);
    await goes(ana, bensId, 'in the tunnel');
    expect(await chores(ana)).toBe(1);
    ana.tab.engine.setActivity({ ...activity, online: true });
    await until('told', async () => (await chores(ana)) === 0);
    await until('no node has it', () =>
      network.net.stored(anasId).every((item) => item.expiryMs > clock.now())
    );
  });
});

describe('our own notes', () => {
  test('run from sending, whatever was chosen', async () => {
    const anasId = ana.page.accountId;
    const { conversationId } = await ana.tab.engine.messenger().openConversation(anasId);
    await ana.tab.engine.messenger().setTimer(conversationId, 'after-read', 43_200);
    await sendText(ana.tab, anasId, 'milk');
    const note = await sent(ana, anasId, 'milk');
    expect(note.disappears).toMatchObject({ mode: 'after-send', seconds: 43_200 });
    const copy = await arrives(anasOther, anasId, 'milk');
    expect(Math.abs((copy.disappears?.atMs ?? 0) - (note.disappears?.atMs ?? 0))).toBeLessThan(5_000);
    await until('taken over', async () => (await conversation(anasOther, anasId)).timer.seconds === 43_200);
    clock.leap(43_200_000);
    await Promise.all([goes(ana, anasId, 'milk'), goes(anasOther, anasId, 'milk')]);
  });
});

const DURATIONS = Object.entries(OFFERED_SECONDS).flatMap(([mode, all]) =>
  all.map((seconds) => [mode as 'after-read' | 'after-send', seconds] as const)
);

describe('every duration that is offered', () => {
  test.each(DURATIONS)(
    '%s, %d s',
    async (mode, seconds) => {
      const [anasId, bensId] = [ana.page.accountId, ben.page.accountId];
      const text = `${mode} ${seconds}`;
      await setTimer(ben, anasId, mode, seconds);
      await sendText(ben.tab, anasId, text);
      const own = await sent(ben, anasId, text);
      expect(own.disappears).toMatchObject({ mode, seconds });
      await arrives(ana, bensId, text);
      if (mode === 'after-read') await readAll(ana, bensId);
      await until('copied', async () => (await sent(ben, anasId, text)).expiresAtMs !== null);
      const life = lifeOf(bensId, await hashOf(ben, own.id));
      expect(Math.abs((life ?? 0) - seconds)).toBeLessThan(SLACK_MS / 1000);
      await until('told', async () => (await chores(ana)) === 0);
      const lives = network.net.stored(anasId).map((item) => (item.expiryMs - clock.now()) / 1000);
      expect(lives.some((left) => Math.abs(left - seconds) < SLACK_MS / 1000)).toBe(true);
      clock.leap(seconds * 1000 - 2 * SLACK_MS);
      expect(await storedTexts(ana, bensId)).toContain(text);
      expect(await storedTexts(ben, anasId)).toContain(text);
      clock.leap(2 * SLACK_MS);
      await Promise.all([goes(ana, bensId, text), goes(ben, anasId, text)]);
    },
    60_000
  );
});

const chores = (person: Person) => person.page.db.chores.count();

/** Hash of the copy in our own swarm, once there is one. */
function hashOf(person: Person, messageId: string): Promise<string> {
  return eventually(
    'a copy',
    async () => (await person.tab.engine.messenger().whereabouts(messageId)).messageHash,
    WAIT_MS
  );
}
