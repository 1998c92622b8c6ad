import { describe, expect, test } from 'vitest';
import { createScanner, textSecret } from '../../support/plaintext-scanner.ts';
import {
  createStorageDevice,
  createTestProfile,
  dumpDevice,
  openProfile,
  OTHER_ID,
  OWN_ID,
  START_MS
} from '../../support/storage-device.ts';
import {
  enqueueMessage,
  ensureConversation,
  listProfiles,
  loadAccountSeed,
  loadProfile,
  openProfileReader
} from '../../../src/lib/storage/index.ts';

describe('profiles', () => {
  test('a profile opens again with the seed and name it was made with', async () => {
    const device = await createStorageDevice();
    const made = await createTestProfile(device);
    made.db.close();
    const [profileId] = await listProfiles(device.environment.list);
    const opened = await openProfile(device.environment, profileId as string);
    expect(await loadAccountSeed(opened)).toEqual(new Uint8Array(16).fill(7));
    expect(await loadProfile(opened.db, opened.keys.rows)).toEqual({
      profileId,
      accountId: OWN_ID,
      displayName: 'Ana',
      networkId: 'mainnet',
      createdHere: true,
      lacksHistory: false,
      pictureMediaId: null
    });
  });

  test('keys of an open profile give no bytes away', async () => {
    const { keys } = await createTestProfile(await createStorageDevice());
    for (const key of Object.values(keys)) {
      expect(key.extractable).toBe(false);
      await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
    }
  });

  test('a reader with the rows key sees what the engine wrote', async () => {
    const device = await createStorageDevice();
    const store = await createTestProfile(device);
    const reader = openProfileReader(store.db.name, device.indexedDb);
    expect((await loadProfile(reader, structuredClone(store.keys.rows)))?.displayName).toBe('Ana');
    reader.close();
  });

  test('a profile that is not in the list is not found', async () => {
    const device = await createStorageDevice();
    await expect(openProfile(device.environment, 'nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a profile whose slot no longer opens is locked', async () => {
    const device = await createStorageDevice();
    const store = await createTestProfile(device);
    const [profileId] = await listProfiles(device.environment.list);
    store.db.close();
    await device.environment.slotFiles.write(profileId as string, 0, new Uint8Array(64).fill(0xff));
    await expect(openProfile(device.environment, profileId as string)).rejects.toMatchObject({
      code: 'locked'
    });
  });

  test('a database holds no name, text, Account ID or seed in the clear, and the control finds them', async () => {
    const device = await createStorageDevice();
    const name = 'canary-name-8f2a61';
    const text = 'canary-text-c07d93e5';
    const draftless = await createTestProfile(device, name);
    const { conversationId } = await ensureConversation(draftless, {
      accountId: OTHER_ID,
      kind: 'contact',
      nowMs: START_MS
    });
    await enqueueMessage(draftless, { conversationId, ownId: OWN_ID, text, nowMs: START_MS });
    const scanner = createScanner([
      textSecret('name', name),
      textSecret('text', text),
      textSecret('own id', OWN_ID),
      textSecret('other id', OTHER_ID),
      { label: 'seed', bytes: new Uint8Array(16).fill(7) },
      { label: 'other key', bytes: Buffer.from(OTHER_ID.slice(2), 'hex') }
    ]);
    const dump = await dumpDevice(device);
    expect(dump.length).toBeGreaterThan(5);
    expect(dump.flatMap((bytes) => scanner.scan(bytes, 'row'))).toEqual([]);
    // Control: the same scan over opened rows.
    const { openContent } = await import('../../../src/lib/storage/rows.ts');
    const rows = await draftless.db.messages.toArray();
    const opened = await openContent<object>(draftless.keys.rows, 'messages', rows[0]!);
    expect(scanner.scan(Buffer.from(JSON.stringify(opened)), 'control').map((f) => f.label)).toContain(
      'text'
    );
  });
});
