// The loop that keeps documents and rows in step, over a swarm in memory: what is stored, when, and what is left alone.
import { describe, expect, test } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  accountDictKey,
  CONFIG_KINDS,
  dictAt,
  editContact,
  editConvo,
  editUserProfile,
  EMPTY_CONFIG,
  EMPTY_DICT,
  encodeConfigMessage,
  equalValues,
  isConfigDict,
  nextConfigMessage,
  padConfig,
  readContactConvos,
  readContacts,
  readUserProfile,
  removeContact,
  splitConfig,
  storeZstd,
  valueAt,
  withValue,
  type ConfigDict,
  type ConfigKind,
  type ConfigMessage,
  type ConfigPath
} from '../../../src/lib/config/index.ts';
import { concatBytes } from '../../../src/lib/bytes/index.ts';
import { encryptConfig } from '../../../src/lib/crypto/config-cipher.ts';
import { deriveIdentity } from '../../../src/lib/crypto/index.ts';
import {
  findConversation,
  loadBlocked,
  loadCursors,
  loadConversations,
  loadProfile,
  loadRequests,
  raiseEpoch,
  sortAfterTime,
  updateMeta
} from '../../../src/lib/storage/index.ts';
import {
  createConfigDevice,
  createConfigSwarm,
  leaveConfig,
  type ConfigDevice,
  type ConfigSwarm
} from '../../support/config-device.ts';
import { OTHER_ID, START_MS, THIRD_ID } from '../../support/storage-device.ts';
import { configVector, messageOf, type PushVector } from '../config/config-vectors.ts';

const own = deriveIdentity(new Uint8Array(16).fill(7));
const text = (value: string) => utf8ToBytes(value);
const contactOf = (accountId: typeof OTHER_ID) => ({ accountId, ownAccountId: own.accountId });
const versionOf = (data: ConfigDict): ConfigMessage => nextConfigMessage(EMPTY_CONFIG, data);
const ben = editContact(EMPTY_DICT, contactOf(OTHER_ID), {
  name: 'Ben',
  isApproved: true,
  hasApprovedUs: true
});
const ana = editUserProfile(EMPTY_DICT, { name: 'Ana' }, 1_700_000_000);

async function conversations({ store }: ConfigDevice) {
  const { db, keys } = store;
  const lists = [await loadConversations(db, keys.rows), await loadRequests(db, keys.rows)];
  return [...lists.flat(), ...(await loadBlocked(db, keys.rows))];
}
async function idOf(device: ConfigDevice, accountId: string): Promise<string> {
  const found = await findConversation(device.store, accountId as typeof OTHER_ID);
  if (!found) throw new Error('no such conversation');
  return found.row.id;
}
const nameOf = async ({ store }: ConfigDevice) => (await loadProfile(store.db, store.keys.rows))?.displayName;
const rename = ({ store, clock }: ConfigDevice, displayName: string) =>
  updateMeta(
    store,
    'profile',
    'any',
    (profile) =>
      profile && { ...profile, displayName, displayNameUpdatedSeconds: Math.floor(clock.now() / 1000) }
  );

/** A swarm with a profile and one contact, and a device that took them in. */
async function setUp() {
  const swarm = createConfigSwarm(own);
  const [profileHash] = leaveConfig(swarm, own, 'user-profile', versionOf(ana)) as [string];
  const [contactsHash] = leaveConfig(swarm, own, 'contacts', versionOf(ben)) as [string];
  const device = await createConfigDevice(own, swarm);
  await device.poll();
  return { swarm, device, profileHash, contactsHash };
}

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

/** Paths of the leaves in which two documents differ; Account IDs as `id`. */
function differences(a: ConfigDict, b: ConfigDict, path: ConfigPath = []): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const [left, right] = [a.get(key), b.get(key)];
    if (equalValues(left, right)) return [];
    const here = [...path, key.length === 33 ? 'id' : key];
    if (isConfigDict(left) && isConfigDict(right)) return differences(left, right, here);
    return [here.join('/')];
  });
}

/** Things of other versions, outermost, in every entry, and beside the data. */
function withStrangeThings(message: ConfigMessage): ConfigMessage {
  let { data } = message;
  const entries = [...data].flatMap(([top, value]) =>
    isConfigDict(value) ? [...value].flatMap(([key, entry]) => (isConfigDict(entry) ? [[top, key]] : [])) : []
  );
  for (const path of [[], ...entries]) {
    data = withValue(data, [...path, 'Zz'], 9_007_199_254_740_993n);
    data = withValue(data, [...path, 'zd'], new Map([['deep', new Map([['er', Uint8Array.of(0, 255)]])]]));
    data = withValue(data, [...path, 'zs'], [1n, text('two')]);
  }
  return encodeConfigMessage({ ...message, data, unknown: new Map([['+x', [1n]]]) });
}

