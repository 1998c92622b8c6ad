// What rows say to documents and documents to rows, over the documents of the reference and odd ones.
import { describe, expect, test } from 'vitest';
import { accountIdOf, type AccountId } from '../../../src/lib/account-id.ts';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  accountDictKey,
  dictAt,
  editContact,
  editConvo,
  editUserProfile,
  EMPTY_DICT,
  equalValues,
  isConfigDict,
  readContact,
  readConvo,
  readUserProfile,
  valueAt,
  withValue,
  type ConfigDict,
  type ConfigPath
} from '../../../src/lib/config/index.ts';
import type { AccountRows, ConfigDocuments } from '../../../src/lib/messenger/config-facts.ts';
import { editDocuments } from '../../../src/lib/messenger/config-from-rows.ts';
import { applyDocuments, type RowChanges } from '../../../src/lib/messenger/config-to-rows.ts';
import {
  emptyConversation,
  sortAfterTime,
  type ConversationContent,
  type ProfileContent
} from '../../../src/lib/storage/index.ts';
import { configVector, messageOf, type PushVector } from '../config/config-vectors.ts';

const NOW_MS = 1_700_000_000_000;
const ownId = accountIdOf(new Uint8Array(32).fill(0x11));
const other = accountIdOf(new Uint8Array(32).fill(0x22));
const contact = { accountId: other, ownAccountId: ownId };

const profile: ProfileContent = {
  profileId: 'p',
  accountId: ownId,
  displayName: '',
  displayNameUpdatedSeconds: 0,
  networkId: 'local',
  createdHere: false
};
const noRows: AccountRows = { ownId, profile, conversations: new Map() };
const nobody = { isDeleted: () => false, nowMs: NOW_MS };
const apply = (
  before: ConfigDocuments,
  after: ConfigDocuments,
  rows: AccountRows = noRows,
  context = nobody
) => applyDocuments(before, after, rows, { ...context, atMs: NOW_MS });
const edit = (documents: ConfigDocuments, rows: AccountRows, context = nobody) =>
  editDocuments(documents, rows, context);

/** The rows after changes, as storage writes them. */
function rowsAfter(rows: AccountRows, changes: RowChanges): AccountRows {
  const conversations = new Map([...rows.conversations, ...changes.conversations]);
  for (const accountId of changes.removed) conversations.delete(accountId);
  for (const [accountId, readUpToSort] of changes.readUpTo) {
    conversations.set(accountId, { ...(conversations.get(accountId) as ConversationContent), readUpToSort });
  }
  return { ...rows, profile: changes.profile ?? rows.profile, conversations };
}

function withRow(rows: AccountRows, accountId: AccountId, change: Partial<ConversationContent>): AccountRows {
  const row = rows.conversations.get(accountId) ?? emptyConversation('contact', accountId, NOW_MS);
  return { ...rows, conversations: new Map([...rows.conversations, [accountId, { ...row, ...change }]]) };
}

/** Paths of the leaves in which two documents differ. */
function differences(a: ConfigDict, b: ConfigDict, path: ConfigPath = []): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const [left, right] = [a.get(key), b.get(key)];
    if (equalValues(left, right)) return [];
    if (isConfigDict(left) && isConfigDict(right)) return differences(left, right, [...path, key]);
    return [[...path, key].map((part) => (part.length === 33 ? 'id' : part)).join('/')];
  });
}

const strange: [string, Parameters<typeof withValue>[2]][] = [
  ['Zz', 9_007_199_254_740_993n],
  ['zd', new Map([['deep', new Map([['er', utf8ToBytes('x')]])]])],
  ['zs', [1n, utf8ToBytes('two')]]
];
/** A document with things of other versions, outermost and in every entry. */
function withStrangeThings(data: ConfigDict): ConfigDict {
  let result = data;
  for (const [key, value] of strange) result = withValue(result, [key], value);
  for (const top of ['c', '1']) {
    for (const entry of dictAt(data, [top]).keys()) {
      for (const [key, value] of strange) result = withValue(result, [top, entry, key], value);
    }
  }
  return result;
}

const contacts = configVector<Record<'push' | 'push2' | 'push3', PushVector>>('contacts-sequence');
const profiles =
  configVector<Record<'push_seqno1' | 'device2_push' | 'device1_push', PushVector>>('user-profile-conflict');
