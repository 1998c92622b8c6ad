// The loop that keeps documents and rows in step, over a swarm in memory: what is stored, when, and what is left alone.
import { describe, expect, test } from 'vitest';
import {
  accountDictKey,
  CONFIG_KINDS,
  editContact,
  editUserProfile,
  EMPTY_DICT,
  encodeConfigMessage,
  nextConfigMessage,
  padConfig,
  readContacts,
  readUserProfile,
  removeContact,
  splitConfig,
  storeZstd,
  valueAt,
  withValue,
  type ConfigMessage
} from '../../../src/lib/config/index.ts';
import { concatBytes } from '../../../src/lib/bytes/index.ts';
import { encryptConfig } from '../../../src/lib/crypto/config-cipher.ts';
import { loadBlocked, loadCursors, raiseEpoch } from '../../../src/lib/storage/index.ts';
import {
  createConfigDevice,
  createConfigSwarm,
  leaveConfig,
  type ConfigDevice,
  type ConfigSwarm
} from '../../support/config-device.ts';
import { OTHER_ID, THIRD_ID } from '../../support/storage-device.ts';
import {
  own,
  text,
  contactOf,
  versionOf,
  ben,
  ana,
  conversations,
  idOf,
  nameOf,
  rename,
  setUp
} from '../../support/config-story.ts';

describe('storing', () => {
  test('waits for the first look, then for a pause, and deletes what it replaces', async () => {
    const { swarm, device, contactsHash } = await setUp();
    await device.commands.setNickname(await idOf(device, OTHER_ID), 'Benny');
    expect(await device.sync.push(new AbortController().signal)).toEqual({ isWaiting: false });
    await device.poll();
    expect(await device.sync.push(new AbortController().signal)).toEqual({ isWaiting: true });
    expect(swarm.stores).toBe(0);
    await device.pushAll();
    expect(swarm.deleted).toEqual([contactsHash]);
    const [message, ...others] = await device.stored('contacts');
    expect(others).toEqual([]);
    expect(message?.seqno).toBe(2);
    expect(readContacts(message!.data, own.accountId)).toMatchObject([{ name: 'Ben', nickname: 'Benny' }]);
  });

  test('of a restored account never happens before a second node knew nothing either', async () => {
    const swarm = createConfigSwarm(own);
    const device = await createConfigDevice(own, swarm, { displayName: 'Ana' });
    for (let count = 0; count < 5; count++) await device.round();
    expect(swarm.stores).toBe(0);
    await device.pushAll();
    expect((await device.stored('user-profile')).map(({ seqno }) => seqno)).toEqual([1]);
    // An account that was made here has nobody to ask.
    const fresh = createConfigSwarm(own);
    const first = await createConfigDevice(own, fresh, { displayName: 'Ana', createdHere: true });
    for (let count = 0; count < 3; count++) await first.round();
    expect(fresh.stores).toBe(1);
  });

  test('does nothing twice, and nothing at all for what is as it was', async () => {
    const { swarm, device } = await setUp();
    await device.pushAll();
    expect(swarm.stores).toBe(0);
    const id = await idOf(device, OTHER_ID);
    await device.commands.setNickname(id, 'Benny');
    await device.commands.setNickname(id, null);
    await device.pushAll();
    expect(swarm.stores).toBe(0);
    await device.commands.pin(id, true);
    await device.pushAll();
    for (let count = 0; count < 3; count++) await device.round();
    expect(swarm.stores).toBe(1);
  });

  test('that fails is tried again, later each time, with the same version', async () => {
    const { swarm, device, contactsHash } = await setUp();
    await device.commands.pin(await idOf(device, OTHER_ID), true);
    swarm.failure = new Error('no route');
    await device.round();
    await device.round(4_000);
    const tries: number[] = [];
    const { replace } = swarm.client;
    swarm.client.replace = (input) => {
      tries.push(device.clock.now());
      return replace(input);
    };
    for (let count = 0; count < 120; count++) await device.round(1_000);
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] as number));
    expect(gaps.length).toBeGreaterThan(1);
    for (const [index, gap] of gaps.slice(1).entries()) expect(gap).toBeGreaterThan(gaps[index] as number);
    expect(swarm.items.has(contactsHash)).toBe(true);
    swarm.failure = null;
    await device.clock.advance(300_000);
    await device.pushAll();
    expect((await device.stored('contacts')).map(({ seqno }) => seqno)).toEqual([2]);
    expect(swarm.deleted).toEqual([contactsHash]);
  });

  test('whose answer was lost is recognised, not repeated', async () => {
    const { swarm, device } = await setUp();
    await device.commands.pin(await idOf(device, OTHER_ID), true);
    const { replace } = swarm.client;
    swarm.client.replace = async (input) => {
      await replace(input);
      throw new Error('the answer is lost');
    };
    await device.round();
    await device.round(4_000);
    expect(swarm.stores).toBe(1);
    swarm.client.replace = replace;
    await device.clock.advance(300_000);
    await device.pushAll();
    expect(swarm.stores).toBe(1);
    expect(swarm.items.size).toBe(2);
  });

  test('keeps alive what is there, twice a day, and stores again what the swarm lost', async () => {
    const { swarm, device, profileHash, contactsHash } = await setUp();
    await device.round();
    expect(swarm.extended.flat().sort()).toEqual([profileHash, contactsHash].sort());
    await device.round();
    expect(swarm.extended).toHaveLength(1);
    swarm.items.delete(contactsHash);
    await device.clock.advance(13 * 3_600_000);
    await device.round();
    await device.pushAll();
    expect(swarm.items.has(contactsHash)).toBe(true);
    expect((await device.stored('contacts')).map(({ seqno }) => seqno)).toEqual([1]);
  });
});

