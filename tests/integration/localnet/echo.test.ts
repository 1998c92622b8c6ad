// Echo, as somebody sees it who writes to it (design.md §4).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  deriveIdentity,
  type CryptoBackend,
  type Identity
} from '../../../src/lib/crypto/index.ts';
import { buildDownloadUrl, storeRpc, type ContentInit } from '../../../src/lib/wire/index.ts';
import { localnet, type LocalNode, type Localnet, type LocalnetOptions } from '../../../localnet/index.ts';
import { readMessage, writeMessage, type ReceivedMessage } from '../../../localnet/echo/compose.ts';
import { decryptLegacyAttachment, encryptLegacyAttachment } from '../../../localnet/echo/pictures.ts';

let crypto: CryptoBackend;
const running = new Set<Localnet>();
let lastMs = 0;

beforeAll(async () => {
  crypto = await createCryptoBackend();
});

afterEach(async () => {
  for (const net of running) await net.close();
  running.clear();
});

async function start(options: LocalnetOptions = {}): Promise<Localnet> {
  const net = await localnet.create({ nodes: 6, swarms: 2, ...options });
  running.add(net);
  return net;
}

const person = (fill: number) => deriveIdentity(new Uint8Array(16).fill(fill));
const text = (body: string): ContentInit => ({ dataMessage: { body, profile: { displayName: 'Me' } } });

async function deposit(net: Localnet, recipient: AccountId, data: Uint8Array): Promise<void> {
  const [member] = net.swarmOf(recipient) as [LocalNode];
  const request = storeRpc({
    account: recipient,
    namespace: 0,
    timestampMs: Date.now(),
    ttlMs: 60_000,
    data
  });
  expect((await member.call(request)).status).toBe(200);
}

/** Sends to Echo and waits until it is done. @returns the sent time */
async function say(net: Localnet, from: Identity, content: ContentInit): Promise<number> {
  lastMs = Math.max(Date.now(), lastMs + 1);
  const echo = net.echoAccountId as AccountId;
  await deposit(net, echo, await writeMessage(crypto, from, echo, lastMs, content));
  await net.settle();
  return lastMs;
}

async function received(net: Localnet, by: Identity): Promise<ReceivedMessage[]> {
  const items = net.stored(by.accountId, 0);
  const messages = await Promise.all(items.map(({ data }) => readMessage(crypto, by, data)));
  return messages.map((message) => {
    if (!message) throw new Error('a message of Echo that does not open');
    return message;
  });
}

const kinds = (messages: readonly ReceivedMessage[]) =>
  messages.map(({ content }) =>
    content.messageRequestResponse
      ? 'accepted'
      : content.receiptMessage
        ? 'read'
        : (content.dataMessage?.body ?? '')
  );

describe('a first message', () => {
  test('is accepted, read and answered with the same text', async () => {
    const net = await start();
    const me = person(1);
    const sentMs = await say(net, me, text('hello'));
    const messages = await received(net, me);
    expect(kinds(messages)).toEqual(['accepted', 'read', 'hello']);
    expect(messages.every(({ senderAccountId }) => senderAccountId === net.echoAccountId)).toBe(true);
    const [accepted, receipt, reply] = messages as [ReceivedMessage, ReceivedMessage, ReceivedMessage];
    expect(accepted.content.messageRequestResponse).toMatchObject({
      isApproved: true,
      profile: { displayName: 'Echo' }
    });
    expect(receipt.content.receiptMessage?.timestamp).toEqual([BigInt(sentMs)]);
    expect(reply.content.dataMessage?.profile?.displayName).toBe('Echo');
    expect(new Set(messages.map(({ timestampMs }) => timestampMs)).size).toBe(3);
    expect(accepted.timestampMs).toBeLessThan(reply.timestampMs);
    const lives = net.stored(me.accountId).map(({ expiryMs, timestampMs }) => expiryMs - timestampMs);
    expect(lives).toEqual([14, 14, 14].map((days) => days * 86_400_000));
  });

  test('is accepted once, and every later one is answered', async () => {
    const net = await start();
    const me = person(2);
    await say(net, me, text('one'));
    await say(net, me, text('two'));
    expect(kinds(await received(net, me))).toEqual(['accepted', 'read', 'one', 'read', 'two']);
  });

  test('of several people at once goes to each of them alone', async () => {
    const net = await start();
    const people = [10, 11, 12, 13].map(person);
    const echo = net.echoAccountId as AccountId;
    const sent = await Promise.all(
      people.map((me, index) => writeMessage(crypto, me, echo, Date.now(), text(`from ${index}`)))
    );
    await Promise.all(sent.map((data) => deposit(net, echo, data)));
    await net.settle();
    for (const [index, me] of people.entries()) {
      expect(kinds(await received(net, me))).toEqual(['accepted', 'read', `from ${index}`]);
    }
  });
});