const conflict = configVector<{ base_push: PushVector }>('contacts-conflict');
const volatile = configVector<{ push: PushVector }>('convo-volatile-basic');
const documents: [string, ConfigDocuments][] = [
  ['contacts 1', { contacts: messageOf(contacts.push).data }],
  ['contacts 2', { contacts: messageOf(contacts.push2).data }],
  ['contacts 3', { contacts: messageOf(contacts.push3).data }],
  ['contacts of a conflict', { contacts: messageOf(conflict.base_push).data }],
  ['profile 1', { profile: messageOf(profiles.push_seqno1).data }],
  ['profile 2', { profile: messageOf(profiles.device2_push).data }],
  ['profile 3', { profile: messageOf(profiles.device1_push).data }],
  ['read positions', { convos: messageOf(volatile.push).data }]
];
const mapped = (given: ConfigDocuments, map: (data: ConfigDict) => ConfigDict): ConfigDocuments =>
  Object.fromEntries(Object.entries(given).map(([kind, data]) => [kind, map(data as ConfigDict)]));

describe.each(documents)('%s of the reference', (_, given) => {
  const strangeOne = mapped(given, withStrangeThings);

  test('is left as it is by rows that say the same', () => {
    const rows = rowsAfter(noRows, apply({}, strangeOne));
    const again = edit(strangeOne, rows);
    for (const kind of ['profile', 'contacts', 'convos'] as const) expect(again[kind]).toBe(strangeOne[kind]);
    expect(apply(strangeOne, strangeOne, rows)).toEqual({
      profile: null,
      conversations: new Map(),
      readUpTo: new Map(),
      removed: []
    });
  });

  test('keeps every key that was not edited', () => {
    const rows = rowsAfter(noRows, apply({}, strangeOne));
    const first = [...rows.conversations.keys()].find((accountId) => accountId !== ownId);
    const renamed = {
      ...rows,
      profile: { ...rows.profile, displayName: 'Somebody else', displayNameUpdatedSeconds: 1_700_000_001 }
    };
    const edited = edit(strangeOne, first ? withRow(renamed, first, { nickname: 'Nick of today' }) : renamed);
    const changed = (['profile', 'contacts', 'convos'] as const).flatMap((kind) =>
      strangeOne[kind] ? differences(strangeOne[kind], edited[kind] as ConfigDict) : []
    );
    const wanted = strangeOne.profile ? ['n', 't'] : strangeOne.contacts && first ? ['c/id/N'] : [];
    expect(changed.sort()).toEqual(wanted);
  });
});