describe('what comes in pages', () => {
  test('is merged as a whole, and its cursor is kept with the last one', async () => {
    const base = versionOf(ana);
    const named = nextConfigMessage(base, editUserProfile(ana, { name: 'One' }, 1_700_000_100));
    const placed = nextConfigMessage(base, editUserProfile(ana, { noteToSelfPriority: 1 }, 1_700_000_000));
    const swarm = createConfigSwarm(own);
    const device = await createConfigDevice(own, swarm);
    const pages = [named, placed].map((message) => {
      const [hash] = leaveConfig(swarm, own, 'user-profile', message) as [string];
      return { hash, data: swarm.items.get(hash)!.data };
    });
    const [first, second] = pages as [(typeof pages)[0], (typeof pages)[0]];
    const namespace = 2;
    await device.sync.receive('aa', [{ namespace, messages: [first], more: true, lastHash: first.hash }]);
    expect(device.sync.cursorOf('aa', namespace)).toBe(first.hash);
    expect(device.sync.cursorOf('bb', namespace)).toBeNull();
    expect((await loadCursors(device.store)).size).toBe(0);
    expect(await nameOf(device)).toBe('');
    await device.sync.receive('aa', [{ namespace, messages: [second], more: false, lastHash: second.hash }]);
    expect(device.sync.cursorOf('aa', namespace)).toBeNull();
    expect([...(await loadCursors(device.store)).values()]).toEqual([second.hash]);
    expect(await nameOf(device)).toBe('One');
    await device.pushAll();
    const [merged, ...others] = await device.stored('user-profile');
    expect(others).toEqual([]);
    expect(readUserProfile(merged!.data)).toMatchObject({ name: 'One', noteToSelfPriority: 1 });
    expect(merged!.lagged.map(({ seqno }) => seqno)).toEqual([0, 1, 2, 2]);
  });

  test('and break off is asked for again from the start, of whichever node', async () => {
    const { swarm, device, contactsHash } = await setUp();
    const page = { namespace: 3, messages: [], more: true, lastHash: 'x' };
    await device.sync.receive('aa', [page]);
    await device.sync.receive('bb', [{ ...page, lastHash: 'y' }]);
    expect(device.sync.cursorOf('aa', 3)).toBeNull();
    expect(device.sync.cursorOf('bb', 3)).toBe('y');
    await device.sync.receive('aa', [{ ...page, more: false }]);
    expect(swarm.items.has(contactsHash)).toBe(true);
    // A node that says more and does not move on is not waited for.
    await device.sync.receive('aa', [page]);
    await device.sync.receive('aa', [page]);
    expect(device.sync.cursorOf('aa', 3)).toBeNull();
  });
});

