// Devices of one account over the embedded network: what is decided on one shows on the others (config-sync.md §5, §6).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { base64ToBytes, bytesToHex } from '../../../src/lib/bytes/index.ts';
import { configStatus, decodeConfigState } from '../../../src/lib/config/index.ts';
import { CONFIG_ROW_NAMES } from '../../../src/lib/messenger/config-states.ts';
import {
  loadBlocked,
  loadMeta,
  loadProfile,
  type ConversationView,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { eventually, sendText } from '../../support/engine-device.ts';
import { createLeapClock } from '../../support/leap-clock.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';

const WAIT_MS = 30_000;
/** Polls every half second or so of real time. */
const clock = createLeapClock(6);

let network: TestNetwork;
let ana: Person;
let words: string[];
let friends: Person[];
let ids: AccountId[];

beforeAll(async () => {
  network = await createTestNetwork({ clock, isClassic: true });
  [ana, ...friends] = (await Promise.all(
    ['Ana', 'Ben', 'Chi', 'Dev'].map((name) => network.person(name, clock))
  )) as [Person, ...Person[]];
  ids = friends.map(({ page }) => page.accountId);
  words = (await ana.tab.engine.revealPhrase()).words;
}, 60_000);
afterAll(() => network.close());

const commands = (person: Person) => person.tab.engine.messenger();

const profileName = async ({ page }: Person) => (await loadProfile(page.db, page.rowKey))?.displayName;

/** Those of the list, message requests, and blocked ones, which are in neither list while they are requests. */
async function allConversations({ page }: Person): Promise<ConversationView[]> {
  const shown = [...(await page.conversations()), ...(await loadBlocked(page.db, page.rowKey))];
  return [...new Map(shown.map((conversation) => [conversation.id, conversation])).values()];
}

async function conversationId(person: Person, accountId: AccountId): Promise<string> {
  const found = (await allConversations(person)).find((item) => item.accountId === accountId);
  if (!found) throw new Error('no such conversation');
  return found.id;
}

/** Everything of the lists that devices have in common. */
async function screen(person: Person) {
  const conversations = await allConversations(person);
  return {
    name: await profileName(person),
    conversations: conversations
      .map(({ accountId, name, nickname, pinned, blocked, request, markedUnread, unread, timer }) => ({
        ...{ accountId, name, nickname, pinned, blocked, request, markedUnread, timer },
        // A device that learns of a block first never sees what came before it.
        unread: accountId === ids[0] ? unread : null
      }))
      .sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
  };
}

async function sameScreens(people: readonly Person[]): Promise<Awaited<ReturnType<typeof screen>>> {
  const shown = await Promise.all(people.map(screen));
  for (const other of shown.slice(1)) expect(other).toEqual(shown[0]);
  return shown[0] as Awaited<ReturnType<typeof screen>>;
}

/** Waits until all show the same, and that is what `check` wants. */
async function converged(
  what: string,
  people: readonly Person[],
  check: (shown: Awaited<ReturnType<typeof screen>>) => boolean
): Promise<void> {
  let last = '';
  try {
    await eventually(
      what,
      async () => {
        const shown = await Promise.all(people.map(screen));
        last = JSON.stringify(shown, null, 1);
        return shown.every((one) => JSON.stringify(one) === JSON.stringify(shown[0]) && check(one));
      },
      WAIT_MS
    );
  } catch (error) {
    throw new Error(`${String(error)}\n${last}`, { cause: error });
  }
}

/** The bytes of every document a device holds, by row; those with something left to store say so. */
async function documents({ page }: Person): Promise<Record<string, string>> {
  const entries = await Promise.all(
    CONFIG_ROW_NAMES.map(async (name) => {
      const held = await loadMeta({ db: page.db, keys: { rows: page.rowKey } } as ProfileStore, name);
      if (!held) return [name, 'none'];
      const state = decodeConfigState(base64ToBytes(held.content.stateBase64));
      const bytes = bytesToHex(state.base.bytes);
      return [name, configStatus(state) === 'clean' ? bytes : `${configStatus(state)} ${bytes}`];
    })
  );
  return Object.fromEntries(entries);
}

describe('devices of one account', () => {
  let second: Person;
  let third: Person;
  const all = () => [ana, second, third];
  const setOnline = (person: Person, online: boolean) =>
    commands(person).setActivity({ visible: true, active: true, online });

  test('bring name and contacts to a restored device within 15 seconds of its clock', async () => {
    for (const friend of friends) await sendText(friend.tab, ana.page.accountId, 'Hello Ana');
    await eventually('three requests', async () => (await ana.page.conversations()).length === 3, WAIT_MS);
    await commands(ana).acceptRequest(await conversationId(ana, ids[0]!));
    await commands(ana).setNickname(await conversationId(ana, ids[0]!), 'Benny');
    await commands(ana).block(await conversationId(ana, ids[2]!), true);
    await eventually(
      'contacts are stored',
      () => network.net.stored(ana.page.accountId).some(({ namespace }) => namespace === 3),
      WAIT_MS
    );
    const startMs = clock.now();
    second = await network.restored(words, clock);
    await eventually('the name', async () => (await profileName(second)) === 'Ana', WAIT_MS);
    expect(clock.now() - startMs).toBeLessThan(15_000);
    third = await network.restored(words, clock);
    await converged('the first screens', all(), ({ name, conversations }) => {
      const ben = conversations.find(({ accountId }) => accountId === ids[0]);
      const dev = conversations.find(({ accountId }) => accountId === ids[2]);
      return name === 'Ana' && ben?.nickname === 'Benny' && ben.name === 'Ben' && dev?.blocked === true;
    });
  });

  test('edit at the same time and show the same afterwards', async () => {
    const [ben, chi] = ids as [AccountId, AccountId];
    await Promise.all([
      commands(ana).rename('Ana One'),
      conversationId(second, ben).then((id) => commands(second).pin(id, true)),
      conversationId(third, chi).then((id) => commands(third).acceptRequest(id)),
      conversationId(third, ben).then((id) => commands(third).setNickname(id, 'Benjamin')),
      conversationId(second, chi).then((id) => commands(second).markUnread(id)),
      conversationId(ana, ben).then((id) => commands(ana).setTimer(id, 'after-send', 3600))
    ]);
    await converged('all edits', all(), ({ name, conversations }) => {
      const one = conversations.find(({ accountId }) => accountId === ben);
      const other = conversations.find(({ accountId }) => accountId === chi);
      return (
        name === 'Ana One' &&
        one?.pinned === true &&
        one.nickname === 'Benjamin' &&
        one.timer.seconds === 3600 &&
        other?.request === 'none' &&
        other.markedUnread
      );
    });
  });

  test('carry read positions from one to the others', async () => {
    const [ben] = ids as [AccountId];
    await sendText(friends[0]!.tab, ana.page.accountId, 'Are you there?');
    await converged('unread everywhere', all(), ({ conversations }) =>
      conversations.some(({ accountId, unread }) => accountId === ben && (unread ?? 0) >= 2)
    );
    await commands(second).markRead(await conversationId(second, ben), Number.MAX_SAFE_INTEGER);
    await converged('read everywhere', all(), ({ conversations }) =>
      conversations.some(({ accountId, unread }) => accountId === ben && unread === 0)
    );
  });

  test('edit away from the network and agree once they are back', async () => {
    const [ben, chi, dev] = ids as [AccountId, AccountId, AccountId];
    for (const device of all()) setOnline(device, false);
    await commands(ana).setNickname(await conversationId(ana, chi), 'Chi-chi');
    await commands(second).rename('Ana Two');
    await commands(second).block(await conversationId(second, dev), false);
    await commands(third).pin(await conversationId(third, ben), false);
    await commands(third).block(await conversationId(third, chi), true);
    for (const device of all()) setOnline(device, true);
    await converged('all edits', all(), ({ name, conversations }) => {
      const [one, two, three] = [ben, chi, dev].map((id) =>
        conversations.find((item) => item.accountId === id)
      );
      return (
        name === 'Ana Two' &&
        one?.pinned === false &&
        two?.nickname === 'Chi-chi' &&
        two.blocked &&
        three?.blocked === false
      );
    });
  });

  test('show the same on a fourth, restored from the words', async () => {
    const fourth = await network.restored(words, clock);
    await converged('four screens', [...all(), fourth], () => true);
    const { name, conversations } = await sameScreens([ana, fourth]);
    expect(name).toBe('Ana Two');
    expect(conversations).toHaveLength(3);
  });

  test('delete a contact on all, and do not bring it back when restored', async () => {
    const [, , dev] = ids as [AccountId, AccountId, AccountId];
    // What was written just before may still be shown (accounts-and-messages.md §3.4 step 10).
    clock.leap(150_000);
    await commands(ana).deleteConversation(await conversationId(ana, dev));
    await converged('gone', all(), ({ conversations }) => conversations.length === 2);
    const fifth = await network.restored(words, clock);
    await converged('not back', [...all(), fifth], ({ conversations }) => conversations.length === 2);
  });

  test('come to rest: nothing is stored any more once all agree', async () => {
    const versions = () =>
      network.net
        .stored(ana.page.accountId)
        .filter(({ namespace }) => namespace !== 0)
        .map(({ hash }) => hash)
        .sort();
    let before = versions();
    let since = clock.now();
    await eventually(
      'thirty quiet seconds',
      () => {
        const now = versions();
        if (JSON.stringify(now) !== JSON.stringify(before)) {
          before = now;
          since = clock.now();
        }
        return clock.now() - since > 30_000;
      },
      WAIT_MS
    );
    const [first, ...others] = await Promise.all(all().map(documents));
    for (const other of others) expect(other).toEqual(first);
    expect(first?.['config-contacts']).toMatch(/^[0-9a-f]{200,}$/);
    expect(first?.['config-user-profile']).toMatch(/^[0-9a-f]{50,}$/);
    // A store that came late may have left an earlier version: the next one takes it away.
    await commands(ana).rename('Ana Three');
    await commands(ana).setNickname(await conversationId(ana, ids[0]!), 'Benno');
    const hashesOf = (namespace: number) =>
      network.net
        .stored(ana.page.accountId)
        .flatMap((item) => (item.namespace === namespace ? [item.hash] : []));
    await eventually(
      'one version of each',
      () =>
        [2, 3].every((namespace) => {
          const hashes = hashesOf(namespace);
          return hashes.length === 1 && !before.includes(hashes[0]!);
        }),
      WAIT_MS
    );
  });
});