describe('a choice made here', () => {
  const base: ConfigDocuments = {
    profile: EMPTY_DICT,
    contacts: withStrangeThings(editContact(EMPTY_DICT, contact, { name: 'Ben', isApproved: true })),
    convos: EMPTY_DICT
  };
  const rows = rowsAfter(noRows, apply({}, base));
  const cases: [string, Partial<ConversationContent>, string[]][] = [
    ['pinning', { pinned: true }, ['c/id/+']],
    ['hiding', { hidden: true }, ['c/id/+']],
    ['blocking', { blocked: true }, ['c/id/b']],
    ['being accepted', { approvedMe: true }, ['c/id/A']],
    ['silence', { notify: 'none' }, ['c/id/@']],
    ['muting', { mutedUntilMs: NOW_MS }, ['c/id/!']],
    ['a timer', { timer: { mode: 'after-read', seconds: 60 } }, ['c/id/E', 'c/id/e']],
    ['a newer name', { name: 'Benjamin', nameUpdatedSeconds: 7 }, ['c/id/n', 'c/id/t']],
    ['a draft', { draft: 'not for others' }, []]
  ];
  test.each(cases)('%s goes to its own keys, and comes to another device', (_, change, keys) => {
    const edited = edit(base, withRow(rows, other, change));
    expect(differences(base.contacts as ConfigDict, edited.contacts as ConfigDict).sort()).toEqual(keys);
    const elsewhere = rowsAfter(rows, apply(base, edited, rows)).conversations.get(other);
    const { draft: _draft, ...shared } = change;
    expect(elsewhere).toMatchObject(shared);
    // A device that was told has nothing to say about it.
    const told = rowsAfter(rows, apply(base, edited, rows));
    expect(edit(edited, told).contacts).toBe(edited.contacts);
  });

  test('pinned further up by another app stays there', () => {
    const high = { contacts: withValue(base.contacts as ConfigDict, ['c', accountDictKey(other), '+'], 7n) };
    const shown = rowsAfter(rows, apply(base, high, rows));
    expect(shown.conversations.get(other)?.pinned).toBe(true);
    expect(edit(high, shown).contacts).toBe(high.contacts);
  });

  test('a conversation that was only looked at is not shared, one with a request is', () => {
    expect(edit(base, withRow(rows, accountIdOf(new Uint8Array(32).fill(3)), {})).contacts).toBe(
      base.contacts
    );
    const asked = accountIdOf(new Uint8Array(32).fill(3));
    const data = edit(base, withRow(rows, asked, { approvedMe: true })).contacts as ConfigDict;
    expect(readContact(data, asked)).toMatchObject({ name: '', hasApprovedUs: true, isApproved: false });
  });

  test('deleting removes contact and read position; a row that is merely missing comes back', () => {
    const read = editConvo(EMPTY_DICT, { kind: 'contact', accountId: other }, { lastReadMs: NOW_MS }, NOW_MS);
    const all = { ...base, convos: read };
    const gone = edit(all, noRows, { ...nobody, isDeleted: () => true });
    expect(readContact(gone.contacts as ConfigDict, other)).toBeNull();
    expect((gone.convos as ConfigDict).size).toBe(0);
    expect(edit(all, noRows).contacts).toBe(all.contacts);
    expect(apply(all, all, noRows).conversations.get(other)?.name).toBe('Ben');
    expect(apply(all, gone, rows).removed).toEqual([other]);
  });

  test('positions of reading move forward only, and never past now', () => {
    const convo = { kind: 'contact', accountId: other } as const;
    const readMs = NOW_MS - 5_000;
    const ahead = withRow(rows, other, { readUpToSort: sortAfterTime(readMs) });
    const edited = edit(base, ahead).convos as ConfigDict;
    expect(readConvo(edited, convo).lastReadMs).toBe(readMs);
    expect(apply(base, { convos: edited }, rows).readUpTo.get(other)).toBe(sortAfterTime(readMs));
    expect(apply(base, { convos: edited }, ahead).readUpTo.size).toBe(0);
    const future = withValue(edited, ['1', accountDictKey(other), 'r'], BigInt(NOW_MS * 2));
    expect(apply(base, { convos: future }, rows).readUpTo.get(other)).toBe(sortAfterTime(NOW_MS));
    const old = withRow(rows, other, { readUpToSort: sortAfterTime(NOW_MS - 31 * 86_400_000) });
    expect(edit(base, old).convos).toBe(base.convos);
  });

  test('of a name, made before the profile was found, outlasts the one that is found', () => {
    const stored = editUserProfile(EMPTY_DICT, { name: 'Ana of old' }, 100);
    const typed = { ...noRows, profile: { ...profile, displayName: 'Ana', displayNameUpdatedSeconds: 200 } };
    expect(rowsAfter(typed, apply({}, { profile: stored }, typed)).profile.displayName).toBe('Ana');
    expect(readUserProfile(edit({ profile: stored }, typed).profile as ConfigDict).name).toBe('Ana');
    expect(apply({}, { profile: stored }).profile).toMatchObject({
      displayName: 'Ana of old',
      displayNameUpdatedSeconds: 100
    });
    const later = editUserProfile(stored, { name: 'Ana of today' }, 300);
    expect(apply({ profile: stored }, { profile: later }, typed).profile?.displayName).toBe('Ana of today');
  });

  test('our own picture goes out once it has an address, and not over a later change', () => {
    const upload = {
      url: 'http://filev2.getsession.org/file/1',
      keyBase64: 'A'.repeat(43) + '=',
      uploadedAtMs: 0,
      renewedAtMs: 0
    };
    const own = (picture: NonNullable<ProfileContent['picture']>, seconds: number): AccountRows => ({
      ...rows,
      profile: { ...rows.profile, displayName: 'Ana', displayNameUpdatedSeconds: seconds, picture }
    });
    expect(readUserProfile(edit(base, own({ mediaId: 'm', upload: null }, 5)).profile!).picture).toBeNull();
    const data = edit(base, own({ mediaId: 'm', upload }, 5)).profile as ConfigDict;
    expect(readUserProfile(data).picture?.url).toBe(upload.url);
    const later = withValue(withValue(data, ['p'], utf8ToBytes('http://example.org/2')), ['t'], 6n);
    expect(edit({ profile: later }, own({ mediaId: 'm', upload }, 5)).profile).toBe(later);
  });

  test('our own picture of another device is awaited, told on, and goes when it was removed there', () => {
    const at = (url: string, seconds: bigint) => {
      const key = withValue(base.profile ?? EMPTY_DICT, ['q'], new Uint8Array(32).fill(7));
      return withValue(withValue(key, ['p'], utf8ToBytes(url)), ['t'], seconds);
    };
    const url = 'http://filev2.getsession.org/file/1';
    const found = rowsAfter(rows, apply({}, { profile: at(url, 6n) }));
    expect(found.profile.awaitedPicture?.url).toBe(url);
    // A name chosen later carries the picture that is awaited, not the one that is still shown.
    const upload = { url: `${url}0`, keyBase64: `${'A'.repeat(43)}=`, uploadedAtMs: 0, renewedAtMs: 0 };
    const renamed = {
      ...found,
      profile: {
        ...found.profile,
        picture: { mediaId: 'old', upload },
        displayName: 'Anna',
        displayNameUpdatedSeconds: 9
      }
    };
    expect(readUserProfile(edit({ profile: at(url, 6n) }, renamed).profile as ConfigDict).picture?.url).toBe(
      url
    );
    // What was chosen here and waits for its upload is the later choice.
    const chosen = { ...rows, profile: { ...rows.profile, picture: { mediaId: 'm', upload: null } } };
    expect(apply({}, { profile: at(url, 6n) }, chosen).profile).not.toHaveProperty('awaitedPicture');
    // An older one does not come back, nor one at an address that is none.
    expect(apply({ profile: at(url, 6n) }, { profile: at(`${url}2`, 7n) }, renamed).profile).toBeNull();
    expect(apply({}, { profile: at('http://example.org/2', 6n) }).profile ?? {}).not.toHaveProperty(
      'awaitedPicture'
    );
    const without = withValue(base.profile ?? EMPTY_DICT, ['t'], 10n);
    expect(apply({ profile: at(url, 6n) }, { profile: without }, renamed).profile).toMatchObject({
      picture: null,
      awaitedPicture: null
    });
  });
});