describe('bad input', () => {
  const { domain } = CONFIG_KINDS.contacts;
  const sealed = (plaintext: Uint8Array, seed = own.ed25519Seed) => encryptConfig(seed, domain, plaintext);
  const items: [string, Uint8Array][] = [
    ['unsorted keys', sealed(padConfig(text('d1:&de1:#i9e1:<le1:=dee')))],
    ['a key twice', sealed(padConfig(text('d1:#i9e1:&d1:ai1e1:ai2eee')))],
    ['a foreign major version', sealed(padConfig(text('d1:!i1e1:#i9e1:&dee')))],
    [
      'a sequence number nobody can count on from',
      sealed(padConfig(text('d1:#i9223372036854775807e1:&dee')))
    ],
    ['a negative sequence number', sealed(padConfig(text('d1:#i-9e1:&dee')))],
    [
      'a decompression bomb',
      sealed(
        padConfig(
          concatBytes(
            text('z'),
            text('\u0028'),
            Uint8Array.of(0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x7f)
          )
        )
      )
    ],
    ['nesting without end', sealed(padConfig(text(`d1:#i9e1:&${'d1:a'.repeat(15_000)}`)))],
    ['one part of two', sealed(splitConfig(padConfig(new Uint8Array(500).fill(1)), 400)[0]!)],
    ['another key', sealed(padConfig(versionOf(EMPTY_DICT).bytes), new Uint8Array(32).fill(5))],
    ['no ciphertext', new Uint8Array(300).fill(7)],
    ['nothing', new Uint8Array()]
  ];

  test.each(items)('%s is left in the swarm, and hinders nothing', async (_, data) => {
    const { swarm, device } = await setUp();
    const hash = swarm.put(CONFIG_KINDS.contacts.namespace, data);
    await device.poll();
    await device.commands.pin(await idOf(device, OTHER_ID), true);
    await device.pushAll();
    expect(swarm.stores).toBe(1);
    expect(swarm.items.has(hash)).toBe(true);
    expect(swarm.deleted).not.toContain(hash);
    const [message] = await device.stored('contacts');
    expect(message?.seqno).toBe(2);
    expect(readContacts(message!.data, own.accountId)).toMatchObject([{ name: 'Ben', priority: 1 }]);
  });

  test('alone in its place makes the document read-only: nothing is stored over it', async () => {
    for (const [what, data] of items.filter(([name]) => name !== 'one part of two')) {
      const swarm = createConfigSwarm(own);
      swarm.put(CONFIG_KINDS['user-profile'].namespace, data);
      const device = await createConfigDevice(own, swarm);
      await device.poll('bb');
      await rename(device, 'Ana');
      for (let count = 0; count < 4; count++) await device.round();
      expect([what, swarm.stores]).toEqual([what, 0]);
    }
    // The same steps store the name where nothing is in its place.
    const swarm = createConfigSwarm(own);
    const device = await createConfigDevice(own, swarm);
    await device.poll('bb');
    await rename(device, 'Ana');
    for (let count = 0; count < 4; count++) await device.round();
    expect(swarm.stores).toBe(1);
  });

  test('sequence numbers that jump are followed, those that roll back change nothing', async () => {
    const { swarm, device, contactsHash } = await setUp();
    const jump = encodeConfigMessage({
      ...versionOf(editContact(ben, contactOf(OTHER_ID), { nickname: 'Far' })),
      seqno: 1_000_000,
      lagged: []
    });
    leaveConfig(swarm, own, 'contacts', jump);
    await device.poll();
    expect(await conversations(device)).toMatchObject([{ nickname: 'Far' }]);
    const [back] = leaveConfig(
      swarm,
      own,
      'contacts',
      versionOf(editContact(ben, contactOf(OTHER_ID), { nickname: 'Old' }))
    ) as [string];
    await device.poll();
    expect(await conversations(device)).toMatchObject([{ nickname: 'Far' }]);
    await device.commands.pin(await idOf(device, OTHER_ID), true);
    await device.pushAll();
    expect((await device.stored('contacts')).map(({ seqno }) => seqno)).toEqual([1_000_001]);
    expect(swarm.deleted).toEqual(expect.arrayContaining([contactsHash, back]));
  });

  test('our own ID among the contacts is no contact, does not block us, and stays where it is', async () => {
    const key = accountDictKey(own.accountId);
    let data = withValue(ben, ['c', key, 'n'], text('Me'));
    data = withValue(data, ['c', key, 'b'], 1n);
    data = withValue(data, ['c', 'not an id', 'n'], text('x'));
    const swarm = createConfigSwarm(own);
    leaveConfig(swarm, own, 'contacts', versionOf(data));
    const device = await createConfigDevice(own, swarm);
    await device.poll();
    expect((await conversations(device)).map(({ accountId }) => accountId)).toEqual([OTHER_ID]);
    expect(await loadBlocked(device.store.db, device.store.keys.rows)).toEqual([]);
    await device.commands.pin(await idOf(device, OTHER_ID), true);
    await device.pushAll();
    const [message] = await device.stored('contacts');
    expect(message?.seqno).toBe(2);
    expect(valueAt(message!.data, ['c', key])).toEqual(valueAt(data, ['c', key]));
    expect(valueAt(message!.data, ['c', 'not an id'])).toEqual(valueAt(data, ['c', 'not an id']));
  });

  test('a message as long as the network takes, full of zeros once opened, is left alone', async () => {
    const { swarm, device } = await setUp();
    const bomb = concatBytes(text('z'), storeZstd(concatBytes(text('d'), new Uint8Array(60_000))));
    const hash = swarm.put(3, sealed(padConfig(bomb)));
    await device.poll();
    await device.pushAll();
    expect(swarm.items.has(hash)).toBe(true);
  });
});