describe('what is not a message to answer', () => {
  test.each<[string, ContentInit]>([
    ['a typing sign', { typingMessage: { timestamp: 1n, action: 0 } }],
    ['a receipt', { receiptMessage: { type: 1, timestamp: [1n] } }],
    ['a reaction', { dataMessage: { reaction: { id: 1n, author: 'x', emoji: 'x', action: 0 } } }],
    ['nothing at all', {}]
  ])('%s gets no answer', async (_what, content) => {
    const net = await start();
    const me = person(3);
    await say(net, me, content);
    expect(net.stored(me.accountId)).toEqual([]);
  });

  test('bytes that do not open are passed over, and the next message is answered', async () => {
    const net = await start();
    const me = person(4);
    await deposit(net, net.echoAccountId as AccountId, crypto.random(300));
    await say(net, me, text('after garbage'));
    expect(kinds(await received(net, me)).at(-1)).toBe('after garbage');
  });

  test('a message stored twice in other bytes is answered once', async () => {
    const net = await start();
    const me = person(5);
    const echo = net.echoAccountId as AccountId;
    const sentMs = Date.now();
    for (let copy = 0; copy < 2; copy++) {
      await deposit(net, echo, await writeMessage(crypto, me, echo, sentMs, text('twice')));
    }
    await net.settle();
    expect(kinds(await received(net, me))).toEqual(['accepted', 'read', 'twice']);
  });
});

describe('a picture', () => {
  async function uploaded(net: Localnet, picture: Uint8Array) {
    const key = crypto.random(64);
    const { file, digest } = encryptLegacyAttachment(picture, key, crypto.random(16));
    const answer = await net.files.call({ method: 'POST', endpoint: '/file', headers: {}, body: file });
    const { id } = JSON.parse(new TextDecoder().decode(answer.body)) as { id: string };
    const url = buildDownloadUrl({ server: net.descriptor.fileServer, fileId: id, stream: false });
    return {
      id: 0n,
      contentType: 'image/png',
      fileName: 'a.png',
      key,
      digest,
      size: picture.length,
      width: 3,
      height: 2,
      url
    };
  }

  test('comes back as a picture under another key, with its text', async () => {
    const net = await start();
    const me = person(6);
    const picture = crypto.random(2_000);
    const pointer = await uploaded(net, picture);
    await say(net, me, { dataMessage: { body: 'look', attachments: [pointer] } });
    const reply = (await received(net, me)).at(-1)?.content.dataMessage;
    const [copy] = reply?.attachments ?? [];
    expect(reply?.body).toBe('look');
    expect(copy).toMatchObject({
      contentType: 'image/png',
      fileName: 'a.png',
      size: 2_000,
      width: 3,
      height: 2
    });
    expect(Buffer.compare(copy?.key as Uint8Array, pointer.key)).not.toBe(0);
    const fileId = new URL(copy?.url ?? '').pathname.split('/').at(-1) as string;
    const file = net.files.store.data(fileId) as Uint8Array;
    const opened = decryptLegacyAttachment(file, copy?.key as Uint8Array, copy?.digest as Uint8Array, 2_000);
    expect(Buffer.compare(opened as Uint8Array, picture)).toBe(0);
  });

  test('that cannot be fetched or opened leaves the text alone', async () => {
    const net = await start();
    const me = person(7);
    const pointer = await uploaded(net, crypto.random(50));
    const missing = { ...pointer, url: pointer.url.replace(/file\/.{6}/, 'file/AAAAAA') };
    const wrongKey = { ...pointer, key: crypto.random(64) };
    await say(net, me, { dataMessage: { body: 'broken', attachments: [missing, wrongKey] } });
    const reply = (await received(net, me)).at(-1)?.content.dataMessage;
    expect([reply?.body, reply?.attachments.length]).toEqual(['broken', 0]);
  });
});

describe('over a restart', () => {
  test('Echo is the same account, and answers nothing twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onionskin-echo-'));
    try {
      const me = person(8);
      const before = await start({ dataDirectory: folder });
      await say(before, me, text('before'));
      const { echoAccountId } = before;
      running.delete(before);
      await before.close();
      const after = await start({ dataDirectory: folder });
      expect(after.echoAccountId).toBe(echoAccountId);
      await after.settle();
      await say(after, me, text('after'));
      expect(kinds(await received(after, me))).toEqual(['accepted', 'read', 'before', 'read', 'after']);
    } finally {
      for (const net of running) await net.close();
      running.clear();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a member of its swarm that is down does not stop it', async () => {
    const net = await start({ limits: { memberMs: 50 } });
    const me = person(9);
    const [, other] = net.swarmOf(net.echoAccountId as AccountId) as [LocalNode, LocalNode];
    await other.stop();
    await say(net, me, text('still there?'));
    expect(kinds(await received(net, me)).at(-1)).toBe('still there?');
    expect(hexToBytes(me.accountId).length).toBe(33);
  });
});

test('a network can do without Echo', async () => {
  const net = await start({ echo: false });
  expect([net.echoAccountId, net.descriptor.echoAccountId]).toEqual([null, null]);
});