describe('a document that means harm', () => {
  test('does not make us a contact, nor entries of other lengths', () => {
    const ownEntry = withValue(EMPTY_DICT, ['c', accountDictKey(ownId), 'n'], utf8ToBytes('me'));
    const data = withValue(ownEntry, ['c', 'short', 'n'], utf8ToBytes('x'));
    expect(apply({}, { contacts: data }).conversations.size).toBe(0);
    expect(edit({ contacts: data }, noRows).contacts).toBe(data);
  });

  test('shows no more than a name may hold, and no invisible ones', () => {
    const long = editContact(EMPTY_DICT, contact, { isApproved: true });
    const key = ['c', accountDictKey(other)];
    const data = withValue(
      withValue(long, [...key, 'n'], utf8ToBytes('€'.repeat(5_000))),
      [...key, 'N'],
      utf8ToBytes('\u200b \u2060')
    );
    const row = apply({}, { contacts: data }).conversations.get(other);
    expect(row?.name).toBe('€'.repeat(33));
    expect(row?.nickname ?? null).toBeNull();
    const rows = rowsAfter(noRows, apply({}, { contacts: data }));
    expect(edit({ contacts: data }, rows).contacts).toBe(data);
  });

  test('with fields of other kinds reads as if they were not there, and they stay', () => {
    let data = editContact(EMPTY_DICT, contact, { name: 'Ben' });
    for (const field of ['a', 'b', '+', 'e', 'E', '!', 't', 'j'])
      data = withValue(data, ['c', accountDictKey(other), field], utf8ToBytes('?'));
    const rows = rowsAfter(noRows, apply({}, { contacts: data }));
    expect(rows.conversations.get(other)).toMatchObject({ approved: false, pinned: false, name: 'Ben' });
    expect(edit({ contacts: data }, rows).contacts).toBe(data);
    expect(valueAt(data, ['c', accountDictKey(other), 'a'])).toEqual(utf8ToBytes('?'));
  });

  test('with an address that is none leaves the picture that is known', () => {
    const picture = { url: 'http://example.org/file/7', keyBase64: 'A'.repeat(43) + '=', mediaId: 'm' };
    const rows = withRow(noRows, other, { name: 'Ben', picture });
    const data = editContact(EMPTY_DICT, contact, {
      name: 'Ben',
      picture: { url: 'javascript:alert(1)', key: new Uint8Array(32) },
      profileUpdatedAtSeconds: 9
    });
    expect(apply({}, { contacts: data }, rows).conversations.get(other)?.picture).toEqual(picture);
  });
});