describe('documents as other clients left them', () => {
  const sources: [string, ConfigKind][] = [
    ['user-profile-conflict', 'user-profile'],
    ['contacts-sequence', 'contacts'],
    ['contacts-conflict', 'contacts'],
    ['convo-volatile-basic', 'convo-info-volatile'],
    ['user-groups-basic', 'user-groups']
  ];
  const documents = sources.flatMap(([id, kind]) =>
    Object.entries(configVector<Record<string, unknown>>(id))
      .filter((entry): entry is [string, PushVector] => Object(entry[1]).plaintext_bencode_hex !== undefined)
      .map(([field, push]) => [`${id} ${field}`, kind, messageOf(push)] as const)
      .filter(([, , message]) => message.seqno > 0)
  );

  /** Which leaves the commands below touch. */
  const touched: Record<ConfigKind, RegExp> = {
    'user-profile': /^(n|t|e|\+)$/,
    contacts: /^c\/id\/(N|\+|b|e|E|a|!|@)$/,
    'convo-info-volatile': /^1\/id\/(r|u)$|^1\/id$/,
    'user-groups': /^$/
  };

  test('there are some of each kind', () => {
    expect(new Set(documents.map(([, kind]) => kind)).size).toBe(4);
    expect(documents.length).toBeGreaterThan(8);
  });

  test.each(documents)('%s keeps every key that was not edited', async (_, kind, vector) => {
    const left = withStrangeThings(vector);
    const swarm = createConfigSwarm(own);
    leaveConfig(swarm, own, kind, left);
    if (kind === 'convo-info-volatile') {
      let known: ConfigDict = EMPTY_DICT;
      for (const accountId of readContactConvos(left.data).keys())
        known = editContact(known, contactOf(accountId), { name: 'Known', isApproved: true });
      leaveConfig(swarm, own, 'contacts', versionOf(known));
    }
    const device = await createConfigDevice(own, swarm, { displayName: 'Ana' });
    await device.pushAll();
    // Looking at it, at whatever else there is, and taking it in changes nothing.
    if (kind !== 'user-profile')
      expect((await device.stored(kind)).map(({ hashHex }) => hashHex)).toEqual([left.hashHex]);
    await rename(device, 'Renamed');
    const shown = await conversations(device);
    for (const [index, { id }] of shown.entries()) {
      await device.commands.setNickname(id, `Nick ${index}`);
      await device.commands.pin(id, index === 0);
      await device.commands.block(id, index % 2 === 0);
      await device.commands.setTimer(id, 'after-send', 7200);
      await device.commands.mute(id, START_MS + 3_600_000);
      await device.commands.setNotify(id, 'none');
      await device.commands.markUnread(id);
      await device.commands.markRead(id, sortAfterTime(START_MS));
    }
    await device.pushAll();
    const [message, ...others] = await device.stored(kind);
    expect(others).toEqual([]);
    const changed = differences(left.data, message!.data);
    for (const path of changed) expect(path).toMatch(touched[kind]);
    if (kind !== 'user-groups') expect(message!.seqno).toBeGreaterThan(left.seqno);
    if (kind === 'contacts') expect(changed).toContain('c/id/N');
    expect(message!.unknown).toEqual(left.unknown);
    for (const entry of message!.lagged.filter(({ seqno }) => seqno < left.seqno)) {
      expect(left.lagged.map(({ hashHex }) => hashHex)).toContain(entry.hashHex);
    }
  });

  test('positions of reading far back are not written by us, and go when they are old', async () => {
    const old = START_MS - 50 * 86_400_000;
    let data = editConvo(EMPTY_DICT, { kind: 'contact', accountId: THIRD_ID }, { lastReadMs: old }, old);
    data = editConvo(data, { kind: 'contact', accountId: OTHER_ID }, { lastReadMs: START_MS - 1 }, START_MS);
    const { swarm, device } = await setUp();
    leaveConfig(swarm, own, 'convo-info-volatile', versionOf(data));
    await device.poll();
    await device.commands.markUnread(await idOf(device, OTHER_ID));
    await device.pushAll();
    const [message] = await device.stored('convo-info-volatile');
    expect([...dictAt(message!.data, ['1']).keys()]).toEqual([accountDictKey(OTHER_ID)]);
  });
});
