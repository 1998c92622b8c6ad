// What the account announces, and what follows from other keys in its slot (v2-forward-secrecy-and-pq.md §9.3, §13.5, §16.1).
import { beforeEach, describe, expect, test } from 'vitest';
import { createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import {
  accountKeyId,
  announcedSeed,
  buildAnnouncement,
  confirmPush,
  createGroupId,
  createSelf,
  derivePublicKeys,
  foundGroup,
  groupPush,
  openAnnouncement,
  presentDeviceSeed,
  rotateAfter,
  type Announcement,
  type HfsSelf
} from '../../../src/lib/hfs/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createAnnouncer, type Announcer } from '../../../src/lib/messenger/hfs-announcer.ts';
import type { GroupState } from '../../../src/lib/messenger/hfs-group-state.ts';
import { createAccountKeyRing } from '../../../src/lib/messenger/hfs-key-ring.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { raiseEpoch } from '../../../src/lib/storage/index.ts';
import { SwarmError } from '../../../src/lib/swarm/index.ts';
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
let turned: boolean[];
let official: boolean[];
let overdue: (number | null)[];
let groupDue: number;
let isTaken: boolean;
let isUnreachable: boolean;
let changeState: GroupState['change'];

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
  [stored, alarms, isOn, window, isUnreachable] = [[], 0, true, 'standard', false];
  const listeners = new Set<(self: HfsSelf) => void>();
  const state = {
    current: async () => self,
    async change(make: (self: HfsSelf) => HfsSelf | Promise<HfsSelf>) {
      self = await make(self);
      for (const listener of listeners) listener(self);
      return self;
    },
    onChange: (listener: (self: HfsSelf) => void) => void listeners.add(listener)
  } as never;
  changeState = (state as GroupState).change;
  [turned, official, overdue, groupDue, isTaken] = [[], [], [], 0, false];
  announcer = createAnnouncer({
    ...{ store, identity, crypto, state, clock, random: systemRandom, log: silentLog },
    official: { isTaken: async () => isTaken, ignore: async () => void (isTaken = false) },
    onTurned: async (on) => {
      turned.push(on);
      isOn = on;
    },
    onOfficial: async (taken) => void official.push(taken),
    onOverdue: async (since) => void overdue.push(since),
    onGroupDue: () => void (groupDue += 1),
    ring: createAccountKeyRing({ crypto, state }),
    now: () => clock.now(),
    clockOffsetMs: () => 0,
    swarm: {
      async replace({ items }) {
        if (isUnreachable) throw new SwarmError('no-swarm');
        stored.push(...items.map(({ data }) => data));
      }
    },
    keyRules: async () => ({ window }),
    isOn: async () => isOn,
    onForeign: async () => void (alarms += 1)
  });
});

const last = async () =>
  (await openAnnouncement(crypto, stored.at(-1) as Uint8Array, identity.accountId)) as Announcement;
