// Files of messages over the embedded network: two people, one of them with a second device; what is sent, what is loaded,
// what is refused, and that nothing stays of what is deleted (accounts-and-messages.md §4.11–§4.13, §5).
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bytesToBase64, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  deriveIdentity,
  deriveStreamSecrets,
  encryptLegacyAttachment,
  encryptStream,
  MAX_LEGACY_PLAIN_BYTES,
  messageHash,
  type CryptoBackend
} from '../../../src/lib/crypto/index.ts';
import { sealContentFor } from '../../../src/lib/messenger/build-message.ts';
import { buildContent } from '../../../src/lib/messenger/outgoing-content.ts';
import {
  loadProfile,
  type AttachmentView,
  type MessageView,
  type StoredAttachment
} from '../../../src/lib/storage/index.ts';
import { buildDownloadUrl, NAMESPACES } from '../../../src/lib/wire/index.ts';
import { createQuickClock, eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import {
  blobOf,
  bytesOf,
  commandsOf as commands,
  conversationOf as conversation,
  firstOf,
  loadAll,
  messageOf as message,
  sendFiles,
  storedFiles,
  WAIT_MS,
  withFiles
} from '../../support/file-messages.ts';
import { png } from '../../support/pictures.ts';

const clock = createQuickClock(4);

let network: TestNetwork;
let crypto: CryptoBackend;
let ana: Person;
let anasOther: Person;
let ben: Person;

beforeAll(async () => {
  crypto = await createCryptoBackend();
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([network.person('Ana', clock), network.person('Ben', clock)]);
  anasOther = await network.linked(ana, clock);
  await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
  await message(ben, ana.page.accountId, 'Hello Ben');
  await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
  for (const device of [ana, anasOther]) await message(device, ben.page.accountId, 'Hello Ana');
}, 60_000);
afterEach(() => network.net.setFileServerFault({}));
afterAll(() => network.close());

const until = <Result>(what: string, check: () => Promise<Result> | Result) =>
  eventually(what, check, WAIT_MS);

const sound = () => {
  const bytes = crypto.random(3_000);
  bytes.set([0x49, 0x44, 0x33, 3]);
  return bytes;
};

describe('files of a message', () => {
  test('reach the other side, who loads them, and our other device, which does so by itself', async () => {
    const picture = png(40, 30);
    const file = crypto.random(150_000);
    await sendFiles(ana, ben.page.accountId, 'two files', [
      { name: '../holiday\u202e.png', contentType: 'image/png', bytes: picture, thumbnail: png(4, 3) },
      { name: 'report.pdf', contentType: 'application/pdf', bytes: file }
    ]);
    const arrived = await withFiles(ben, ana.page.accountId, 'two files', 'remote');
    expect(arrived.attachments.map(({ kind, name, bytes }) => [kind, name, bytes])).toEqual([
      ['image', '_holiday.png', picture.length],
      ['file', 'report.pdf', file.length]
    ]);
    expect((await storedFiles(ben, arrived.id)).ofMessage).toBe(0);
    await loadAll(ben, arrived);
    const loaded = await withFiles(ben, ana.page.accountId, 'two files', 'here');
    const [first, second] = loaded.attachments;
    expect(first).toMatchObject({ kind: 'image', contentType: 'image/png', width: 40, height: 30 });
    expect(Buffer.compare(await bytesOf(ben, first?.mediaId ?? null), picture)).toBe(0);
    expect(Buffer.compare(await bytesOf(ben, second?.mediaId ?? null), file)).toBe(0);

    const sent = await withFiles(ana, ben.page.accountId, 'two files', 'here');
    expect(sent.state).toBe('sent');
    expect(sent.attachments[0]?.thumbnailMediaId).not.toBeNull();
    const copy = await withFiles(anasOther, ben.page.accountId, 'two files', 'here');
    expect(Buffer.compare(await bytesOf(anasOther, copy.attachments[1]?.mediaId ?? null), file)).toBe(0);
    const phases = ana.tab.events.flatMap((event) => (event.type === 'transfer' ? [event.phase] : []));
    expect(phases).toContain('uploading');
    expect(phases.filter((phase) => phase === 'ended')).toHaveLength(2);
  });

  test('load by themselves where that is set, and need no text', async () => {
    const { id } = await conversation(ana, ben.page.accountId);
    await commands(ana).setAutoDownload(id, true);
    const bytes = sound();
    await sendFiles(ben, ana.page.accountId, '', [
      { name: 'session-audio-message', contentType: 'audio/mp3', bytes, kind: 'voice' }
    ]);
    const heard = await withFiles(ana, ben.page.accountId, '', 'here');
    await commands(ana).setAutoDownload(id, false);
    expect(heard.attachments[0]).toMatchObject({ kind: 'voice', contentType: 'audio/mpeg' });
    expect(Buffer.compare(await bytesOf(ana, heard.attachments[0]?.mediaId ?? null), bytes)).toBe(0);
    expect((await conversation(ana, ben.page.accountId)).lastMessage?.label).toBe('voice');
  });

  test('too large, or staged for nothing, are named and leave nothing', async () => {
    const { id: conversationId } = await conversation(ana, ben.page.accountId);
    const staged = { conversationId, name: 'a', contentType: '', thumbnail: null, width: null, height: null };
    const large = blobOf(new Uint8Array(MAX_LEGACY_PLAIN_BYTES + 1));
    await expect(commands(ana).stage({ ...staged, file: large })).rejects.toMatchObject({
      code: 'file-too-large'
    });
    const before = await ana.page.db.media.count();
    const { stagedId } = await commands(ana).stage({ ...staged, file: blobOf(crypto.random(9)) });
    expect(await ana.page.db.media.count()).toBe(before + 1);
    await commands(ana).unstage(stagedId);
    expect(await ana.page.db.media.count()).toBe(before);
    await expect(commands(ana).send(conversationId, '', { stagedIds: [stagedId] })).rejects.toMatchObject({
      code: 'not-found'
    });
    await expect(commands(ana).send(conversationId, '', { stagedIds: [] })).rejects.toMatchObject({
      code: 'message-empty'
    });
  });

  test('are forwarded without another upload', async () => {
    const { id: messageId } = await message(ben, ana.page.accountId, 'two files');
    const { conversationId } = await commands(ben).openConversation(ben.page.accountId);
    const uploads = () => ben.tab.events.filter((event) => event.type === 'transfer').length;
    const before = uploads();
    await commands(ben).forward([messageId], [conversationId]);
    const note = await message(ben, ben.page.accountId, 'two files');
    expect(note.attachments.map(({ name }) => name)).toEqual(['_holiday.png', 'report.pdf']);
    expect(uploads()).toBe(before);
    await loadAll(ben, note);
    await withFiles(ben, ben.page.accountId, 'two files', 'here');
  });

  test('that were saved are told to whoever sent them', async () => {
    const { id: messageId } = await message(ben, ana.page.accountId, 'two files');
    await commands(ben).tellSaved(messageId);
    await until('Ana is told', async () =>
      (await ana.page.timeline(ben.page.accountId)).some(({ notice }) => notice?.type === 'media-saved')
    );
  });
});

/** A message of Ben with these pointers, as another app would write it. */
async function deposit(text: string, attachments: readonly StoredAttachment[]): Promise<void> {
  const { seedHex } = await ben.tab.engine.revealPhrase();
  const accountId = ana.page.accountId;
  const timestampMs = clock.now();
  const content = buildContent({
    outgoing: { kind: 'message' },
    timestampMs,
    message: { text, attachments }
  });
  const data = await sealContentFor(crypto, deriveIdentity(hexToBytes(seedHex)), accountId, {
    content,
    timestampMs
  });
  const [account, namespace] = [hexToBytes(accountId), NAMESPACES.messages];
  const hash = messageHash(account, namespace, data);
  const stored = { account, namespace, hash, timestampMs, expiryMs: timestampMs + 86_400_000, data };
  for (const { store } of network.net.swarmOf(accountId)) {
    store.insert(stored);
    await store.committed();
  }
}

function pointer(
  file: Uint8Array,
  secrets: { key: Uint8Array; digest?: Uint8Array; size: number; stream?: boolean },
  options: { name?: string; contentType?: string; isGone?: boolean } = {}
): StoredAttachment {
  const { files, descriptor } = network.net;
  const nowMs = clock.now();
  const { id: fileId } = files.store.put(file, nowMs + 86_400_000, nowMs);
  const named = options.isGone ? `A${'b'.repeat(43)}` : fileId;
  const url = buildDownloadUrl({
    server: descriptor.fileServer,
    fileId: named,
    stream: secrets.stream ?? false
  });
  const { name = 'file.bin', contentType = 'application/octet-stream' } = options;
  return {
    id: '0',
    kind: 'file',
    name,
    bytes: secrets.size,
    contentType,
    width: null,
    height: null,
    caption: null,
    remote: {
      url,
      keyBase64: bytesToBase64(secrets.key),
      digestBase64: secrets.digest ? bytesToBase64(secrets.digest) : null,
      bytes: secrets.size
    },
    state: 'here',
    failureCode: null,
    mediaId: null,
    thumbnailMediaId: null
  };
}

describe('a pointer of another app', () => {
  async function outcome(text: string, attachment: StoredAttachment): Promise<AttachmentView> {
    await deposit(text, [attachment]);
    const arrived = await message(ana, ben.page.accountId, text);
    await loadAll(ana, arrived);
    const [file] = (await message(ana, ben.page.accountId, text)).attachments;
    if (!file) throw new Error('no file');
    return file;
  }

  test('in the stream format is read', async () => {
    const data = crypto.random(70_000);
    const { file, key } = encryptStream(data, deriveStreamSecrets(data, new Uint8Array(32), 'attachment'));
    const view = await outcome('stream', pointer(file, { key, size: data.length, stream: true }));
    expect(view.state).toBe('here');
    expect(Buffer.compare(await bytesOf(ana, view.mediaId), data)).toBe(0);
  });

  test('that is wrong in any way fails by name and leaves no file', async () => {
    const data = crypto.random(5_000);
    const { file, key, digest } = await encryptLegacyAttachment(crypto, data);
    const size = data.length;
    const before = await ana.page.db.media.count();
    const wrong = new Uint8Array(32);
    const cases: readonly (readonly [string, StoredAttachment, string])[] = [
      ['digest', pointer(file, { key, digest: wrong, size }), 'attachment-wrong-digest'],
      ['no digest', pointer(file, { key, size }), 'attachment-no-digest'],
      ['mac', pointer(file, { key: crypto.random(64), digest, size }), 'attachment-wrong-mac'],
      ['truncated', pointer(file.subarray(0, 40), { key, digest, size }), 'attachment-truncated'],
      ['4 GB', pointer(file, { key, digest, size: 2 ** 32 - 1 }), 'attachment-wrong-size']
    ];
    for (const [text, attachment, code] of cases) {
      expect(await outcome(text, attachment), text).toMatchObject({ state: 'failed', failureCode: code });
    }
    const gone = pointer(file, { key, digest, size }, { isGone: true });
    expect(await outcome('gone', gone)).toMatchObject({ state: 'expired', failureCode: 'file-expired' });
    expect(await ana.page.db.media.count()).toBe(before);
  });

  test('of another server than those files lie at is not even asked for', async () => {
    const data = crypto.random(100);
    const { file, key, digest } = await encryptLegacyAttachment(crypto, data);
    const good = pointer(file, { key, digest, size: data.length });
    const away = (url: string) => ({ ...good, remote: good.remote && { ...good.remote, url } });
    for (const [text, url] of [
      ['foreign', 'http://files.example/file/1'],
      ['community', 'http://open.getsession.org/file/1'],
      ['script', 'javascript:alert(1)']
    ] as const) {
      const view = await outcome(text, away(url));
      expect(view, text).toMatchObject({ state: 'failed', failureCode: 'file-url-invalid', mediaId: null });
    }
  });

  test('whose bytes are a picture of endless pixels is a file that can only be saved', async () => {
    const bomb = png(60_000, 60_000);
    const { file, key, digest } = await encryptLegacyAttachment(crypto, bomb);
    const secrets = { key, digest, size: bomb.length };
    const claims = { name: 'small.png', contentType: 'image/png' };
    expect(await outcome('bomb', pointer(file, secrets, claims))).toMatchObject({
      state: 'here',
      kind: 'file'
    });
    const honest = png(64, 64);
    const small = await encryptLegacyAttachment(crypto, honest);
    const view = await outcome('control', pointer(small.file, { ...small, size: honest.length }, claims));
    expect(view).toMatchObject({ state: 'here', kind: 'image' });
  });

  test('that lies about what it is can only be saved', async () => {
    const page = new TextEncoder().encode('<html><script>alert(1)</script></html>');
    const { file, key, digest } = await encryptLegacyAttachment(crypto, page);
    const secrets = { key, digest, size: page.length };
    const view = await outcome('lie', pointer(file, secrets, { name: 'a/b.png', contentType: 'image/png' }));
    expect(view).toMatchObject({
      state: 'here',
      kind: 'file',
      name: 'a_b.png',
      contentType: 'application/octet-stream'
    });
  });
});

describe('a transfer', () => {
  test('goes on with the next file after the engine ended in the middle', async () => {
    let uploaded = 0;
    ana.browser.storage.onCommit = (name, phase) => {
      if (name !== 'file uploaded' || phase !== 'after') return;
      uploaded += 1;
      if (uploaded === 1) network.net.setFileServerFault({ hang: true });
    };
    await sendFiles(ana, ben.page.accountId, 'resumed', [
      { name: 'a', contentType: '', bytes: crypto.random(2_000) },
      { name: 'b', contentType: '', bytes: crypto.random(2_000) }
    ]);
    await until('the first is uploaded', () => uploaded === 1);
    const states = async () =>
      (await message(ana, ben.page.accountId, 'resumed')).attachments.map(({ state }) => state);
    await until('the row says so', async () => (await states()).join() === 'here,queued');
    await ana.tab.close();
    network.net.setFileServerFault({});
    const tab = ana.browser.openTab();
    await tab.engine.open();
    ana = { ...ana, tab };
    const sent = await withFiles(ana, ben.page.accountId, 'resumed', 'here');
    await until(
      'it is sent',
      async () => (await message(ana, ben.page.accountId, 'resumed')).state === 'sent'
    );
    ana.browser.storage.onCommit = undefined;
    expect(sent.attachments).toHaveLength(2);
    expect(uploaded).toBe(2);
    await loadAll(ben, await message(ben, ana.page.accountId, 'resumed'));
    await withFiles(ben, ana.page.accountId, 'resumed', 'here');
  }, 60_000);

  test('is cancelled both ways, and may be taken up again', async () => {
    network.net.setFileServerFault({ hang: true });
    const messageId = await sendFiles(ana, ben.page.accountId, 'cancelled', [
      { name: 'a', contentType: '', bytes: crypto.random(2_000) }
    ]);
    await until('it is under way', () =>
      ana.tab.events.some((event) => event.type === 'transfer' && event.messageId === messageId)
    );
    const [waiting] = (await message(ana, ben.page.accountId, 'cancelled')).attachments;
    commands(ana).cancelTransfer({ messageId, attachmentId: waiting?.id ?? '' });
    await until('it failed', async () => {
      const { state, failureCode } = await message(ana, ben.page.accountId, 'cancelled');
      return state === 'failed' && failureCode === 'upload-cancelled';
    });
    network.net.setFileServerFault({});
    await commands(ana).retry(messageId);
    const arrived = await withFiles(ben, ana.page.accountId, 'cancelled', 'remote');

    network.net.setFileServerFault({ hang: true });
    const cancel = new AbortController();
    const loading = commands(ben).download(firstOf(arrived), cancel.signal);
    await until('it is loading', () =>
      ben.tab.events.some((event) => event.type === 'transfer' && event.messageId === arrived.id)
    );
    cancel.abort();
    await loading;
    await withFiles(ben, ana.page.accountId, 'cancelled', 'remote');
    network.net.setFileServerFault({});
    await loadAll(ben, arrived);
    await withFiles(ben, ana.page.accountId, 'cancelled', 'here');
  }, 60_000);

  test('asked for in a tab that follows is made by the one that leads', async () => {
    await sendFiles(ana, ben.page.accountId, 'for a follower', [
      { name: 'a', contentType: '', bytes: crypto.random(2_000) }
    ]);
    const arrived = await withFiles(ben, ana.page.accountId, 'for a follower', 'remote');
    const follower = ben.browser.openTab();
    await follower.engine.open();
    expect(follower.isLeader()).toBe(false);
    await follower.engine.messenger().download(firstOf(arrived));
    await withFiles(ben, ana.page.accountId, 'for a follower', 'here');
    await follower.close();
  });

  test('asked for before a tab leads is made once it does', async () => {
    await sendFiles(ana, ben.page.accountId, 'asked early', [
      { name: 'a', contentType: '', bytes: crypto.random(2_000) }
    ]);
    const arrived = await withFiles(ben, ana.page.accountId, 'asked early', 'remote');
    await ben.tab.close();
    const tab = ben.browser.openTab();
    await tab.engine.open();
    ben = { ...ben, tab };
    await loadAll(ben, arrived);
    await withFiles(ben, ana.page.accountId, 'asked early', 'here');
  });
});

describe('deleting', () => {
  async function sentAndLoaded(text: string): Promise<{ ours: MessageView; theirs: MessageView }> {
    await sendFiles(ana, ben.page.accountId, text, [
      { name: 'a.png', contentType: 'image/png', bytes: png(9, 9), thumbnail: png(3, 3) }
    ]);
    await loadAll(ben, await message(ben, ana.page.accountId, text));
    const theirs = await withFiles(ben, ana.page.accountId, text, 'here');
    await until('it is sent', async () => (await message(ana, ben.page.accountId, text)).state === 'sent');
    return { ours: await message(ana, ben.page.accountId, text), theirs };
  }

  test('a message leaves nothing of its files, here and for everyone', async () => {
    const { ours, theirs } = await sentAndLoaded('to be deleted');
    const before = { ana: await storedFiles(ana, ours.id), ben: await storedFiles(ben, theirs.id) };
    expect(before.ana.ofMessage).toBe(2);
    expect(before.ben.ofMessage).toBe(1);
    await commands(ana).deleteMessages([ours.id], 'everyone');
    await until('Ben has nothing of it', async () => (await storedFiles(ben, theirs.id)).ofMessage === 0);
    // Rows leave with the message, their chunks right after.
    const chunksAre = (person: Person, count: number) =>
      until(`${count} chunks are left`, async () => (await storedFiles(person, '')).chunks === count);
    await chunksAre(ana, before.ana.chunks - 2);
    expect(await storedFiles(ana, ours.id)).toMatchObject({ rows: before.ana.rows - 2, ofMessage: 0 });
    await chunksAre(ben, before.ben.chunks - 1);

    const again = await sentAndLoaded('deleted here');
    await commands(ben).deleteMessages([again.theirs.id], 'device');
    await chunksAre(ben, before.ben.chunks - 1);
    expect((await storedFiles(ben, again.theirs.id)).ofMessage).toBe(0);
    expect((await storedFiles(ana, again.ours.id)).ofMessage).toBe(2);
  });

  test('a conversation leaves no file at all', async () => {
    const { id } = await conversation(ana, ben.page.accountId);
    expect((await storedFiles(ana, '')).chunks).toBeGreaterThan(3);
    await commands(ana).stage({
      conversationId: id,
      file: blobOf(crypto.random(9)),
      name: 'staged',
      contentType: '',
      thumbnail: null,
      width: null,
      height: null
    });
    await commands(ana).deleteConversation(id);
    await until('no chunk is left', async () => (await storedFiles(ana, '')).chunks === 0);
    expect(await storedFiles(ana, '')).toEqual({ rows: 0, chunks: 0, ofMessage: 0 });
  });
});

describe('a picture', () => {
  test('is uploaded, travels with what we write, is loaded by who accepted us, exchanged and removed', async () => {
    const seen = async () => (await conversation(ben, ana.page.accountId)).pictureMediaId;
    const setTo = async (picture: Uint8Array | null, text: string) => {
      const events = ana.browser.storage;
      let isUploaded = picture === null;
      events.onCommit = (name, phase) => {
        if (name === 'picture uploaded' && phase === 'after') isUploaded = true;
      };
      await commands(ana).setPicture(picture && blobOf(picture, 'image/png'));
      await until('it is uploaded', () => isUploaded);
      events.onCommit = undefined;
      await sendText(ana.tab, ben.page.accountId, text);
      await message(ben, ana.page.accountId, text);
    };
    await setTo(png(20, 20), 'with a picture');
    const first = await until('Ben has it', seen);
    expect(Buffer.compare(await bytesOf(ben, first), png(20, 20))).toBe(0);
    await setTo(png(21, 21), 'with another');
    const second = await until('Ben has the other', async () => {
      const id = await seen();
      return id !== first && id;
    });
    expect(Buffer.compare(await bytesOf(ben, second), png(21, 21))).toBe(0);
    expect(await ana.page.db.media.where('owner').equals('profile/picture').count()).toBe(1);
    const other = async () => {
      const { db, rowKey } = anasOther.page;
      return (await loadProfile(db, rowKey))?.pictureMediaId ?? null;
    };
    const own = await until('our other device has it', async () => {
      const id = await other();
      return id !== null && Buffer.compare(await bytesOf(anasOther, id), png(21, 21)) === 0 && id;
    });
    await setTo(null, 'without');
    await until('our other device has none', async () => (await other()) === null);
    expect(own).not.toBeNull();
    await until('Ben has none', async () => (await seen()) === null);
    await until('no file of it', async () => {
      const { id } = await conversation(ben, ana.page.accountId);
      return (await ben.page.db.media.where('owner').equals(`${id}/picture`).count()) === 0;
    });
    expect(await ana.page.db.media.where('owner').equals('profile/picture').count()).toBe(0);
    await expect(commands(ana).setPicture(blobOf(crypto.random(9)))).rejects.toMatchObject({
      code: 'picture-unreadable'
    });
  }, 60_000);
});
