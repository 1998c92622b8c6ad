// An app that is in no group of the account and stores its settings, as devices of the account notice it over the embedded
// network (v2-forward-secrecy-and-pq.md §16.1): by a form in which none of them stores any (config-sync.md §4).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  CONFIG_KINDS,
  editUserProfile,
  nextConfigMessage,
  openConfig,
  readUserProfile,
  sealConfig,
  wrapConfig
} from '../../../src/lib/config/index.ts';
import {
  createCryptoBackend,
  decodeRecoveryPassword,
  deriveIdentity,
  messageHash,
  type Identity
} from '../../../src/lib/crypto/index.ts';
import type { DeviceOrder } from '../../../src/lib/messenger/hfs-group-orders.ts';
import { loadDevices, loadMeta, loadProfile, openProfile } from '../../../src/lib/storage/index.ts';
import { eventually } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import { createLeapClock } from '../../support/leap-clock.ts';
import { seenDevices } from '../../support/linked-device.ts';

const WAIT_MS = 30_000;
const MINUTE_MS = 60_000;
const KIND = 'user-profile';
const { namespace } = CONFIG_KINDS[KIND];
const clock = createLeapClock(6);
const crypto = await createCryptoBackend();

let network: TestNetwork;
let first: Person;
let second: Person;
let identity: Identity;
/** Before the account announced anything. */
let startMs: number;

const order = ({ tab }: Person, wanted: DeviceOrder) => tab.engine.messenger().orderDevices(wanted);
const alarmOf = async ({ page }: Person) => (await loadDevices(page.db, page.rowKey))?.alarm;
const shows = ({ page }: Person, name: string) =>
  eventually(
    `the name ${name}`,
    async () => (await loadProfile(page.db, page.rowKey))?.displayName === name,
    WAIT_MS
  );

async function isAnnouncing({ browser, page }: Person): Promise<boolean> {
  const store = await openProfile(browser.storage.environment, page.db.name.replace('onionskin-', ''));
  const published = await loadMeta(store, 'hfs-published');
  store.db.close();
  return published !== null && published.content.text !== '';
}

const storedProfiles = () => network.net.stored(identity.accountId, namespace);

/** A device of the account stores another name. */
async function rename(from: Person, to: Person, name: string): Promise<void> {
  await from.tab.engine.messenger().rename(name);
  await shows(to, name);
}

/** Ends when what `person` took in before has had its effect: polls go one after the other. */
const settled = (person: Person, name: string) => rename(person === first ? second : first, person, name);

/** The newest profile the swarm holds. */
async function newest() {
  const opened = await Promise.all(
    storedProfiles().map(async ({ data }) => ({ data, ...(await openConfig(crypto, identity, KIND, data)) }))
  );
  const messages = opened.flatMap((one) => (one.kind === 'message' ? [one] : []));
  const latest = messages.sort((a, b) => b.message.seqno - a.message.seqno)[0];
  if (!latest) throw new Error('no profile');
  return latest;
}

/** The next version of the profile with another name, sealed. */
async function nextProfile(name: string) {
  const { message } = await newest();
  const data = editUserProfile(message.data, { name }, Math.floor(clock.now() / 1000));
  const next = nextConfigMessage(message, data);
  return { seqno: next.seqno, data: sealConfig(identity, KIND, next)[0] as Uint8Array };
}

/** Stored wrapped, as the network's own app does it. */
async function leaveWrapped(sealed: { seqno: number; data: Uint8Array }, timestampMs = clock.now()) {
  const data = await wrapConfig(crypto, identity, { kind: KIND, ...sealed });
  const account = hexToBytes(identity.accountId);
  const item = { hash: messageHash(account, namespace, data), timestampMs, data };
  for (const { store } of network.net.swarmOf(identity.accountId))
    store.insert({ ...item, account, namespace, expiryMs: clock.now() + 86_400_000 });
}

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  startMs = clock.now();
  first = await network.person('Ana', clock);
  const { words } = await first.tab.engine.revealPhrase();
  identity = deriveIdentity(decodeRecoveryPassword(words.join(' ')));
  second = await network.linked(first, clock);
  await shows(second, 'Ana');
  for (const person of [first, second])
    await eventually('it knows what is announced', () => isAnnouncing(person), WAIT_MS);
  clock.leap(120 * MINUTE_MS);
}, 60_000);
afterAll(() => network.close());

test('what a device of the account stores raises nothing', async () => {
  await rename(second, first, 'Renamed');
  await rename(first, second, 'Renamed back');
  await settled(first, 'Named again');
  expect([await alarmOf(first), await alarmOf(second)]).toEqual([null, null]);
});

test('nor does what another app stored before every device could know of the keys', async () => {
  await leaveWrapped(await nextProfile('Early'), startMs + 59 * MINUTE_MS);
  for (const person of [first, second]) await shows(person, 'Early');
  await settled(first, 'Early no more');
  expect(await alarmOf(first)).toBeNull();
});

test('the very same document raises the alarm in the form of another app', async () => {
  await rename(second, first, 'The same');
  const { message, data } = await newest();
  expect(readUserProfile(message.data).name).toBe('The same');
  await settled(first, 'Not the same');
  expect(await alarmOf(first)).toBeNull();
  await leaveWrapped({ seqno: message.seqno, data });
  for (const person of [first, second])
    await seenDevices('the alarm', person, ({ alarm }) => alarm === 'other-app');
});

test('an app that the person goes on beside is not told of again', async () => {
  order(first, { action: 'ignore-other-app' });
  await seenDevices('no alarm', first, ({ alarm }) => alarm === null);
  await leaveWrapped(await nextProfile('Again'));
  await shows(first, 'Again');
  await settled(first, 'Again and again');
  expect(await alarmOf(first)).toBeNull();
});

test('without forward secrecy no app misses anything', async () => {
  order(second, { action: 'turn-off' });
  await seenDevices('no alarm', second, ({ alarm }) => alarm === null);
  await leaveWrapped(await nextProfile('Off'));
  await shows(second, 'Off');
  await settled(second, 'Still off');
  expect(await alarmOf(second)).toBeNull();
});
