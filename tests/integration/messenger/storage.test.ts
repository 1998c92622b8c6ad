// Files cleared from one device over the embedded network: what was promised is what came back, nothing of them is left,
// the other side keeps its own, and they can be loaded again while the file server has them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import {
  createMediaReader,
  createRecordMediaFiles,
  loadEveryConversation,
  type MediaSelection,
  type MessageView
} from '../../../src/lib/storage/index.ts';
import { createUsageReader } from '../../../src/lib/storage/usage.ts';
import { openContent } from '../../../src/lib/storage/rows.ts';
import { createQuickClock, eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import { png } from '../../support/pictures.ts';

const WAIT_MS = 20_000;
const clock = createQuickClock(4);
let network: TestNetwork;
let ana: Person;
let ben: Person;

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([network.person('Ana', clock), network.person('Ben', clock)]);
  await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
  await message(ben, ana.page.accountId, 'Hello Ben');
  await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
  await message(ana, ben.page.accountId, 'Hello Ana');
}, 60_000);
afterAll(() => network.close());

const commands = ({ tab }: Person) => tab.engine.messenger();

async function message(person: Person, other: AccountId, text: string): Promise<MessageView> {
  return eventually(
    `"${text}"`,
    async () => (await person.page.messages(other)).find((item) => item.text === text),
    WAIT_MS
  );
}

async function chatWith(person: Person, other: AccountId): Promise<string> {
  const all = await loadEveryConversation(person.page.db, person.page.rowKey);
  return all.find(({ accountId }) => accountId === other)?.id ?? '';
}

/** Chunks of the device by the file they belong to, and the files its rows name, opened with the profile's own key. */
async function stored({ page: { db, rowKey } }: Person) {
  const rows = await db.media.toArray();
  const named = await Promise.all(rows.map((row) => openContent<{ fileName: string }>(rowKey, 'media', row)));
  const chunks = await createRecordMediaFiles(db).list();
  return { named: named.map(({ fileName }) => fileName).sort(), chunks: chunks.sort() };
}

async function clear(person: Person, selection: MediaSelection) {
  let [files, bytes] = [0, 0];
  for (let next: string | null = null, first = true; first || next !== null; first = false) {
    const step = await commands(person).clearMedia(selection, next);
    files += step.files;
    bytes += step.bytes;
    next = step.next;
  }
  return { files, bytes };
}

describe('files of a chat', () => {
  test('are cleared to the last chunk, in the bytes that were promised, and can be loaded again', async () => {
    const picture = png(40, 30);
    const conversationId = await chatWith(ana, ben.page.accountId);
    const file = new Blob([picture as Uint8Array<ArrayBuffer>], { type: 'image/png' });
    const { stagedId } = await commands(ana).stage({
      conversationId,
      file,
      name: 'harbour.png',
      contentType: 'image/png',
      thumbnail: file,
      width: null,
      height: null
    });
    await commands(ana).send(conversationId, 'the harbour', { stagedIds: [stagedId] });
    const arrived = await message(ben, ana.page.accountId, 'the harbour');
    const place = { messageId: arrived.id, attachmentId: arrived.attachments[0]?.id ?? '' };
    await commands(ben).download(place);
    await eventually('ana has sent it', async () => {
      const own = await message(ana, ben.page.accountId, 'the harbour');
      return own.state === 'sent' && own.attachments[0]?.state === 'here';
    });

    const before = await stored(ana);
    expect(before.named).toHaveLength(2);
    expect(before.chunks).toEqual(before.named);
    const { items } = await createUsageReader(ana.page.db, ana.page.rowKey).load();
    const held = items.reduce((sum, { bytes }) => sum + bytes, 0);

    const beforeMs = Date.now() + 365 * 86_400_000;
    const selection = { kind: 'older', conversationIds: [conversationId], beforeMs } as const;
    const plan = await commands(ana).planClearing(selection);
    expect(plan).toEqual({ files: 1, bytes: held, byKind: { image: 1 }, unsent: 0 });
    expect(await clear(ana, selection)).toEqual({ files: 1, bytes: held });
    expect(await stored(ana)).toEqual({ named: [], chunks: [] });

    // The other side keeps its own.
    expect((await stored(ben)).chunks).toHaveLength(1);
    const own = await message(ana, ben.page.accountId, 'the harbour');
    expect(own.attachments[0]).toMatchObject({ state: 'remote', mediaId: null, thumbnailMediaId: null });
    const again = { messageId: own.id, attachmentId: own.attachments[0]?.id ?? '' };
    await commands(ana).download(again);
    const loaded = await message(ana, ben.page.accountId, 'the harbour');
    const { page } = ana;
    const reader = createMediaReader(page.db, page.rowKey, {
      file: null,
      record: createRecordMediaFiles(page.db)
    });
    const bytes = await (await reader.blob(loaded.attachments[0]?.mediaId ?? '')).arrayBuffer();
    expect(Buffer.compare(new Uint8Array(bytes), picture)).toBe(0);
  });

  test('stay by the rule of their chat while they are young; a rule that is none is refused', async () => {
    const conversationId = await chatWith(ben, ana.page.accountId);
    const before = await stored(ben);
    expect(before.chunks.length).toBeGreaterThan(0);
    await commands(ben).keepMedia(conversationId, 30);
    const chats = await loadEveryConversation(ben.page.db, ben.page.rowKey);
    expect(chats.find(({ id }) => id === conversationId)?.keepMediaDays).toBe(30);
    await expect(commands(ben).keepMedia(conversationId, 1)).rejects.toMatchObject({ code: 'usage' });
    await commands(ben).keepMedia(conversationId, null);
    expect(await stored(ben)).toEqual(before);
  });
});
