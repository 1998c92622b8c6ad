// What the devices of an account read of forward-secret messages: before one is linked, while it is, and after it was removed
// (v2-forward-secrecy-and-pq.md §12, §23 A6).
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeviceOrder } from '../../../src/lib/messenger/hfs-group-orders.ts';
import { loadDevices, type DevicesView } from '../../../src/lib/storage/index.ts';
import { createQuickClock, eventually, sendText } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';

const WAIT_MS = 60_000;
const clock = createQuickClock(6);

let network: TestNetwork;
let first: Person;
let second: Person;
let ben: Person;
let cleo: Person;

const commands = (person: Person) => person.tab.engine.messenger();
const order = (person: Person, wanted: DeviceOrder) => commands(person).orderDevices(wanted);
const seen = (what: string, person: Person, check: (shown: DevicesView) => unknown) =>
  eventually(
    what,
    async () => {
      const shown = await loadDevices(person.page.db, person.page.rowKey);
      return shown && check(shown) ? shown : null;
    },
    WAIT_MS
  );
const reads = (person: Person, other: Person, text: string) =>
  eventually(
    `“${text}” can be read`,
    async () => (await person.page.texts(other.page.accountId)).includes(text),
    WAIT_MS
  );
const lastFormat = (person: Person) => {
  const data = network.net.stored(person.page.accountId).findLast(({ namespace }) => namespace === 0)?.data;
  return data?.[0] === 0 && data[1] === 2 ? 'hybrid' : 'classic';
};

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  [first, ben, cleo] = await Promise.all([
    network.person('Ana', clock),
    network.person('Ben', clock),
    network.person('Cleo', clock, { isClassic: true })
  ]);
  const announced = (person: Person) =>
    network.net.stored(person.page.accountId).some(({ namespace }) => namespace === -41);
  await eventually('both announce keys', () => announced(first) && announced(ben), WAIT_MS);
}, 120_000);
afterAll(() => network.close());

test('a device that is not linked keeps what it cannot read, and reads it once it is', async () => {
  await sendText(ben.tab, first.page.accountId, 'Hello Ana');
  await reads(first, ben, 'Hello Ana');
  expect(lastFormat(first)).toBe('hybrid');
  second = await network.restored((await first.tab.engine.revealPhrase()).words, clock);
  await seen('that there is a group', second, ({ status }) => status === 'visible');
  await sendText(cleo.tab, first.page.accountId, 'A classic letter');
  await reads(second, cleo, 'A classic letter');
  expect(await second.page.texts(ben.page.accountId)).toEqual([]);

  order(second, { action: 'link' });
  const asking = await seen('its request', second, ({ link }) => link !== null);
  const { requests } = await seen('the request', first, (shown) => shown.requests.length > 0);
  expect(requests[0]?.symbols).toEqual(asking.link?.symbols);
  order(first, { action: 'accept', requestId: requests[0]?.id ?? '' });
  order(second, { action: 'confirm-link' });
  await seen('two devices', second, ({ devices }) => devices.length === 2);
  await reads(second, ben, 'Hello Ana');
});

test('linked devices both read what comes, and the copies of what each sends', async () => {
  await sendText(ben.tab, first.page.accountId, 'To both');
  await Promise.all([reads(first, ben, 'To both'), reads(second, ben, 'To both')]);
  await sendText(first.tab, ben.page.accountId, 'From the first');
  await Promise.all([reads(ben, first, 'From the first'), reads(second, ben, 'From the first')]);
  await sendText(second.tab, ben.page.accountId, 'From the second');
  await Promise.all([reads(ben, first, 'From the second'), reads(first, ben, 'From the second')]);
  expect(lastFormat(ben)).toBe('hybrid');
});

test('A6: a removed device reads nothing sent after it learnt of it', async () => {
  const other = (await loadDevices(first.page.db, first.page.rowKey))?.devices.find(({ isThis }) => !isThis);
  order(first, { action: 'remove', deviceId: other?.id ?? '' });
  await seen('that it was removed', second, ({ status }) => status === 'removed');
  await sendText(ben.tab, first.page.accountId, 'After the removal');
  await reads(first, ben, 'After the removal');
  // Stored after it and read: so the removed one has seen the other message too.
  await sendText(cleo.tab, first.page.accountId, 'Another classic letter');
  await reads(second, cleo, 'Another classic letter');
  expect(await second.page.texts(ben.page.accountId)).toContain('To both');
  expect(await second.page.texts(ben.page.accountId)).not.toContain('After the removal');
});
