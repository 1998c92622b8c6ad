// What the account announces, and what follows from other keys in its slot (v2-forward-secrecy-and-pq.md §9.3, §13.5, §16.1).
import { beforeEach, describe, expect, test } from 'vitest';
import { createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import {
  accountKeyId,
  buildAnnouncement,
  confirmPush,
  createGroupId,
  createSelf,
  derivePublicKeys,
  foundGroup,
  groupPush,
  openAnnouncement,
  presentDeviceSeed,
  type Announcement,
  type HfsSelf
} from '../../../src/lib/hfs/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createAnnouncer, type Announcer } from '../../../src/lib/messenger/hfs-announcer.ts';
import { createAccountKeyRing } from '../../../src/lib/messenger/hfs-key-ring.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { raiseEpoch } from '../../../src/lib/storage/index.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createStorageDevice, createTestProfile, START_MS } from '../../support/storage-device.ts';

const crypto = await createCryptoBackend();
const identity = deriveIdentity(new Uint8Array(16).fill(1));
const START = Math.floor(START_MS / 1000);
const never = new AbortController().signal;

let clock: FakeClock;
let self: HfsSelf;
let announcer: Announcer;
let stored: Uint8Array[];
let alarms: number;
let isOn: boolean;
let window: 'standard' | 'short';

beforeEach(async () => {
  const store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  clock = createFakeClock(START_MS);
  const fresh = createSelf(systemRandom, START);
  const founded = foundGroup(fresh, {
    random: systemRandom,
    groupId: createGroupId(crypto, START),
    publicKeys: await derivePublicKeys(crypto, 'device', presentDeviceSeed(fresh).seed),
    facts: { description: '', version: 1, polledSeconds: null },
    nowSeconds: START
  });
  self = confirmPush(founded, groupPush(founded).payload, START);
  [stored, alarms, isOn, window] = [[], 0, true, 'standard'];
  const state = { current: async () => self, change: async () => self } as never;
  announcer = createAnnouncer({
    ...{ store, identity, crypto, state, clock, log: silentLog },
    ring: createAccountKeyRing({ crypto, state }),
    now: () => clock.now(),
    clockOffsetMs: () => 0,
    swarm: { replace: async ({ items }) => void stored.push(...items.map(({ data }) => data)) },
    keyRules: async () => ({ window }),
    isOn: async () => isOn,
    onForeign: async () => void (alarms += 1)
  });
});

const last = async () =>
  (await openAnnouncement(crypto, stored.at(-1) as Uint8Array, identity.accountId)) as Announcement;
const ownKeyId = async () => {
  const seed = self.payload.seeds[0]?.seed as Uint8Array;
  return accountKeyId(await derivePublicKeys(crypto, 'account', seed));
};
/** A node shows this in our slot. */
const shows = (data: Uint8Array) =>
  announcer.receive(`node ${Math.random()}`, [
    {
      ...{ namespace: -41, more: false, skipped: 0, lastHash: 'h' },
      messages: [{ hash: 'h', data, expiresAtMs: START_MS, timestampMs: START_MS }] as never
    }
  ]);
const foreign = async (createdSeconds: number) =>
  buildAnnouncement(crypto, {
    ...{ identity, createdSeconds, retentionDays: 16 },
    publicKeys: await derivePublicKeys(crypto, 'account', systemRandom(32)),
    continuitySeed: systemRandom(32)
  });

describe('keys in our slot that no device of ours made', () => {
  test('raise the alarm once they were seen three times, and nothing is published against them', async () => {
    await announcer.push(never);
    const theirs = await foreign(START + 60);
    for (let look = 0; look < 2; look++) await shows(theirs);
    expect(alarms).toBe(0);
    await shows(theirs);
    await shows(theirs);
    expect(alarms).toBe(1);
    await announcer.push(never);
    expect(stored).toHaveLength(1);
  });

  test('are none where our own stand there (control)', async () => {
    await announcer.push(never);
    for (let look = 0; look < 4; look++) await shows(stored[0] as Uint8Array);
    expect(alarms).toBe(0);
  });

  test('give way to ours when the person takes the slot back, later than they are', async () => {
    await announcer.push(never);
    for (let look = 0; look < 3; look++) await shows(await foreign(START + 60));
    announcer.takeBack();
    await announcer.push(never);
    const ours = await last();
    expect(ours.createdSeconds).toBe(START + 61);
    expect(ours.publicKeys && accountKeyId(ours.publicKeys)).toEqual(await ownKeyId());
    await announcer.push(never);
    expect(stored).toHaveLength(2);
  });

  test('stay where the person has moved on, and are withdrawn where they only turned it off', async () => {
    await announcer.push(never);
    isOn = false;
    await announcer.letGo();
    await announcer.push(never);
    expect(stored).toHaveLength(1);
    isOn = true;
    await announcer.push(never);
    isOn = false;
    await announcer.push(never);
    expect((await last()).publicKeys).toBeNull();
  });
});

test('the window that was chosen is announced, and anew when it changes', async () => {
  await announcer.push(never);
  expect((await last()).additions?.retentionDays).toBe(16);
  window = 'short';
  await announcer.push(never);
  expect((await last()).additions?.retentionDays).toBe(3);
  await announcer.push(never);
  expect(stored).toHaveLength(2);
});