const ownKeyId = async () => {
  const seed = announcedSeed(self)?.seed as Uint8Array;
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
/** The group has taken what this device knows. */
const storeGroup = () =>
  changeState((current) => confirmPush(current as HfsSelf, groupPush(current as HfsSelf).payload, START));
/** Another device of the group has made a new key. @returns when it was made */
async function rotateElsewhere(): Promise<number> {
  const at = Math.floor(clock.now() / 1000);
  const next = rotateAfter(self, { random: systemRandom, nowSeconds: at, afterSeconds: at });
  // As merged, it is in the group already.
  self = confirmPush(next, groupPush(next).payload, at);
  return announcedSeed(self)?.createdSeconds as number;
}
/** What another device of the group publishes. */
const siblings = async (createdSeconds: number, retentionDays = 16, withdraws = false) =>
  buildAnnouncement(crypto, {
    ...{ identity, createdSeconds, retentionDays },
    publicKeys: withdraws
      ? null
      : await derivePublicKeys(crypto, 'account', announcedSeed(self)?.seed as Uint8Array),
    continuitySeed: self.payload.continuity?.seed as Uint8Array
  });
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
    await announcer.takeBack();
    expect(groupDue).toBe(1);
    // The group does not hold the later key yet.
    await announcer.push(never);
    expect(stored).toHaveLength(1);
    await storeGroup();
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

describe('what another device of the group publishes', () => {
  test('is taken over, so that one store is enough for all of them', async () => {
    await announcer.push(never);
    const createdSeconds = await rotateElsewhere();
    const theirs = await siblings(createdSeconds);
    await shows(theirs);
    await clock.advance(10 * 60_000);
    await announcer.push(never);
    expect(stored).toHaveLength(1);
    expect(await announcer.own()).toMatchObject({
      createdSeconds,
      announcement: theirs,
      sinceSeconds: START
    });
  });

  test('is waited for, up to a minute, before this device publishes it', async () => {
    await announcer.push(never);
    const createdSeconds = await rotateElsewhere();
    await announcer.push(never);
    // One wait in 60,001 is none at all.
    const early = stored.length;
    await clock.advance(60_001);
    await announcer.push(never);
    expect(early).toBeLessThanOrEqual(2);
    expect((await last()).createdSeconds).toBe(createdSeconds);
    expect(stored).toHaveLength(2);
  });

  test('is not waited for where this device made the key (control)', async () => {
    await announcer.push(never);
    await changeState((current) =>
      rotateAfter(current as HfsSelf, { random: systemRandom, nowSeconds: START + 9, afterSeconds: START })
    );
    await announcer.push(never);
    expect(stored).toHaveLength(1);
    await storeGroup();
    await announcer.push(never);
    expect((await last()).createdSeconds).toBe(START + 9);
    expect(stored).toHaveLength(2);
  });

  test('is replaced where it promises to keep keys for longer than this device does', async () => {
    window = 'short';
    await announcer.push(never);
    await shows(await siblings(await rotateElsewhere(), 16));
    await announcer.push(never);
    await clock.advance(60_001);
    await announcer.push(never);
    await announcer.push(never);
    expect((await last()).additions?.retentionDays).toBe(3);
    expect(stored).toHaveLength(2);
  });

  test('turns it off here as well when it is a withdrawal, and on again with its next keys', async () => {
    await announcer.push(never);
    await clock.advance(5_000);
    await shows(await siblings(START + 5, 0, true));
    expect([turned, alarms]).toEqual([[false], 0]);
    await announcer.push(never);
    expect(await announcer.own()).toBeNull();
    expect(stored).toHaveLength(1);
    // A node that missed the withdrawal shows the former keys.
    await shows(stored[0] as Uint8Array);
    expect(turned).toEqual([false]);
    await clock.advance(10 * 60_000);
    await shows(await siblings(await rotateElsewhere()));
    expect(turned).toEqual([false, true]);
  });

  test('is withdrawn as well where it crossed with the withdrawal of this device', async () => {
    await announcer.push(never);
    isOn = false;
    await clock.advance(5_000);
    await announcer.push(never);
    await clock.advance(5_000);
    await shows(await siblings(await rotateElsewhere()));
    expect(turned).toEqual([]);
    await announcer.push(never);
    const again = await last();
    expect([again.publicKeys, again.createdSeconds, stored.length]).toEqual([null, START + 12, 3]);
  });

  test('is believed of the group alone: a withdrawal by whoever has the phrase raises the alarm', async () => {
    await announcer.push(never);
    const theirs = await buildAnnouncement(crypto, {
      ...{ identity, createdSeconds: START + 5, retentionDays: 0, publicKeys: null },
      continuitySeed: systemRandom(32)
    });
    for (let look = 0; look < 3; look++) await shows(theirs);
    expect([turned, alarms]).toEqual([[], 1]);
  });
});

test('a key announced after a withdrawal was made after it', async () => {
  await announcer.push(never);
  isOn = false;
  await clock.advance(3_000);
  await announcer.push(never);
  const withdrawn = await last();
  expect(withdrawn.publicKeys).toBeNull();
  isOn = true;
  await announcer.push(never);
  expect([stored.length, groupDue]).toEqual([2, 1]);
  await storeGroup();
  await announcer.push(never);
  const back = await last();
  const seed = announcedSeed(self);
  expect(back.createdSeconds).toBe(seed?.createdSeconds);
  expect(back.createdSeconds).toBeGreaterThan(withdrawn.createdSeconds as number);
  expect(back.publicKeys && accountKeyId(back.publicKeys)).toEqual(await ownKeyId());
});

describe('keys of an official app', () => {
  test('keep ours from being published until the person goes on beside them', async () => {
    isTaken = true;
    await announcer.push(never);
    await announcer.push(never);
    expect([stored.length, official]).toEqual([0, [true]]);
    await announcer.ignoreOfficial();
    await announcer.push(never);
    expect([stored.length, official]).toEqual([1, [true, false]]);
  });

  test('do not keep a withdrawal back', async () => {
    await announcer.push(never);
    isTaken = true;
    isOn = false;
    await announcer.push(never);
    expect((await last()).publicKeys).toBeNull();
  });
});

test('what cannot be published is told of from its first failure until it is out', async () => {
  isUnreachable = true;
  await announcer.push(never);
  await clock.advance(60_000);
  await announcer.push(never);
  expect(overdue).toEqual([START]);
  isUnreachable = false;
  await clock.advance(60_000);
  await announcer.push(never);
  expect(overdue).toEqual([START, null]);
  expect(stored).toHaveLength(1);
});
