// Devices of one account over the embedded network: one is taken in, one is removed, and each has the keys it should have
// (v2-forward-secrecy-and-pq.md §11, §12).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDevices, type DevicesView } from '../../../src/lib/storage/index.ts';
import type { DeviceOrder } from '../../../src/lib/messenger/hfs-group-orders.ts';
import { createQuickClock, eventually } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';

const WAIT_MS = 60_000;
const clock = createQuickClock(6);

let network: TestNetwork;
let first: Person;
let second: Person;
let words: string[];

const view = ({ page }: Person) => loadDevices(page.db, page.rowKey);
const order = (person: Person, wanted: DeviceOrder) => person.tab.engine.messenger().orderDevices(wanted);
const seen = (what: string, person: Person, check: (shown: DevicesView) => unknown) =>
  eventually(
    what,
    async () => {
      const shown = await view(person);
      return shown && check(shown) ? shown : null;
    },
    WAIT_MS
  );
const stored = () =>
  network.net.stored(first.page.accountId).filter(({ namespace }) => namespace === 41).length;
const notices = async ({ page }: Person) =>
  (await page.timeline(page.accountId)).flatMap(({ notice }) =>
    notice?.type === 'device' ? [notice.change] : []
  );

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  first = await network.person('Ana', clock);
  ({ words } = await first.tab.engine.revealPhrase());
}, 60_000);
afterAll(() => network.close());

describe('devices of one account', () => {
  test('a new account founds its group', async () => {
    const shown = await seen('a group of one', first, ({ status }) => status === 'member');
    expect(shown.devices).toMatchObject([{ isThis: true }]);
    await eventually('it is stored', () => stored() > 0, WAIT_MS);
  });

  test('a restored one founds none, and says that it can be linked', async () => {
    second = await network.restored(words, clock);
    const shown = await seen('the group of others', second, ({ status }) => status === 'visible');
    expect(shown).toMatchObject({ hasGroup: true, devices: [], link: null });
  });

  test('both show the same symbols, and the new device has a place once both persons agreed', async () => {
    order(second, { action: 'link' });
    const asking = await seen('its own request', second, ({ link }) => link !== null);
    const asked = await seen('the request of the other', first, ({ requests }) => requests.length > 0);
    expect(asked.requests[0]?.symbols).toEqual(asking.link?.symbols);
    order(first, { action: 'accept', requestId: asked.requests[0]?.id ?? '' });
    await seen('that it was let in', second, ({ link }) => link?.isAdmitted === true);
    order(second, { action: 'confirm-link' });
    for (const device of [first, second]) {
      const { devices } = await seen('two devices', device, (shown) => shown.devices.length === 2);
      expect(devices.filter(({ isThis }) => isThis)).toHaveLength(1);
    }
    const symbols = await Promise.all(
      [first, second].map(async (device) => (await view(device))?.groupSymbols)
    );
    expect(symbols[0]).toHaveLength(4);
    expect(symbols[1]).toEqual(symbols[0]);
    await eventually('a line on each', async () => (await notices(second)).includes('linked'), WAIT_MS);
    expect(await notices(first)).toEqual(['added']);
  });

  test('a removed one learns that it is', async () => {
    const other = (await view(first))?.devices.find(({ isThis }) => !isThis);
    order(first, { action: 'remove', deviceId: other?.id ?? '' });
    await seen('one device', first, ({ devices }) => devices.length === 1);
    await seen('that it was removed', second, ({ status }) => status === 'removed');
    expect(await notices(first)).toEqual(['added', 'removed']);
  });

  test('and comes back as a new one, and leaves by itself', async () => {
    order(second, { action: 'link' });
    await seen('its own request', second, ({ link }) => link !== null);
    const { requests } = await seen('the request', first, (shown) => shown.requests.length > 0);
    order(first, { action: 'accept', requestId: requests[0]?.id ?? '' });
    order(second, { action: 'confirm-link' });
    await seen('a place', second, ({ status }) => status === 'member');
    order(second, { action: 'leave' });
    await seen('that it left', second, ({ status }) => status === 'visible');
    await seen('one device', first, ({ devices }) => devices.length === 1);
  });
});
