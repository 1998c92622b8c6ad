import { expect, test } from 'vitest';
import { hexToBytes } from '#lib/bytes/index.ts';
import { systemClock } from '#lib/clock.ts';
import { createCryptoBackend, deriveIdentity, messageHash } from '#lib/crypto/index.ts';
import { silentLog } from '#lib/log.ts';
import { sealContentFor } from '#lib/messenger/build-message.ts';
import { createInbox } from '#lib/messenger/inbox.ts';
import { loadMessage, raiseEpoch } from '#lib/storage/index.ts';
import { encodeContent, type ContentInit } from '#lib/wire/index.ts';
import { createStorageDevice, createTestProfile, START_MS } from '../../support/storage-device.ts';

const crypto = await createCryptoBackend();
const own = deriveIdentity(new Uint8Array(16).fill(7));
const other = deriveIdentity(new Uint8Array(16).fill(9));
const POINTER = { id: 0n, key: new Uint8Array(64).fill(1), url: 'http://filev2.getsession.org/file/1' };

test('what came says which messages have files, so that no other is read again to look for them', async () => {
  const store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  const now = () => START_MS;
  const inbox = createInbox({ store, identity: own, crypto, clock: systemClock, now, log: silentLog });
  const item = async (dataMessage: ContentInit['dataMessage'] & object, timestampMs: number) => {
    const content = encodeContent({ sigTimestamp: BigInt(timestampMs), dataMessage });
    const data = await sealContentFor(crypto, other, own.accountId, { content, timestampMs });
    const hash = messageHash(hexToBytes(own.accountId), 0, data);
    return { hash, expiresAtMs: START_MS + 1_000_000, data };
  };
  const items = [
    await item({ body: 'words alone' }, START_MS),
    await item({ body: 'words and a file', attachments: [POINTER] }, START_MS + 1),
    await item({ attachments: [POINTER] }, START_MS + 2),
    await item({ body: 'a file of no use', attachments: [{ ...POINTER, url: '' }] }, START_MS + 3)
  ];
  const lastHash = items.at(-1)?.hash ?? null;
  const { added } = await inbox.receive({
    ...{ nodeEd25519Hex: 'aa', namespace: 0, items, skipped: 0, lastHash }
  });
  expect(added.map(({ hasFiles }) => hasFiles ?? false)).toEqual([false, true, true, false]);
  for (const { messageId, hasFiles } of added) {
    const message = await loadMessage(store, messageId);
    expect((message?.attachments?.length ?? 0) > 0).toBe(hasFiles ?? false);
  }
});
