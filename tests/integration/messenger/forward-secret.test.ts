// Forward-secret messages between engines over the embedded network (v2-forward-secrecy-and-pq.md §9, §10, §14, §16).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { loadMeta, type ProfileStore } from '../../../src/lib/storage/index.ts';
import { OWN_PROFILE } from '../../../src/lib/hfs/index.ts';
import { eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import { createQuickClock } from '../../support/engine-device.ts';

const WAIT_MS = 30_000;
const clock = createQuickClock(6);

let network: TestNetwork;
let ana: Person;
let ben: Person;

const commands = (person: Person) => person.tab.engine.messenger();
const storedIn = (person: Person, namespace: number) =>
  network.net.stored(person.page.accountId).filter((item) => item.namespace === namespace);
const formats = (person: Person) =>
  storedIn(person, 0).map(({ data }) => (data[0] === 0 && data[1] === 2 ? 'hybrid' : 'classic'));
const announced = (person: Person) =>
  eventually(
    'an announcement',
    () => storedIn(person, OWN_PROFILE.announcementNamespace).length === 1,
    WAIT_MS
  );

async function conversationWith(person: Person, accountId: AccountId) {
  const found = (await person.page.conversations()).find((item) => item.accountId === accountId);
  if (!found) throw new Error('no such conversation');
  return found;
}

async function received(person: Person, from: Person, text: string): Promise<void> {
  await eventually(
    `“${text}” arrives`,
    async () => (await person.page.texts(from.page.accountId)).includes(text),
    WAIT_MS
  );
}

const protections = async (person: Person, other: Person) =>
  (await person.page.messages(other.page.accountId)).map(({ text, protection }) => [text, protection]);

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  [ana, ben] = await Promise.all([network.person('Ana', clock), network.person('Ben', clock)]);
}, 60_000);
afterAll(() => network.close());

describe('two new accounts', () => {
  test('announce one key each, once their group holds it', async () => {
    await Promise.all([announced(ana), announced(ben)]);
    expect(storedIn(ana, OWN_PROFILE.groupNamespace).length).toBeGreaterThan(0);
  });

  test('write forward secret and post-quantum from the first message on, in both directions', async () => {
    await sendText(ana.tab, ben.page.accountId, 'Hello Ben');
    await received(ben, ana, 'Hello Ben');
    await commands(ben).acceptRequest((await conversationWith(ben, ana.page.accountId)).id);
    await sendText(ben.tab, ana.page.accountId, 'Hello Ana');
    await received(ana, ben, 'Hello Ana');
    expect(new Set(formats(ana))).toEqual(new Set(['hybrid']));
    expect(new Set(formats(ben))).toEqual(new Set(['hybrid']));
    expect(await protections(ana, ben)).toEqual([
      ['Hello Ben', 'hybrid'],
      ['Hello Ana', 'hybrid']
    ]);
    const line = await conversationWith(ana, ben.page.accountId);
    expect([line.protectedIn, line.protectedOut]).toEqual(['hybrid', 'hybrid']);
  });
});

describe('a contact whose client knows nothing of it', () => {
  let cleo: Person;

  test('A20: never gets such a message, and reads what it gets', async () => {
    cleo = await network.person('Cleo', clock, { isClassic: true });
    await sendText(cleo.tab, ana.page.accountId, 'Hello from Cleo');
    await received(ana, cleo, 'Hello from Cleo');
    await commands(ana).acceptRequest((await conversationWith(ana, cleo.page.accountId)).id);
    await sendText(ana.tab, cleo.page.accountId, 'Hello Cleo');
    await received(cleo, ana, 'Hello Cleo');
    expect(formats(cleo)).not.toContain('hybrid');
    expect(formats(cleo)).toContain('classic');
    const line = await conversationWith(ana, cleo.page.accountId);
    expect([line.protectedIn, line.protectedOut]).toEqual(['classic', 'classic']);
  });

  test('gets them once it announces keys, and the other says so when it withdraws them', async () => {
    await setMode(cleo, true);
    await announced(cleo);
    await sendText(cleo.tab, ana.page.accountId, 'I can do it now');
    await received(ana, cleo, 'I can do it now');
    await sendText(ana.tab, cleo.page.accountId, 'So can I');
    await received(cleo, ana, 'So can I');
    expect(formats(cleo)).toContain('hybrid');
    const before = formats(cleo).filter((format) => format === 'hybrid').length;
    await setMode(cleo, false);
    const size = () => storedIn(cleo, OWN_PROFILE.announcementNamespace)[0]?.data.length ?? 0;
    await eventually('the withdrawal', () => size() > 0 && size() < 1_000, WAIT_MS);
    await sendText(cleo.tab, ana.page.accountId, 'Not any more');
    await received(ana, cleo, 'Not any more');
    const notices = (await ana.page.timeline(cleo.page.accountId)).flatMap(({ notice }) =>
      notice?.type === 'protection' ? [notice.change] : []
    );
    expect(notices).toContain('dropped');
    expect(before).toBeGreaterThan(0);
  });
});

async function setMode(person: Person, forwardSecrecy: boolean): Promise<void> {
  await commands(person).changeSettings({ forwardSecrecy });
  const store = { db: person.page.db, keys: { rows: person.page.rowKey } } as ProfileStore;
  expect((await loadMeta(store, 'settings'))?.content.forwardSecrecy).toBe(forwardSecrecy);
}
