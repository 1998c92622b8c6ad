// An account on several devices over weeks of simulated time: P2, P4, P7 and A1–A6, A19 of v2-forward-secrecy-and-pq.md §23.
import { describe, expect, it, vi } from 'vitest';
import { btKey } from '../../../src/lib/wire/index.ts';
import { sealMessage, padMessage, openMessage } from '../../../src/lib/crypto/index.ts';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { openAnnouncement } from '../../../src/lib/hfs/announcement.ts';
import { openEnvelope } from '../../../src/lib/hfs/envelope.ts';
import { openGroupMessage, openPayload } from '../../../src/lib/hfs/group-message.ts';
import { liveDevices } from '../../../src/lib/hfs/group-records.ts';
import { deriveRotatingKeys, type RotatingKeys } from '../../../src/lib/hfs/rotating-keys.ts';
import { removeDevice } from '../../../src/lib/hfs/self.ts';
import { isGone, judgeOutbox } from '../../../src/lib/hfs/upkeep.ts';
import { randomBelow } from '../../../src/lib/random.ts';
import { accountKeyId } from '../../../src/lib/hfs/rotating-keys.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { ALICE, BOB } from './people.ts';
import {
  agreedSeed,
  Crash,
  crypto,
  DAY,
  HOUR,
  openWithSeeds,
  publicKeysOf,
  rotatingKeys,
  SimulatedDevice,
  SimulatedSwarm,
  START,
  writeToBob
} from './simulated-account.ts';

type Window = 'standard' | 'short';

async function account(count: number, seed: number, window: Window = 'standard') {
  const random = seededRandom(seed);
  const swarm = new SimulatedSwarm();
  const devices = Array.from({ length: count }, () => new SimulatedDevice(swarm, random, START, window));
  const [first, ...others] = devices as [SimulatedDevice, ...SimulatedDevice[]];
  await first.found(START);
  await first.open(START);
  for (const [index, other] of others.entries()) await other.linkWith(first, START + 60 * (index + 1));
  return { random, swarm, devices, first, others };
}

/** Hours of the day at which each device is opened, and at which a contact writes. */
const TWICE = { visits: [8, 20], letters: [2, 14] };
const ONCE = { visits: [20], letters: [14] };

/** So many days of that. Returns what was written, by hash. */
async function live(
  { random, swarm }: { random: ReturnType<typeof seededRandom>; swarm: SimulatedSwarm },
  devices: readonly SimulatedDevice[],
  from: number,
  days: number,
  { visits, letters } = TWICE
): Promise<Map<number, string>> {
  const written = new Map<number, string>();
  for (let day = 0; day < days; day++) {
    for (let hour = 0; hour < 24; hour++) {
      const at = () => from + day * DAY + hour * HOUR + randomBelow(random, HOUR);
      if (visits.includes(hour)) for (const device of devices) await device.open(at());
      if (!letters.includes(hour)) continue;
      const text = `day ${day} hour ${hour}`;
      const hash = await writeToBob(swarm, text, at());
      if (hash !== null) written.set(hash, text);
    }
  }
  return written;
}

vi.setConfig({ testTimeout: 60_000 });

describe('an account on three devices', () => {
  it('P2: loses no message, with one device that looks only every fortnight', async () => {
    const sim = await account(3, 21);
    const [a, b, late] = sim.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    for (let fortnight = 0; fortnight < 2; fortnight++) {
      const from = START + DAY + fortnight * 13 * DAY;
      const written = await live(sim, [a, b], from, 13);
      expect(written.size).toBe(26);
      await late.open(from + 13 * DAY);
      for (const device of sim.devices) {
        for (const [hash, text] of written) expect(device.read.get(hash)).toBe(text);
        expect(device.unreadable.size).toBe(0);
      }
    }
    expect(new Set(sim.devices.map(({ self }) => self.status))).toEqual(new Set(['member']));
  });

  it('P4: ends with one key after all of them rotated at once, and reads what was sealed to any', async () => {
    const sim = await account(4, 22);
    const at = START + 2 * DAY;
    for (const device of sim.devices) await device.takeIn(at);
    for (const device of sim.devices) await device.doUpkeep(at);
    expect(agreedSeed(sim.devices)).toBe(null);
    const written: number[] = [];
    for (const device of sim.devices) {
      await device.push(at);
      await device.publish(at);
      written.push((await writeToBob(sim.swarm, `to ${written.length}`, at)) as number);
    }
    for (let round = 0; round < 3; round++) {
      for (const device of sim.devices) await device.open(at + 60 + round);
    }
    expect(agreedSeed(sim.devices)).not.toBe(null);
    for (const device of sim.devices) {
      for (const hash of written) expect(device.read.has(hash)).toBe(true);
    }
  });

  it('P7: goes on after a crash at any step', async () => {
    let crashed = true;
    let steps = 0;
    for (; crashed; steps++) {
      const sim = await account(2, 100 + steps);
      const [a, b] = sim.devices as [SimulatedDevice, SimulatedDevice];
      const at = START + 2 * DAY;
      a.stepsLeft = steps;
      crashed = await a.open(at).then(
        () => false,
        (error: unknown) => error instanceof Crash
      );
      const hash = (await writeToBob(sim.swarm, 'after the crash', at + 60)) as number;
      a.stepsLeft = Number.POSITIVE_INFINITY;
      for (const later of [120, 180, 240]) {
        await b.open(at + later);
        await a.open(at + later + 30);
      }
      expect(a.self.status, `crash after ${steps} steps`).toBe('member');
      expect(b.self.status).toBe('member');
      expect(agreedSeed(sim.devices)).not.toBe(null);
      for (const device of sim.devices) expect(device.read.get(hash)).toBe('after the crash');
      const last = (await writeToBob(sim.swarm, 'later', at + 400)) as number;
      await Promise.all(sim.devices.map((device) => device.open(at + 500)));
      for (const device of sim.devices) expect(device.read.get(last)).toBe('later');
    }
    expect(steps).toBeGreaterThan(8);
  });
});

