// One wake-up without a page: what it may do, and what it may not.
import { describe, expect, test } from 'vitest';
import {
  createCryptoBackend,
  decodeRecoveryPassword,
  deriveIdentity
} from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { sealContentFor } from '../../../src/lib/messenger/build-message.ts';
import { createAnnouncedStore } from '../../../src/lib/messenger/hfs-announced.ts';
import { NO_DEVICES } from '../../../src/lib/messenger/hfs-device-view.ts';
import { runWakeUp, type Arrived } from '../../../src/lib/messenger/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  loadDevices,
  openProfile,
  raiseEpoch,
  updateDevicesContent
} from '../../../src/lib/storage/index.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  sendText
} from '../../support/engine-device.ts';
import { createChannelHub, createFakeNetwork, type FakeNetwork } from '../../support/engine-fakes.ts';
import { textContent } from '../../support/text-content.ts';

const crypto = await createCryptoBackend();
const clock = createQuickClock();
const STRANGER_ID = deriveIdentity(new Uint8Array(16).fill(3)).accountId;

async function person(network: FakeNetwork, name: string) {
  const browser = await createBrowser({ clock, crypto, createFloors: () => network.floors() });
  const tab = browser.openTab();
  const page = openPage(browser, await tab.engine.create(name));
  await eventually('leads', () => tab.isLeader());
  return { browser, tab, page };
}
type Person = Awaited<ReturnType<typeof person>>;

async function wake(
  { browser }: Person,
  network: FakeNetwork,
  cause: 'sync' | 'periodicsync',
  options: { isConnected?: boolean; hub?: ReturnType<typeof createChannelHub> } = {}
) {
  const arrived: Arrived[] = [];
  const floors = network.floors();
  floors.setConnected(options.isConnected ?? true);
  const hub = options.hub ?? createChannelHub();
  const result = await runWakeUp(
    {
      environment: browser.storage.environment,
      crypto,
      fetchNetwork: async () => browser.network,
      createFloors: () => floors,
      locks: browser.locks,
      openChannel: (name) => hub.open(name),
      notify: async (news) => void arrived.push(news),
      clock,
      random: systemRandom,
      log: silentLog
    },
    cause
  );
  return { result, arrived };
}
/** As if the account had told of its keys so long ago. */
async function announcedFor({ browser, page }: Person, ms: number): Promise<void> {
  const store = await openProfile(browser.storage.environment, page.db.name.replace('onionskin-', ''));
  await raiseEpoch(store);
  await updateDevicesContent(store, () => NO_DEVICES);
  const sinceSeconds = Math.floor((clock.now() - ms) / 1000);
  const state = { current: async () => null, change: async () => null, onChange: () => () => {} } as never;
  await createAnnouncedStore(store, state).keep({
    announcement: Uint8Array.of(1),
    keyId: new Uint8Array(8),
    continuityPublicKey: new Uint8Array(32),
    seed: new Uint8Array(32).fill(1),
    createdSeconds: sinceSeconds,
    publishedSeconds: sinceSeconds,
    retentionDays: 16,
    sinceSeconds
  });
  store.db.close();
}
const logOf = async ({ browser }: Person) =>
  (await browser.storage.environment.list.wakeUps.toArray()).map(({ cause, result }) => [cause, result]);

