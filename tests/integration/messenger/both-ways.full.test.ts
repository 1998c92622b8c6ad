// Every kind of content there is, from each of two people to the other over the embedded network, and what the second
// device of either sees of it (accounts-and-messages.md §3.3, §4). A kind that is not here does not compile.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCryptoBackend, type CryptoBackend, type Identity } from '../../../src/lib/crypto/index.ts';
import {
  loadProfile,
  type ConversationView,
  type MessageView,
  type OutgoingContent
} from '../../../src/lib/storage/index.ts';
import {
  CallMessage_Type,
  DataExtractionNotification_Type,
  type ContentInit
} from '../../../src/lib/wire/index.ts';
import { createQuickClock, eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import { deposit, identityOf } from '../../support/foreign-content.ts';

const WAIT_MS = 20_000;
const clock = createQuickClock(4);

let network: TestNetwork;
let crypto: CryptoBackend;

/** One account on two devices. */
interface Account {
  readonly name: string;
  readonly first: Person;
  readonly second: Person;
  readonly identity: Identity;
}
let ana: Account;
let ben: Account;

async function account(name: string): Promise<Account> {
  const first = await network.person(name, clock);
  return { name, first, second: await network.linked(first, clock), identity: await identityOf(first) };
}

beforeAll(async () => {
  crypto = await createCryptoBackend();
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([account('Ana'), account('Ben')]);
  await sendText(ana.first.tab, idOf(ben), 'Hello Ben');
  for (const device of devicesOf(ben)) await arrives(device, ana, 'Hello Ben');
  await sendText(ben.first.tab, idOf(ana), 'Hello Ana');
  for (const device of [...devicesOf(ana), ben.second]) {
    await arrives(device, device === ben.second ? ana : ben, 'Hello Ana');
  }
}, 60_000);
afterAll(() => network.close());

const idOf = ({ first }: Account) => first.page.accountId;
const devicesOf = ({ first, second }: Account) => [first, second];
const commands = (person: Person) => person.tab.engine.messenger();
const until = <Result>(what: string, check: () => Promise<Result> | Result) =>
  eventually(what, check, WAIT_MS);

const arrives = (device: Person, other: Account, text: string): Promise<MessageView> =>
  until(`"${text}"`, async () =>
    (await device.page.messages(idOf(other))).find((item) => item.text === text)
  );

/** The conversation once it is there. */
const conversation = (device: Person, other: Account): Promise<ConversationView> =>
  until('the conversation', async () =>
    (await device.page.conversations()).find((item) => item.accountId === idOf(other))
  );

const noticesOf = async (device: Person, other: Account) =>
  (await device.page.timeline(idOf(other))).flatMap(({ notice }) => (notice ? [notice] : []));

/** A message on all four devices, as each has it. */
async function say(from: Account, to: Account, text: string): Promise<MessageView> {
  await sendText(from.first.tab, idOf(to), text);
  for (const device of devicesOf(to)) await arrives(device, from, text);
  await arrives(from.second, to, text);
  return until('it is sent', async () => {
    const own = await arrives(from.first, to, text);
    return own.state === 'sent' && own;
  });
}

async function readAll(device: Person, other: Account): Promise<void> {
  await commands(device).markRead((await conversation(device, other)).id, Number.MAX_SAFE_INTEGER);
}

/** What a device asks that has lost its keys has a test of its own. */
type Kind = Exclude<OutgoingContent['kind'], 'resend-request'> | 'typing';

/** How each kind is shown to work from one account to another. */
const KINDS: Readonly<Record<Kind, (from: Account, to: Account) => Promise<void>>> = {
  async message(from, to) {
    const text = `a message by ${from.name}`;
    const own = await say(from, to, text);
    for (const device of devicesOf(to)) {
      expect(await arrives(device, from, text)).toMatchObject({ direction: 'in', sentAtMs: own.sentAtMs });
    }
    expect(await arrives(from.second, to, text)).toMatchObject({
      direction: 'out',
      state: 'sent',
      sentAtMs: own.sentAtMs
    });
    // A reply names the very message, on whichever device.
    const answer = `an answer to ${from.name}`;
    const received = await arrives(to.first, from, text);
    const { id } = await conversation(to.first, from);
    await commands(to.first).send(id, answer, { quoteMessageId: received.id });
    for (const [device, other] of [
      [from.first, to],
      [from.second, to],
      [to.second, from]
    ] as const) {
      const quote = (await arrives(device, other, answer)).quote;
      expect(quote?.messageId).toBe((await arrives(device, other, text)).id);
    }
  },

  async reaction(from, to) {
    const text = `react to this, says ${to.name}`;
    await say(to, from, text);
    const received = await arrives(from.first, to, text);
    const seen = async (device: Person, other: Account) =>
      (await arrives(device, other, text)).reactions.map(({ emoji, mine }) => `${emoji} ${mine}`).join();
    await commands(from.first).react(received.id, '😮', false);
    for (const device of devicesOf(to))
      await until('seen', async () => (await seen(device, from)) === '😮 false');
    await until('on the other device', async () => (await seen(from.second, to)) === '😮 true');
    await commands(from.second).react((await arrives(from.second, to, text)).id, '😮', true);
    for (const device of devicesOf(to)) await until('gone', async () => (await seen(device, from)) === '');
    await until('gone on the first device', async () => (await seen(from.first, to)) === '');
  },

  async receipt(from, to) {
    const both = [from.first, to.first];
    const readByThem = async (text: string) => (await arrives(to.first, from, text)).readByThem;
    await readAll(from.first, to);
    await say(to, from, `unseen by ${from.name}`);
    await readAll(from.first, to);
    await Promise.all(both.map((device) => commands(device).changeSettings({ readReceipts: true })));
    await say(to, from, `seen by ${from.name}`);
    await readAll(from.first, to);
    await until('told', () => readByThem(`seen by ${from.name}`));
    expect(await readByThem(`unseen by ${from.name}`)).toBe(false);
    // Their other device has it from the shared documents, not from a receipt.
    await until('read on the other device', async () => (await conversation(from.second, to)).unread === 0);
    // Off again here: nothing is told, whatever the other side wants.
    await commands(from.first).changeSettings({ readReceipts: false });
    await say(to, from, `unseen again by ${from.name}`);
    await readAll(from.first, to);
    await say(from, to, `after it, says ${from.name}`);
    expect(await readByThem(`unseen again by ${from.name}`)).toBe(false);
    await Promise.all(both.map((device) => commands(device).changeSettings({ readReceipts: false })));
  },

  async typing(from, to) {
    const heard = (device: Person) =>
      device.tab.events.flatMap((event) => (event.type === 'typing' ? [event.isTyping] : []));
    const both = [from.first, to.first];
    const { id } = await conversation(from.first, to);
    const before = heard(to.first).filter(Boolean).length;
    commands(from.first).signalTyping(id, true);
    await say(from, to, `typed unseen by ${from.name}`);
    expect(heard(to.first).filter(Boolean)).toHaveLength(before);
    await Promise.all(both.map((device) => commands(device).changeSettings({ typingIndicators: true })));
    commands(from.first).signalTyping(id, true);
    await until('typing', () => heard(to.first).filter(Boolean).length > before);
    commands(from.first).signalTyping(id, false);
    await until('stopped', () => heard(to.first).at(-1) === false);
    // Of itself no account hears anything.
    expect(heard(from.second)).not.toContain(true);
    await Promise.all(both.map((device) => commands(device).changeSettings({ typingIndicators: false })));
  },

  async unsend(from, to) {
    const text = `${from.name} takes this back`;
    await say(from, to, text);
    // Only who wrote it may, so the same wish of the other side changes nothing for the author.
    await commands(to.first).deleteMessages([(await arrives(to.first, from, text)).id], 'everyone');
    const placeholders = async (device: Person, other: Account) =>
      (await device.page.messages(idOf(other))).filter(({ deleted }) => deleted).length;
    const before = await placeholders(to.first, from);
    await say(to, from, `${to.name} goes on`);
    expect(await from.first.page.texts(idOf(to))).toContain(text);
    expect(await to.first.page.texts(idOf(from))).toContain(text);
    // From the second device of the author, everywhere.
    await commands(from.second).deleteMessages([(await arrives(from.second, to, text)).id], 'everyone');
    for (const [device, other] of [
      [to.first, from],
      [to.second, from],
      [from.first, to]
    ] as const) {
      await until('gone', async () => !(await device.page.texts(idOf(other))).includes(text));
    }
    expect(await placeholders(to.first, from)).toBe(before + 1);
    // On my devices alone: what the other side wrote goes from both of mine and stays with them.
    const theirs = `${to.name} keeps this`;
    await say(to, from, theirs);
    await commands(from.first).deleteMessages([(await arrives(from.first, to, theirs)).id], 'my-devices');
    await until('gone on both', async () => !(await from.second.page.texts(idOf(to))).includes(theirs));
    expect(await from.first.page.texts(idOf(to))).not.toContain(theirs);
    expect(await to.first.page.texts(idOf(from))).toContain(theirs);
    // On this device: nobody else notices.
    const here = `${from.name} forgets this here`;
    const own = await say(from, to, here);
    await commands(from.first).deleteMessages([own.id], 'device');
    expect(await from.first.page.texts(idOf(to))).not.toContain(here);
    await say(from, to, `${from.name} writes on`);
    expect(await from.second.page.texts(idOf(to))).toContain(here);
    expect(await to.first.page.texts(idOf(from))).toContain(here);
  },

  async timer(from, to) {
    const setTimer = async (mode: 'off' | 'after-read' | 'after-send', seconds: number) =>
      commands(from.first).setTimer((await conversation(from.first, to)).id, mode, seconds);
    for (const [mode, seconds] of [
      ['after-read', 43_200],
      ['after-send', 86_400]
    ] as const) {
      await setTimer(mode, seconds);
      for (const device of devicesOf(to)) {
        await until('told', async () => (await conversation(device, from)).theirTimer?.seconds === seconds);
        // What the documents still carry of an earlier choice may pass through.
        await until('own setting', async () => (await conversation(device, from)).timer.mode === 'off');
        expect(await noticesOf(device, from)).toContainEqual({ type: 'timer', byMe: false, mode, seconds });
      }
      await until('taken over', async () => (await conversation(from.second, to)).timer.seconds === seconds);
    }
    await setTimer('off', 0);
    await until('off', async () => (await conversation(to.first, from)).theirTimer?.mode === 'off');
    await until('off there too', async () => (await conversation(from.second, to)).timer.mode === 'off');
  },

  async 'request-response'(from, to) {
    // A newcomer writes to `from`, who accepts on one device; `to` only lends the name.
    const newcomer = await account(`${to.name}'s friend`);
    const hello = `${newcomer.name} was here`;
    await sendText(newcomer.first.tab, idOf(from), hello);
    for (const device of devicesOf(from)) {
      await arrives(device, newcomer, hello);
      expect((await conversation(device, newcomer)).request).toBe('incoming');
    }
    await commands(from.first).acceptRequest((await conversation(from.first, newcomer)).id);
    for (const device of devicesOf(newcomer)) {
      await until('told', async () =>
        (await noticesOf(device, from)).some(({ type }) => type === 'they-accepted')
      );
      await until('both accepted', async () => (await conversation(device, from)).request === 'none');
      expect((await conversation(device, from)).name).toBe(from.name);
    }
    await until(
      'accepted on both',
      async () => (await conversation(from.second, newcomer)).request === 'none'
    );
    // Blocked on one device is blocked on the other, and nothing of it is told.
    await commands(from.second).block((await conversation(from.second, newcomer)).id, true);
    await until('blocked on both', async () => {
      const [page, id] = [from.first.page, idOf(newcomer)];
      return (await page.conversations()).every(({ accountId, blocked }) => accountId !== id || blocked);
    });
    await sendText(newcomer.first.tab, idOf(from), 'into the void');
    await say(to, from, `${to.name} after the blocked one`);
    await until('it was looked at', () => network.net.stored(idOf(from)).length > 0);
    expect(await from.first.page.texts(idOf(newcomer))).not.toContain('into the void');
    for (const device of devicesOf(newcomer)) expect((await conversation(device, from)).blocked).toBe(false);
  },

  async 'media-saved'(from, to) {
    const text = `save this, says ${to.name}`;
    await say(to, from, text);
    await commands(from.first).tellSaved((await arrives(from.first, to, text)).id);
    for (const device of devicesOf(to)) {
      await until('told', async () =>
        (await noticesOf(device, from)).some(({ type }) => type === 'media-saved')
      );
    }
  }
};

describe.each(Object.entries(KINDS))('%s', (_, works) => {
  test('from Ana to Ben', () => works(ana, ben), 60_000);
  test('from Ben to Ana', () => works(ben, ana), 60_000);
});

describe('a profile that changes', () => {
  test.each([
    ['Ana', () => [ana, ben] as const],
    ['Ben', () => [ben, ana] as const]
  ])('travels with what is written, and by the documents: %s', async (name, people) => {
    const [from, to] = people();
    await commands(from.first).rename(`${name} the second`);
    await say(from, to, `renamed, says ${name}`);
    for (const device of devicesOf(to)) {
      await until('known', async () => (await conversation(device, from)).name === `${name} the second`);
    }
    const { db, rowKey } = from.second.page;
    await until(
      'on the other device',
      async () => (await loadProfile(db, rowKey))?.displayName === `${name} the second`
    );
    await commands(to.first).setNickname((await conversation(to.first, from)).id, `old ${name}`);
    await until(
      'nickname on both',
      async () => (await conversation(to.second, from)).nickname === `old ${name}`
    );
    expect((await conversation(from.first, to)).nickname).not.toBe(`old ${name}`);
  });
});

/** What other apps send and we do not: to both devices of either. */
describe('a content that we only receive', () => {
  const uuid = '7b9ea7f2-0b57-4c5f-9b36-3ed4a3a2a111';
  const call = (type: CallMessage_Type): ContentInit => ({
    callMessage: {
      type,
      uuid,
      sdps: type === CallMessage_Type.PRE_OFFER || type === CallMessage_Type.END_CALL ? [] : ['v=0'],
      sdpMLineIndexes: [],
      sdpMids: []
    }
  });

  async function sent(from: Account, to: Account, content: ContentInit): Promise<number> {
    const timestampMs = clock.now();
    await deposit(network, crypto, { from: from.identity, to: idOf(to), content, timestampMs });
    return timestampMs;
  }

  describe.each([
    ['Ana to Ben', () => [ana, ben] as const],
    ['Ben to Ana', () => [ben, ana] as const]
  ])('from %s', (_, people) => {
    test('a call is one line that says it was missed', async () => {
      const [from, to] = people();
      const missed = async (device: Person) =>
        (await noticesOf(device, from)).filter(({ type }) => type === 'call-missed').length;
      for (const type of [
        CallMessage_Type.PRE_OFFER,
        CallMessage_Type.OFFER,
        CallMessage_Type.ICE_CANDIDATES,
        CallMessage_Type.END_CALL
      ]) {
        await sent(from, to, call(type));
      }
      for (const device of devicesOf(to)) await until('a line', async () => (await missed(device)) > 0);
      await say(from, to, `after the call, says ${from.name}`);
      for (const device of devicesOf(to)) expect(await missed(device)).toBe(1);
    });

    test('an invitation to a group, to administer one, and to a community are readable lines', async () => {
      const [from, to] = people();
      const name = `Reading circle of ${from.name}`;
      await sent(from, to, {
        dataMessage: {
          groupUpdateMessage: {
            inviteMessage: {
              groupSessionId: `03${'ab'.repeat(32)}`,
              name,
              memberAuthData: new Uint8Array(100),
              adminSignature: new Uint8Array(64)
            }
          }
        }
      });
      await sent(from, to, {
        dataMessage: {
          groupUpdateMessage: {
            promoteMessage: { groupIdentitySeed: new Uint8Array(32), name: `${name}, again` }
          }
        }
      });
      const url = `http://rooms.example.org/books?public_key=${'cd'.repeat(32)}`;
      await sent(from, to, { dataMessage: { communityInvitation: { url, name: 'Books' } } });
      for (const device of devicesOf(to)) {
        for (const groupName of [name, `${name}, again`]) {
          await until('a line', async () =>
            (await noticesOf(device, from)).some(
              (notice) => notice.type === 'group-invitation' && notice.groupName === groupName
            )
          );
        }
        const invitation = await until('an invitation', async () =>
          (await device.page.messages(idOf(from))).find((item) => item.invitation)
        );
        expect(invitation.invitation).toEqual({ name: 'Books', url });
      }
    });

    test('a link preview, Pro fields and unknown fields leave the text readable', async () => {
      const [from, to] = people();
      const url = `https://example.org/${from.name}`;
      await sent(from, to, { dataMessage: { body: `see ${url}`, preview: [{ url, title: 'An example' }] } });
      await sent(from, to, {
        dataMessage: { body: `paid for by ${from.name}` },
        proMessage: {
          proof: {
            version: 7,
            genIndexHash: new Uint8Array(3),
            rotatingPublicKey: new Uint8Array(1),
            expiry: 1n,
            sig: new Uint8Array(2)
          },
          messageBitset: 0xffn,
          profileBitset: 0xffn
        }
      });
      for (const device of devicesOf(to)) {
        const { preview } = await arrives(device, from, `see ${url}`);
        expect(preview).toEqual({ url, title: 'An example', picture: null });
        await arrives(device, from, `paid for by ${from.name}`);
      }
    });

    test('a screenshot, an answer to a call and what nobody knows are passed over', async () => {
      const [from, to] = people();
      const before = await to.first.page.timeline(idOf(from));
      await sent(from, to, {
        dataExtractionNotification: { type: DataExtractionNotification_Type.SCREENSHOT, timestamp: 1n }
      });
      await sent(from, to, call(CallMessage_Type.ANSWER));
      await sent(from, to, {});
      await say(from, to, `after nothing, says ${from.name}`);
      const after = await to.first.page.timeline(idOf(from));
      expect(after).toHaveLength(before.length + 1);
    });
  });
});