describe('who has the recovery phrase and everything that was ever stored', () => {
  it('A1: opens nothing of sixty days but what was classic', async () => {
    const sim = await account(2, 23);
    const written = await live(sim, sim.devices, START + DAY, 60, ONCE);
    expect(written.size).toBe(60);
    const padded = padMessage(utf8ToBytes('classic'));
    const classic = await sealMessage(crypto, {
      padded,
      sender: ALICE,
      recipientX25519PublicKey: BOB.x25519PublicKey
    });
    expect((await openMessage(crypto, classic, BOB)).padded).toEqual(padded);
    // Everything that follows from the phrase, tried as if it were a rotating seed.
    const guesses = [BOB.ed25519Seed, BOB.x25519SecretKey, BOB.ed25519PublicKey, BOB.x25519PublicKey];
    expect((await openWithSeeds(sim.swarm.log, { account: guesses, device: guesses })).size).toBe(0);
    // The control: with a seed of the account the same program does open some.
    const { account: seeds } = (sim.first as SimulatedDevice).secrets();
    expect((await openWithSeeds(sim.swarm.log, { account: seeds, device: [] })).size).toBeGreaterThan(5);
    // With all of one device on the last day too: what the window allows (§13.4), and no more.
    const opened = await openWithSeeds(sim.swarm.log, sim.first.secrets());
    const oldest = Math.min(...opened.values());
    expect((START + 61 * DAY - oldest) / DAY).toBeLessThanOrEqual(21);
    expect(opened.size).toBeLessThan(written.size / 2);
  });

  it.each([
    ['A2: opens nothing who can take discrete logarithms', 'discreteLogs'],
    ['A3: opens nothing who can break the lattice', 'lattices']
  ] as const)('%s', async (_, solved) => {
    const sim = await account(1, 24);
    await live(sim, sim.devices, START + DAY, 2);
    const seeds = sim.first.secrets();
    const real = await Promise.all(seeds.account.map((seed) => rotatingKeys('account', seed)));
    const wrong = await deriveRotatingKeys(crypto, 'account', sim.random(32));
    const discreteLogs = real.map((keys): RotatingKeys => ({ ...keys, mlKemSecret: wrong.mlKemSecret }));
    const lattices = real.map((keys): RotatingKeys => ({ ...keys, x25519SecretKey: wrong.x25519SecretKey }));
    const messages = sim.swarm.log.filter(({ namespace }) => namespace === 0);
    const opens = async (keys: readonly RotatingKeys[]) => {
      const results = await Promise.allSettled(
        messages.map(({ bytes }) => openEnvelope(crypto, bytes, BOB, keys))
      );
      return results.filter(({ status }) => status === 'fulfilled').length;
    };
    expect(await opens(real)).toBe(messages.length);
    expect(await opens({ discreteLogs, lattices }[solved])).toBe(0);
    const deviceReal = await Promise.all(seeds.device.map((seed) => rotatingKeys('device', seed)));
    const deviceLogs = deviceReal.map((keys) =>
      solved === 'discreteLogs'
        ? { ...keys, mlKemSecret: wrong.mlKemSecret }
        : { ...keys, x25519SecretKey: wrong.x25519SecretKey }
    );
    const group = sim.swarm.log.filter(({ namespace }) => namespace === 41);
    const message = await openGroupMessage(crypto, (group.at(-1) as { bytes: Uint8Array }).bytes, BOB);
    if (message === null) throw new Error('expected a message of the group');
    expect(await openPayload(crypto, message, deviceLogs)).toBe(null);
    expect(await openPayload(crypto, message, deviceReal)).not.toBe(null);
  });
});

