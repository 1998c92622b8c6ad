// Linking a device of an account with another one, as two people with both screens before them do it.
import { loadDevices, type DevicesView } from '../../src/lib/storage/index.ts';
import { eventually, type TestPage, type TestTab } from './engine-device.ts';

const WAIT_MS = 60_000;

interface Screen {
  readonly tab: TestTab;
  readonly page: TestPage;
}

/** Waits until the row of devices is as `check` wants it. */
export function seenDevices(
  what: string,
  { page }: Screen,
  check: (shown: DevicesView) => unknown
): Promise<DevicesView> {
  return eventually(
    what,
    async () => {
      const shown = await loadDevices(page.db, page.rowKey);
      return shown && check(shown) ? shown : null;
    },
    WAIT_MS
  );
}

/** Takes `second` into the group of `first`; ends when both see both. */
export async function linkDevice(first: Screen, second: Screen): Promise<void> {
  const order = ({ tab }: Screen) => tab.engine.messenger().orderDevices;
  await seenDevices('a group', second, ({ status }) => status === 'visible');
  order(second)({ action: 'link' });
  const { link } = await seenDevices('the own request', second, (shown) => shown.link !== null);
  const asked = await seenDevices('the request', first, ({ requests }) =>
    requests.some(({ symbols }) => symbols.join() === link?.symbols.join())
  );
  const request = asked.requests.find(({ symbols }) => symbols.join() === link?.symbols.join());
  const count = asked.devices.length + 1;
  order(first)({ action: 'accept', requestId: request?.id ?? '' });
  order(second)({ action: 'confirm-link' });
  for (const person of [first, second]) {
    await seenDevices(`${count} devices`, person, ({ devices }) => devices.length === count);
  }
}