describe('a wake-up with no tab open', () => {
  test('polls once, shows what came when a page opens next, and tells whom to notify', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    await ana.tab.close();
    await sendText(ben.tab, ana.page.accountId, 'are you there?');
    // The message, and its copy for Ben's other devices.
    await eventually('sent', () => network.storeCount === 2);
    const before = network.storeCount;
    const { result, arrived } = await wake(ana, network, 'periodicsync');
    expect(result).toBe('checked');
    expect(arrived.flatMap(({ messages }) => messages)).toHaveLength(1);
    expect(await ana.page.texts(ben.page.accountId)).toEqual(['are you there?']);
    // Nothing of ours leaves: no document, no receipt, no message.
    expect(network.storeCount).toBe(before);
    expect((await wake(ana, network, 'periodicsync')).arrived).toEqual([]);
    expect(await logOf(ana)).toEqual([
      ['periodicsync', 'checked'],
      ['periodicsync', 'checked']
    ]);
  });

  test('tells of an app that is none of the account’s devices, which the next page would find nowhere', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const words = (await ana.tab.engine.revealPhrase()).words.join(' ');
    const identity = deriveIdentity(decodeRecoveryPassword(words));
    await ana.tab.close();
    await announcedFor(ana, 2 * 3_600_000);
    const alarm = async () => (await loadDevices(ana.page.db, ana.page.rowKey))?.alarm;
    const leave = async (text: string, isHybrid: boolean) => {
      const timestampMs = clock.now();
      const content = textContent({ text, timestampMs, syncTarget: STRANGER_ID });
      const to = isHybrid ? STRANGER_ID : identity.accountId;
      const sealed = await sealContentFor(crypto, identity, to, { content, timestampMs });
      network.deposit(identity.accountId, sealed);
      return wake(ana, network, 'periodicsync');
    };
    // Sealed for somebody else it says nothing of us.
    await leave('for another', true);
    expect(await alarm()).toBeNull();
    await leave('as an app without forward secrecy sends it', false);
    expect(await alarm()).toBe('other-app');
  });

  test('sends what waits, once', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    network.beforeStore = () => {
      throw new DOMException('no way', 'NetworkError');
    };
    await sendText(ana.tab, ben.page.accountId, 'one');
    await sendText(ana.tab, ben.page.accountId, 'two');
    await ana.tab.close();
    network.beforeStore = null;
    expect((await wake(ana, network, 'sync')).result).toBe('sent');
    await eventually('two messages', async () => (await ben.page.texts(ana.page.accountId)).length === 2);
    expect(await ben.page.texts(ana.page.accountId)).toEqual(['one', 'two']);
    expect((await ana.page.messages(ben.page.accountId)).map(({ state }) => state)).toEqual(['sent', 'sent']);
    expect(network.stored(ben.page.accountId)).toHaveLength(2);
  });

  test('gives up after its time and says that messages are left', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const ben = await person(network, 'Ben');
    network.beforeStore = () => {
      throw new DOMException('no way', 'NetworkError');
    };
    await sendText(ana.tab, ben.page.accountId, 'one');
    await ana.tab.close();
    expect((await wake(ana, network, 'sync')).result).toBe('unsent');
    expect((await wake(ana, network, 'periodicsync', { isConnected: false })).result).toBe('timeout');
    // Whoever comes next may lead at once.
    const tab = ana.browser.openTab();
    await tab.engine.open();
    await eventually('leads', () => tab.isLeader());
  });

  test('makes way for a tab that opens meanwhile', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const { profileId } = (await ana.tab.engine.open()) as { profileId: string };
    await ana.tab.close();
    const hub = createChannelHub();
    const running = wake(ana, network, 'periodicsync', { isConnected: false, hub });
    const tab = hub.open(`onionskin/${profileId}`);
    const greeting = setInterval(() => tab.post({ kind: 'hello' }), 5);
    expect((await running).result).toBe('tab-open');
    clearInterval(greeting);
  });
});

describe('a wake-up that has nothing to do', () => {
  test('leaves everything to a tab that leads', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    const epoch = await ana.page.db.epoch.toArray();
    expect((await wake(ana, network, 'periodicsync')).result).toBe('tab-open');
    expect(await ana.page.db.epoch.toArray()).toEqual(epoch);
  });

  test('says that a vault is locked and touches nothing', async () => {
    const network = createFakeNetwork(clock);
    const ana = await person(network, 'Ana');
    await ana.tab.close();
    const { list } = ana.browser.storage.environment;
    const keys = await list.keys.toArray();
    await list.keys.clear();
    const epoch = await ana.page.db.epoch.toArray();
    const { result } = await wake(ana, network, 'periodicsync');
    expect(['locked', 'key-missing']).toContain(result);
    expect(await ana.page.db.epoch.toArray()).toEqual(epoch);
    await list.keys.bulkPut(keys);
    expect((await wake(ana, network, 'periodicsync')).result).toBe('checked');
  });

  test('is written down without a profile too, and the log keeps a hundred', async () => {
    const network = createFakeNetwork(clock);
    const browser = await createBrowser({ clock, crypto, createFloors: () => network.floors() });
    const nobody = { browser } as Person;
    for (let count = 0; count < 102; count++) await wake(nobody, network, 'sync');
    const log = await logOf(nobody);
    expect(log).toHaveLength(100);
    expect(new Set(log.map(([, result]) => result))).toEqual(new Set(['no-profile']));
  });
});