describe('a contact that another device removed', () => {
  const removeElsewhere = async (swarm: ConfigSwarm, device: ConfigDevice) => {
    const [message] = (await device.stored('contacts')) as [ConfigMessage];
    const left = editContact(message.data, contactOf(THIRD_ID), { name: 'Chi', isApproved: true });
    leaveConfig(swarm, own, 'contacts', nextConfigMessage(message, removeContact(left, OTHER_ID)));
  };

  test('goes with all that is there, in one transaction with the document', async () => {
    const { swarm, device } = await setUp();
    const { store } = device;
    const id = await idOf(device, OTHER_ID);
    await device.commands.saveDraft(id, 'not finished');
    await device.commands.setTimer(id, 'after-send', 3600);
    await device.pushAll();
    const { stores } = swarm;
    expect(await store.db.messages.count()).toBeGreaterThan(0);
    await removeElsewhere(swarm, device);
    const names: string[] = [];
    Object.assign(store, {
      onCommit: (name: string, phase: string) => phase === 'before' && names.push(name)
    });
    await device.poll();
    expect(names).toEqual(['configs']);
    expect((await conversations(device)).map(({ accountId }) => accountId)).toEqual([THIRD_ID]);
    expect(await store.db.messages.count()).toBe(0);
    await device.pushAll();
    const newest = (await device.stored('contacts')).at(-1) as ConfigMessage;
    expect(readContacts(newest.data, own.accountId)).toMatchObject([{ accountId: THIRD_ID }]);
    expect(swarm.stores).toBe(stores);
  });

  test('stays when the engine that hears of it was deposed, and the next one removes it', async () => {
    const { swarm, device } = await setUp();
    const { epoch } = device.store.engine;
    await raiseEpoch(device.store);
    const next = device.store.engine.epoch;
    device.store.engine.epoch = epoch;
    await removeElsewhere(swarm, device);
    await expect(device.poll()).rejects.toMatchObject({ code: 'deposed' });
    expect((await conversations(device)).map(({ accountId }) => accountId)).toEqual([OTHER_ID]);
    device.store.engine.epoch = next;
    await device.poll();
    expect((await conversations(device)).map(({ accountId }) => accountId)).toEqual([THIRD_ID]);
  });
});
