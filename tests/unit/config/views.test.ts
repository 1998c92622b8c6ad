// The typed views: what they read from documents of the reference, what they write, and what they leave alone.
import { describe, expect, it } from 'vitest';
import { accountIdOf, type AccountId } from '../../../src/lib/account-id.ts';
import { bytesToHex, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { createNobleBackend } from '../../../src/lib/crypto/index.ts';
import {
  accountDictKey,
  accountOfDictKey,
  configSet,
  dictAt,
  editCommunity,
  editContact,
  editConvo,
  editGroup,
  editUserProfile,
  EMPTY_CONFIG,
  EMPTY_DICT,
  isAdminSeed,
  isNewerProfile,
  nextConfigMessage,
  pruneConvos,
  readCommunities,
  readContact,
  readContactConvos,
  readContacts,
  readConvo,
  readGroup,
  readGroupConvos,
  readGroups,
  readUserProfile,
  removeCommunity,
  removeContact,
  removeConvo,
  removeGroup,
  valueAt,
  withFields,
  withValue,
  type CommunityKey,
  type ConfigDict,
  type ConfigMessage,
  type ConfigValue,
  type ConvoKey,
  type GroupId
} from '../../../src/lib/config/index.ts';
import { configVector, messageOf, VECTOR_IDENTITY, type PushVector } from './config-vectors.ts';

const ownAccountId = VECTOR_IDENTITY.accountId;
const other = accountIdOf(new Uint8Array(32).fill(0x22));
const ascii = (text: string) => utf8ToBytes(text);
const hexOf = (message: ConfigMessage) => bytesToHex(message.bytes);
/** A document with things of other versions at every level. */
const odd = (entries: [string, ConfigValue][]): ConfigDict => new Map(entries);

describe('the profile', () => {
  const vector = configVector<Record<string, PushVector>>('user-profile-conflict');
  const picture = {
    url: 'http://example.org/omg-pic-123.bmp',
    key: ascii('secret78901234567890123456789012')
  };

  it('is written as the reference writes it, the time of the change aside', () => {
    const changes = { name: 'Kallie', picture, noteToSelfPriority: 9 };
    const data = editUserProfile(EMPTY_DICT, changes, 1_700_000_000);
    expect(data.get('t')).toBe(1_700_000_000n);
    const message = nextConfigMessage(EMPTY_CONFIG, withValue(data, ['t'], null));
    expect(hexOf(message)).toBe(vector.push_seqno1!.plaintext_bencode_hex);
    expect(readUserProfile(data)).toEqual({
      name: 'Kallie',
      picture,
      noteToSelfPriority: 9,
      noteToSelfTimerSeconds: null,
      acceptsBlindedRequests: null,
      updatedAtSeconds: 1_700_000_000
    });
  });

  it('stays the same, its time too, when nothing changes', () => {
    const data = editUserProfile(EMPTY_DICT, { name: 'Ann', picture, noteToSelfTimerSeconds: 60 }, 100);
    const again = { name: 'Ann', picture: { ...picture }, noteToSelfTimerSeconds: 60 };
    expect(editUserProfile(data, again, 200)).toBe(data);
    expect(readUserProfile(editUserProfile(data, { noteToSelfPriority: -1 }, 200)).updatedAtSeconds).toBe(
      100
    );
  });

  it('shows a picture that was uploaded again while it is the newer one', () => {
    const key = new Uint8Array(32).fill(4);
    const again = { P: ascii('http://again'), Q: key };
    const base = editUserProfile(EMPTY_DICT, { picture }, 100);
    const newer = withFields(base, [], { ...again, T: 150n });
    expect(readUserProfile(newer)).toMatchObject({
      picture: { url: 'http://again', key },
      updatedAtSeconds: 150
    });
    expect(readUserProfile(withFields(base, [], { ...again, T: 50n })).picture).toEqual(picture);
    const renamed = editUserProfile(newer, { name: 'Bo' }, 200);
    expect([renamed.get('t'), renamed.get('T')]).toEqual([100n, 200n]);
    expect(readUserProfile(renamed).picture?.url).toBe('http://again');
    const replaced = editUserProfile(newer, { picture: { url: 'http://third', key } }, 120);
    expect(readUserProfile(replaced).picture?.url).toBe('http://third');
    expect(readUserProfile(editUserProfile(newer, { picture: null }, 200)).picture).toBeNull();
    expect([...editUserProfile(newer, { picture: null }, 200).keys()].sort()).toEqual(['T', 't']);
  });

  it('cuts names at 100 bytes, between characters', () => {
    const name = readUserProfile(editUserProfile(EMPTY_DICT, { name: '€'.repeat(40) }, 1)).name;
    expect(name).toBe('€'.repeat(33));
    expect(readUserProfile(odd([['n', ascii('x'.repeat(300))]])).name).toHaveLength(100);
  });

  it('says no to requests from communities with a zero, and nothing with absence', () => {
    const no = editUserProfile(EMPTY_DICT, { acceptsBlindedRequests: false }, 1);
    expect(no.get('M')).toBe(0n);
    expect(readUserProfile(no).acceptsBlindedRequests).toBe(false);
    expect(editUserProfile(no, { acceptsBlindedRequests: null }, 2).has('M')).toBe(false);
  });

  it('reads nonsense as absence', () => {
    const nonsense = odd([
      ['n', 5n],
      ['p', ascii('http://x')],
      ['q', ascii('short')],
      ['+', ascii('x')],
      ['e', -1n],
      ['t', 2n ** 63n - 1n]
    ]);
    expect(readUserProfile(nonsense)).toEqual(readUserProfile(EMPTY_DICT));
  });
});

describe('contacts', () => {
  const vector = configVector<Record<string, PushVector>>('contacts-sequence');
  const joe = `05${'00'.repeat(32)}` as AccountId;
  const second = `05${'11'.repeat(32)}` as AccountId;
  const joeFields = {
    name: 'Joe',
    nickname: 'Joey',
    isApproved: true,
    hasApprovedUs: true,
    joinedAtSeconds: 1_700_000_000,
    priority: 1,
    expiry: { mode: 'after-send' as const, seconds: 86_400 },
    notify: 'all' as const,
    mutedUntilSeconds: 1_700_009_999,
    picture: { url: 'http://example.com/huge.bmp', key: ascii('qwerty78901234567890123456789012') }
  };
  const edit = (data: ConfigDict, accountId: AccountId, changes: Parameters<typeof editContact>[2]) =>
    editContact(data, { accountId, ownAccountId }, changes);

  it('are added and removed as the reference does it', () => {
    let message = nextConfigMessage(EMPTY_CONFIG, edit(EMPTY_DICT, joe, joeFields));
    expect(hexOf(message)).toBe(vector.push!.plaintext_bencode_hex);
    message = nextConfigMessage(message, edit(message.data, second, { isBlocked: true }));
    expect(hexOf(message)).toBe(vector.push2!.plaintext_bencode_hex);
    message = nextConfigMessage(message, removeContact(message.data, joe));
    expect(hexOf(message)).toBe(vector.push3!.plaintext_bencode_hex);
  });

  it('are read with all their fields', () => {
    const { data } = messageOf(vector.push2!);
    const common = { profileUpdatedAtSeconds: null, isBlocked: false };
    expect(readContact(data, joe)).toEqual({ accountId: joe, ...common, ...joeFields });
    expect(readContacts(data, ownAccountId).map(({ accountId }) => accountId)).toEqual([joe, second]);
    expect(readContact(data, second)).toMatchObject({
      name: '',
      nickname: null,
      isBlocked: true,
      expiry: null
    });
    expect(readContact(data, other)).toBeNull();
  });

  it('are never the account itself', () => {
    const hostile = withFields(EMPTY_DICT, ['c', accountDictKey(ownAccountId)], { n: ascii('me'), b: 1n });
    expect(readContacts(hostile, ownAccountId)).toEqual([]);
    expect(readContacts(hostile, other)).toHaveLength(1);
    expect(() => edit(EMPTY_DICT, ownAccountId, { isBlocked: true })).toThrow(
      expect.objectContaining({ code: 'usage' })
    );
  });

  it('with keys of another form are left out and left in', () => {
    const data = odd([
      [
        'c',
        new Map<string, ConfigValue>([
          ['short', new Map<string, ConfigValue>([['n', ascii('x')]])],
          [accountDictKey(other), 5n],
          [`\u0015${'a'.repeat(32)}`, new Map<string, ConfigValue>([['n', ascii('y')]])]
        ])
      ]
    ]);
    expect(readContacts(data, ownAccountId)).toEqual([]);
    const edited = edit(data, joe, { name: 'Joe' });
    expect(dictAt(edited, ['c']).get('short')).toBe(dictAt(data, ['c']).get('short'));
    expect(accountOfDictKey(accountDictKey(other))).toBe(other);
    expect(accountOfDictKey('short')).toBeNull();
  });

  it('keep every field that an edit does not name, and every other contact, as it is', () => {
    const strange = withFields(messageOf(vector.push2!).data, ['c', accountDictKey(joe)], {
      Z: configSet([3n, ascii('new')]),
      f: configSet([1n]),
      future: new Map<string, ConfigValue>([['deep', 2n ** 62n]])
    });
    const edited = edit(strange, joe, { nickname: null, expiry: null, isApproved: false });
    const before = new Map(dictAt(strange, ['c', accountDictKey(joe)]));
    for (const key of ['N', 'e', 'E', 'a']) before.delete(key);
    expect(dictAt(edited, ['c', accountDictKey(joe)])).toEqual(before);
    expect(valueAt(edited, ['c', accountDictKey(second)])).toBe(
      valueAt(strange, ['c', accountDictKey(second)])
    );
    expect(edit(strange, joe, joeFields)).toBe(strange);
  });

  it('take a profile only when it is newer than what is known', () => {
    expect(isNewerProfile(null, 5)).toBe(true);
    const contact = readContact(edit(EMPTY_DICT, joe, { profileUpdatedAtSeconds: 10 }), joe);
    expect([9, 10, 11].map((at) => isNewerProfile(contact, at))).toEqual([false, false, true]);
    expect(isNewerProfile(readContact(edit(EMPTY_DICT, joe, {}), joe), 1)).toBe(true);
  });
});

const SERVER_KEY = hexToBytes('0123456789abcdef'.repeat(4));
const COMMUNITY: CommunityKey = {
  baseUrl: 'http://example.org:5678',
  room: 'SudokuRoom',
  serverKey: SERVER_KEY
};

describe('read states', () => {
  const vector = configVector<{ push: PushVector }>('convo-volatile-basic');
  const contact: ConvoKey = { kind: 'contact', accountId: `05${'50'.padEnd(64, '0')}` as AccountId };
  const group: ConvoKey = {
    kind: 'group',
    groupId: '030111101001001000101010011011010010101010111010000110100001210000' as GroupId
  };
  const community: ConvoKey = { kind: 'community', ...COMMUNITY };
  const at = 4_102_444_800_000;
  const edits = (data: ConfigDict) => {
    let result = editConvo(data, contact, { lastReadMs: at, isMarkedUnread: true }, at);
    result = editConvo(result, community, { lastReadMs: at + 1 }, at);
    return editConvo(result, group, { lastReadMs: at + 2 }, at);
  };

  it('are written as the reference writes them', () => {
    const legacy = `05${'cc'.repeat(32)}` as AccountId;
    const data = withValue(edits(EMPTY_DICT), ['C', accountDictKey(legacy), 'r'], BigInt(at + 3));
    expect(hexOf(nextConfigMessage(EMPTY_CONFIG, data))).toBe(vector.push.plaintext_bencode_hex);
  });

  it('are read', () => {
    const { data } = messageOf(vector.push);
    expect(readConvo(data, contact)).toEqual({ lastReadMs: at, isMarkedUnread: true });
    expect(readConvo(data, community)).toEqual({ lastReadMs: at + 1, isMarkedUnread: false });
    expect([...readContactConvos(data).keys()]).toEqual([contact.kind === 'contact' && contact.accountId]);
    expect([...readGroupConvos(data).values()]).toEqual([{ lastReadMs: at + 2, isMarkedUnread: false }]);
    expect(readConvo(EMPTY_DICT, group)).toEqual({ lastReadMs: 0, isMarkedUnread: false });
    expect(edits(data)).toBe(data);
  });

  it('never move back, and are not written for what is over 30 days old', () => {
    const day = 86_400_000;
    const data = editConvo(EMPTY_DICT, contact, { lastReadMs: at }, at);
    expect(editConvo(data, contact, { lastReadMs: at - 1 }, at)).toBe(data);
    expect(editConvo(EMPTY_DICT, contact, { lastReadMs: at - 31 * day }, at)).toBe(EMPTY_DICT);
    expect(editConvo(EMPTY_DICT, contact, { lastReadMs: at - 29 * day }, at)).not.toBe(EMPTY_DICT);
    expect(readConvo(removeConvo(data, contact), contact).lastReadMs).toBe(0);
    expect(removeConvo(editConvo(EMPTY_DICT, community, { lastReadMs: at }, at), community).size).toBe(0);
  });

  it('are pruned after 45 days, unless marked unread or saying more', () => {
    const later = at + 46 * 86_400_000;
    const unread = editConvo(edits(EMPTY_DICT), group, { isMarkedUnread: true }, at);
    const proof = withValue(unread, ['1', accountDictKey(other), 'r'], 5n);
    const data = withValue(proof, ['1', accountDictKey(other), 'e'], 7n);
    expect(pruneConvos(data, at)).toBe(data);
    const pruned = pruneConvos(data, later);
    expect([...pruned.keys()]).toEqual(['1', 'g']);
    expect([...dictAt(pruned, ['1']).keys()].sort()).toEqual(
      [accountDictKey(other), contact.kind === 'contact' ? accountDictKey(contact.accountId) : ''].sort()
    );
  });
});

describe('groups and communities', () => {
  const vector = configVector<{ push: PushVector; inputs: Record<string, Record<string, string>> }>(
    'user-groups-basic'
  );
  const groupId = (name: string) => vector.inputs[name]!.id as GroupId;
  const seed = hexToBytes(vector.inputs.admin_group!.seed!);

  it('are written as the reference writes them', () => {
    let data = editCommunity(EMPTY_DICT, COMMUNITY, { priority: 14, joinedAtSeconds: 1_700_000_000 });
    data = editGroup(data, groupId('admin_group'), {
      adminSeed: seed,
      name: 'admin group',
      joinedAtSeconds: 1_700_000_001
    });
    data = editGroup(data, groupId('member_group'), {
      authData: new Uint8Array(100).fill(0x42),
      name: 'member group',
      joinedAtSeconds: 1_700_000_002,
      isInvitePending: true,
      notify: 'mentions'
    });
    data = editGroup(data, groupId('kicked_group'), { joinedAtSeconds: 1_700_000_003, removal: 'kicked' });
    const legacy = ['C', accountDictKey(`05${'cc'.repeat(32)}` as AccountId)];
    const { data: expected } = messageOf(vector.push);
    data = withValue(data, legacy, valueAt(expected, legacy)!);
    expect(hexOf(nextConfigMessage(EMPTY_CONFIG, data))).toBe(vector.push.plaintext_bencode_hex);
  });

  it('are read', () => {
    const { data } = messageOf(vector.push);
    expect(
      readGroups(data)
        .map((group) => group.groupId)
        .sort()
    ).toEqual(['admin_group', 'member_group', 'kicked_group'].map(groupId).sort());
    expect(readGroup(data, groupId('member_group'))).toMatchObject({
      name: 'member group',
      adminSeed: null,
      isInvitePending: true,
      removal: null,
      notify: 'mentions'
    });
    expect(readGroup(data, groupId('kicked_group'))).toMatchObject({ removal: 'kicked', authData: null });
    expect(readCommunities(data)).toEqual([
      {
        ...COMMUNITY,
        priority: 14,
        notify: 'default',
        mutedUntilSeconds: null,
        joinedAtSeconds: 1_700_000_000,
        isInvitePending: false
      }
    ]);
  });

  it('know an admin by the seed of the group', async () => {
    const crypto = createNobleBackend();
    expect(await isAdminSeed(crypto, groupId('admin_group'), seed)).toBe(true);
    expect(await isAdminSeed(crypto, groupId('member_group'), seed)).toBe(false);
  });

  it('lose their keys when the account is removed, and nothing else', () => {
    const { data } = messageOf(vector.push);
    const kicked = editGroup(data, groupId('admin_group'), { removal: 'destroyed' });
    expect(readGroup(kicked, groupId('admin_group'))).toMatchObject({
      adminSeed: null,
      removal: 'destroyed',
      name: 'admin group'
    });
    expect(dictAt(kicked, ['C'])).toBe(dictAt(data, ['C']));
    expect(removeCommunity(data, COMMUNITY).has('o')).toBe(false);
    expect(readGroup(removeGroup(data, groupId('admin_group')), groupId('admin_group'))).toBeNull();
  });

  it('keep a server as long as it has a room', () => {
    const two = editCommunity(messageOf(vector.push).data, { ...COMMUNITY, room: 'Second' }, {});
    const one = removeCommunity(two, { ...COMMUNITY, room: 'sudokuroom' });
    expect(readCommunities(one).map(({ room }) => room)).toEqual(['Second']);
  });
});

describe('documents of the reference, edited through the views', () => {
  const documents = [
    ['user-profile', configVector<Record<string, PushVector>>('user-profile-conflict').merged_by_device1!],
    ['contacts', configVector<Record<string, PushVector>>('contacts-conflict').merged_by_fresh_device!],
    ['convo-info-volatile', configVector<Record<string, PushVector>>('convo-volatile-basic').push!],
    ['user-groups', configVector<Record<string, PushVector>>('user-groups-basic').push!]
  ] as const;
  const unknown = odd([
    ['~new', configSet([-1n, ascii('z')])],
    ['\u00ff\u0000', odd([['x', 2n ** 63n - 1n]])]
  ]);
  const edits: Record<(typeof documents)[number][0], (data: ConfigDict) => ConfigDict> = {
    'user-profile': (data) => editUserProfile(data, { name: 'New' }, 5),
    contacts: (data) => editContact(data, { accountId: other, ownAccountId }, { isBlocked: true }),
    'convo-info-volatile': (data) =>
      editConvo(data, { kind: 'contact', accountId: other }, { isMarkedUnread: true }, 0),
    'user-groups': (data) => editGroup(data, `03${'77'.repeat(32)}` as GroupId, { name: 'New' })
  };
  /** Encoded leaves by path, so that bytes are compared. */
  const leaves = (data: ConfigDict, path: string): [string, unknown][] =>
    [...data].flatMap(([key, value]): [string, unknown][] =>
      value instanceof Map ? leaves(value as ConfigDict, `${path}/${key}`) : [[`${path}/${key}`, value]]
    );

  it.each(documents)('keep in %s every key that was not edited', (kind, push) => {
    const before = odd([...messageOf(push).data, ...unknown]);
    const after = new Map(leaves(edits[kind](before), ''));
    const changed = kind === 'user-profile' ? ['/n', '/t'] : [];
    for (const [path, value] of leaves(before, '')) {
      if (!changed.includes(path)) expect(after.get(path)).toEqual(value);
    }
    expect(after.size).toBeGreaterThanOrEqual(leaves(before, '').length);
  });
});
