// Every kind of file and what goes with it, from each of two people to the other over the embedded network, and what the
// second device of either has of it (accounts-and-messages.md §4.10 to §4.13, §5). A kind that is not here does not compile.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCryptoBackend, type CryptoBackend } from '../../../src/lib/crypto/index.ts';
import { loadProfile, type AttachmentKind, type ConversationView } from '../../../src/lib/storage/index.ts';
import { createQuickClock, eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import {
  blobOf,
  bytesOf,
  commandsOf,
  conversationOf,
  loadAll,
  messageOf,
  sendFiles,
  WAIT_MS,
  withFiles,
  type Staged
} from '../../support/file-messages.ts';
import { png } from '../../support/pictures.ts';

const clock = createQuickClock(4);

interface Account {
  readonly name: string;
  readonly first: Person;
  readonly second: Person;
}

let network: TestNetwork;
let crypto: CryptoBackend;
let ana: Account;
let ben: Account;

const idOf = ({ first }: Account) => first.page.accountId;
const devicesOf = ({ first, second }: Account) => [first, second];
const until = <Result>(what: string, check: () => Promise<Result> | Result) =>
  eventually(what, check, WAIT_MS);

async function account(name: string): Promise<Account> {
  const first = await network.person(name, clock);
  return { name, first, second: await network.linked(first, clock) };
}

/** On all four devices. */
async function say(from: Account, to: Account, text: string): Promise<void> {
  await sendText(from.first.tab, idOf(to), text);
  for (const device of devicesOf(to)) await messageOf(device, idOf(from), text);
  await messageOf(from.second, idOf(to), text);
}

beforeAll(async () => {
  crypto = await createCryptoBackend();
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([account('Ana'), account('Ben')]);
  await say(ana, ben, 'Hello Ben');
  await say(ben, ana, 'Hello Ana');
}, 90_000);
afterAll(() => network.close());

/** Bytes that begin so, and mean nothing. */
function bytesAfter(beginning: string, length = 20_000): Uint8Array {
  const bytes = crypto.random(length);
  bytes.set(Uint8Array.from(beginning, (letter) => letter.charCodeAt(0)));
  return bytes;
}

const KINDS: Readonly<Record<AttachmentKind, () => Staged>> = {
  image: () => ({
    name: 'harbour.png',
    contentType: 'image/png',
    bytes: png(40, 30),
    thumbnail: png(4, 3)
  }),
  video: () => ({
    name: 'waves.mp4',
    contentType: 'video/mp4',
    bytes: bytesAfter('\0\0\0\x18ftypisom\0\0\0\0')
  }),
  audio: () => ({ name: 'bells.mp3', contentType: 'audio/mpeg', bytes: bytesAfter('ID3\x03') }),
  voice: () => ({
    name: 'voice.mp3',
    contentType: 'audio/mpeg',
    bytes: bytesAfter('ID3\x03'),
    kind: 'voice'
  }),
  file: () => ({ name: 'plan.pdf', contentType: 'application/pdf', bytes: bytesAfter('%PDF-1.7', 150_000) })
};

const WAYS = [
  ['from Ana to Ben', () => [ana, ben] as const],
  ['from Ben to Ana', () => [ben, ana] as const]
] as const;

describe.each(WAYS)('%s', (way, people) => {
  test.each(Object.entries(KINDS))('a file of the kind %s reaches all four devices', async (kind, make) => {
    const [from, to] = people();
    const staged = make();
    const words = `${kind} ${way}`;
    await sendFiles(from.first, idOf(to), words, [staged]);
    for (const device of devicesOf(to)) {
      const arrived = await withFiles(device, idOf(from), words, 'remote');
      await loadAll(device, arrived);
    }
    for (const [device, other] of [
      [to.first, from],
      [to.second, from],
      // Those of the own account load by themselves.
      [from.second, to]
    ] as const) {
      const [file] = (await withFiles(device, idOf(other), words, 'here')).attachments;
      expect(file).toMatchObject({ kind, name: staged.name });
      expect(Buffer.compare(await bytesOf(device, file?.mediaId ?? null), staged.bytes)).toBe(0);
    }
    expect((await withFiles(from.first, idOf(to), words, 'here')).state).toBe('sent');
  });

  test('a reply to a file, a mention and a contact card are words that stay as they were', async () => {
    const [from, to] = people();
    const words = `@${idOf(to)}, this is the card of ${way}: ${idOf(from)}`;
    const { id: quoteMessageId } = await messageOf(from.first, idOf(to), `image ${way}`);
    const { id } = await conversationOf(from.first, idOf(to));
    await commandsOf(from.first).send(id, words, { quoteMessageId });
    for (const [device, other] of [
      [to.first, from],
      [to.second, from],
      [from.second, to]
    ] as const) {
      const { quote } = await messageOf(device, idOf(other), words);
      expect(quote?.messageId).toBe((await messageOf(device, idOf(other), `image ${way}`)).id);
    }
  });

  test('what is forwarded comes as a message of its own, with its file', async () => {
    const [from, to] = people();
    const original = await messageOf(to.first, idOf(from), `file ${way}`);
    const { id } = await conversationOf(to.first, idOf(from));
    await commandsOf(to.first).forward([original.id], [id]);
    const count = async (device: Person, other: Account) =>
      (await device.page.messages(idOf(other))).filter(({ text }) => text === original.text).length;
    for (const device of devicesOf(from)) await until('twice', async () => (await count(device, to)) === 2);
    await until('twice there too', async () => (await count(to.second, from)) === 2);
    const copies = (await from.first.page.messages(idOf(to))).filter(({ text }) => text === original.text);
    expect(copies.map(({ attachments }) => attachments[0]?.name)).toEqual(['plan.pdf', 'plan.pdf']);
    expect(copies.map(({ direction }) => direction)).toEqual(['out', 'in']);
  });

  test('a picture of oneself is seen by both devices of the other, and on the own second one', async () => {
    const [from, to] = people();
    const picture = png(way === WAYS[0][0] ? 50 : 60, 50);
    await commandsOf(from.first).setPicture(blobOf(picture, 'image/png'));
    await until('uploaded', async () => {
      const { db, rowKey } = from.second.page;
      return (await loadProfile(db, rowKey))?.pictureMediaId ?? null;
    });
    await say(from, to, `with a picture ${way}`);
    const shown = (device: Person) =>
      until<ConversationView | false>('seen', async () => {
        const view = await conversationOf(device, idOf(from));
        return view.pictureMediaId !== null && view;
      });
    for (const device of devicesOf(to)) {
      const view = (await shown(device)) as ConversationView;
      expect(Buffer.compare(await bytesOf(device, view.pictureMediaId), picture)).toBe(0);
    }
    await commandsOf(from.first).setPicture(null);
    await say(from, to, `without one ${way}`);
    for (const device of devicesOf(to)) {
      await until('gone', async () => (await conversationOf(device, idOf(from))).pictureMediaId === null);
    }
  });

  test.each(['after-send', 'after-read'] as const)(
    'a message that goes %s goes on all four',
    async (mode) => {
      const [from, to] = people();
      const { id } = await conversationOf(from.first, idOf(to));
      // Below what the menu offers, and legal: some seconds of this clock.
      await commandsOf(from.first).setTimer(id, mode, 60);
      const words = `goes ${mode} ${way}`;
      await sendText(from.first.tab, idOf(to), words);
      for (const device of devicesOf(to)) {
        const { disappears } = await messageOf(device, idOf(from), words);
        expect(disappears).toMatchObject({ mode, seconds: 60 });
      }
      expect((await messageOf(from.second, idOf(to), words)).disappears).toMatchObject({ mode });
      const theirs = (await conversationOf(to.first, idOf(from))).id;
      await commandsOf(to.first).markRead(theirs, Number.MAX_SAFE_INTEGER);
      for (const [device, other] of [
        [from.first, to],
        [from.second, to],
        [to.first, from],
        [to.second, from]
      ] as const) {
        const isGone = async () => !(await device.page.texts(idOf(other))).includes(words);
        await eventually('gone', isGone, 2 * WAIT_MS);
      }
      await commandsOf(from.first).setTimer(id, 'off', 0);
      await say(from, to, `stays, after ${words}`);
    },
    120_000
  );
});