describe('who takes a device at T', () => {
  it.each([
    ['standard', 20.5, ONCE],
    ['short', 7.5, TWICE]
  ] as const)('A4: reads nothing older than the %s window says', async (window, days, habit) => {
    const sim = await account(1, 25, window);
    const taken = START + 41 * DAY;
    await live(sim, sim.devices, START + DAY, 40, habit);
    const opened = await openWithSeeds(sim.swarm.log, sim.first.secrets());
    const oldest = Math.min(...opened.values());
    expect(opened.size).toBeGreaterThan(0);
    expect((taken - oldest) / DAY).toBeLessThanOrEqual(days + 0.5);
    // The control: what was stored before that is much more than what opens.
    expect(sim.swarm.log.filter(({ namespace }) => namespace === 0).length).toBeGreaterThan(opened.size);
  });

  it('A5: reads nothing new once device and account key have rotated, if it only had a copy', async () => {
    const sim = await account(2, 26);
    await live(sim, sim.devices, START + DAY, 3);
    const copied = (sim.devices[1] as SimulatedDevice).secrets();
    const from = START + 4 * DAY;
    const written = await live(sim, sim.devices, from, 12, ONCE);
    const opened = await openWithSeeds(sim.swarm.log, copied);
    const late = [...written.keys()].filter(
      (hash) => (sim.swarm.log[hash] as { storedSeconds: number }).storedSeconds > from + 8 * DAY
    );
    // A device that has nothing to push keeps its key for a week at most.
    expect(late.length).toBeGreaterThan(2);
    expect(late.filter((hash) => opened.has(hash))).toEqual([]);
    expect(opened.size).toBeGreaterThan(0);
  });
});

describe('a device that is gone', () => {
  it('A6: reads nothing after its removal, learns of it, and cannot come back', async () => {
    const sim = await account(3, 27);
    const [keeper, , removed] = sim.devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    const before = removed.secrets();
    const at = START + 2 * DAY;
    await removed.open(at - HOUR);
    const known = removed.self;
    keeper.self = removeDevice(keeper.self, removed.self.deviceId, at);
    await keeper.open(at);
    const written = await live(sim, sim.devices.slice(0, 2), at + HOUR, 3);
    const opened = await openWithSeeds(sim.swarm.log, {
      account: [...before.account, ...removed.secrets().account],
      device: removed.secrets().device
    });
    expect([...written.keys()].filter((hash) => opened.has(hash))).toEqual([]);
    await removed.open(at + 4 * DAY);
    expect(removed.self.status).toBe('removed');
    // It pretends not to know: its push is one more message of the group, signed with the phrase.
    removed.self = { ...known, isPushDue: true };
    await removed.push(at + 4 * DAY + 60);
    await keeper.open(at + 4 * DAY + 120);
    expect(isGone(keeper.self, removed.self.deviceId)).toBe(true);
    const after = (await writeToBob(sim.swarm, 'still not', at + 5 * DAY)) as number;
    const again = await openWithSeeds(sim.swarm.log, removed.secrets());
    expect(again.has(after)).toBe(false);
  });

  it('is noticed when it announces keys of its own', async () => {
    const sim = await account(1, 28);
    const [held] = sim.swarm.held(-41, START + 60);
    if (held === undefined) throw new Error('expected an announcement');
    const own = await openAnnouncement(crypto, held.bytes, BOB.accountId);
    const keyIds = await Promise.all(
      sim.first.secrets().account.map(async (seed) => accountKeyId(await publicKeysOf('account', seed)))
    );
    const continuityPublicKey = own?.additions?.continuityPublicKey ?? new Uint8Array();
    const known = { keyIds, continuityPublicKey, published: sim.first.published };
    expect(judgeOutbox(own, known)).toBe('right');
    expect(judgeOutbox(null, known)).toBe('missing');
    const thief = await account(1, 29);
    const [theirs] = thief.swarm.held(-41, START + 60);
    const foreign = await openAnnouncement(crypto, (theirs as { bytes: Uint8Array }).bytes, BOB.accountId);
    expect(judgeOutbox(foreign, known)).toBe('foreign');
    expect(judgeOutbox(own && { ...own, createdSeconds: START - 9 }, known)).toBe('older');
  });

  it('A19: is taken out when it was silent for a month, and no push is sealed to it any more', async () => {
    const sim = await account(2, 30);
    const [active, silent] = sim.devices as [SimulatedDevice, SimulatedDevice];
    await live(sim, [active], START + DAY, 28, ONCE);
    expect(liveDevices(active.self.payload)).toHaveLength(2);
    await live(sim, [active], START + 29 * DAY, 4, ONCE);
    expect(isGone(active.self, silent.self.deviceId)).toBe(true);
    expect(active.events).toEqual([]);
    const keys = await Promise.all(silent.secrets().device.map((seed) => rotatingKeys('device', seed)));
    const last = sim.swarm.held(41, START + 33 * DAY).at(-1);
    const message = await openGroupMessage(crypto, (last as { bytes: Uint8Array }).bytes, BOB);
    expect(message && (await openPayload(crypto, message, keys))).toBe(null);
    await silent.open(START + 33 * DAY);
    expect(silent.self.status).toBe('removed');
    expect(silent.events).toContainEqual({ kind: 'status', status: 'removed' });
    expect(btKey(silent.self.deviceId)).toHaveLength(32);
  });
});
