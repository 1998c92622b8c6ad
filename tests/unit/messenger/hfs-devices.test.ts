// The device group as the engine keeps it: removal, leaving, and what may not be believed or overdone
// (v2-forward-secrecy-and-pq.md §11 to §13, numbers of §23).
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import {
  activeSeed,
  announcedSeed,
  derivePublicKeys,
  encodePayload,
  groupPush,
  liveDevices,
  newRecord,
  sealGroupMessage
} from '../../../src/lib/hfs/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { btKey } from '../../../src/lib/wire/index.ts';
import { createGroupDevice, createGroupSwarm, crypto, linkDevices, OWN } from '../../support/group-device.ts';
import {
  secondsOf,
  activeHex,
  founded,
  linked,
  sealed,
  strangerGroup,
  forgedRequest
} from '../../support/device-groups.ts';

const DAY_MS = 86_400_000;

describe('founding', () => {
  test('a new account founds its group once two nodes have shown that there is none, and announces nothing before', async () => {
    const swarm = createGroupSwarm();
    const device = await createGroupDevice(swarm, { isCreatedHere: true });
    const [only, other] = swarm.nodes.keys();
    await device.poll(only);
    expect((await device.self()).status).toBe('none');
    expect(swarm.log).toHaveLength(0);
    await device.poll(other);
    const self = await device.self();
    expect(self.status).toBe('member');
    expect(swarm.log).toHaveLength(1);
    expect(announcedSeed(self)?.seed).toEqual(activeSeed(self.payload.seeds)?.seed);
    expect(await device.view()).toMatchObject({
      status: 'member',
      devices: [{ isThis: true, name: 'A browser' }]
    });
  });

  test.each([-3, 3])('P8: a device whose clock is %i hours off founds nothing', async (hours) => {
    const swarm = createGroupSwarm();
    const clockOffsetMs = hours * 3_600_000;
    const off = await createGroupDevice(swarm, { isCreatedHere: true, clockOffsetMs });
    await off.settle();
    await off.settle();
    expect((await off.self()).status).toBe('none');
    // The control: of two hours a device makes nothing.
    const near = await createGroupDevice(swarm, {
      isCreatedHere: true,
      clockOffsetMs: (clockOffsetMs * 2) / 3
    });
    await near.settle();
    expect((await near.self()).status).toBe('member');
  });

  test('a restored account founds none by itself, with or without one to be seen', async () => {
    const swarm = createGroupSwarm();
    const alone = await createGroupDevice(swarm);
    await alone.settle();
    await alone.settle();
    expect((await alone.self()).status).toBe('none');
    expect(swarm.log).toHaveLength(0);
    await founded(swarm);
    await alone.settle();
    expect((await alone.self()).status).toBe('visible');
    expect((await alone.view()).hasGroup).toBe(true);
    expect(swarm.log).toHaveLength(1);
  });

  test('starting fresh founds a group beside the old one', async () => {
    const { swarm } = await founded();
    const second = await createGroupDevice(swarm);
    await second.settle();
    await second.group.follow({ action: 'start-fresh' });
    await second.poll();
    expect((await second.self()).status).toBe('member');
    expect(swarm.log).toHaveLength(2);
  });
});

describe('removal and leaving', () => {
  test('A6: a removed device gets no key made afterwards, and one that states itself again stays out', async () => {
    const { swarm, first, second } = await linked();
    const before = await second.self();
    const id = bytesToHex(before.deviceId);
    const continuity = (await first.self()).payload.continuity?.seed;
    await first.group.follow({ action: 'remove', deviceId: id });
    await first.poll();
    const after = await first.self();
    expect(await activeHex(first)).not.toBe(await activeHex(second));
    expect(after.payload.continuity?.seed).not.toEqual(continuity);
    expect(first.changes.at(-1)).toEqual({ change: 'removed', name: 'Second browser' });
    await second.settle();
    expect((await second.view()).status).toBe('removed');
    expect((await second.self()).payload.seeds).toEqual([]);
    // Whoever copied it before has the phrase and what it knew, and states it anew.
    swarm.hold(await sealed(before, before.payload));
    await first.settle();
    await first.settle();
    const { devices } = (await first.self()).payload;
    expect(devices.get(btKey(before.deviceId))).toMatchObject({ reason: 'removed' });
    const recipients = groupPush(await first.self()).recipients;
    expect(recipients).toHaveLength(1);
  });

  test('a device that leaves tells the others and forgets its keys; the first of them to see it changes the account key', async () => {
    const { first, second } = await linked();
    const known = await activeHex(second);
    await second.group.follow({ action: 'leave' });
    await second.poll();
    expect(await second.self()).toMatchObject({ status: 'visible', payload: { seeds: [] } });
    await first.settle();
    expect((await first.view()).devices).toHaveLength(1);
    expect(await activeHex(first)).not.toBe(known);
    expect(first.changes.at(-1)).toEqual({ change: 'left', name: 'Second browser' });
  });

  test('the last device cannot leave', async () => {
    const { first } = await founded();
    await first.group.follow({ action: 'leave' });
    await first.poll();
    expect(await first.view()).toMatchObject({ status: 'member', problem: 'last-device' });
  });

  test('A19: a device silent for 30 days is taken out and gets no later key', async () => {
    const { swarm, first, second } = await linked();
    for (let day = 0; day < 31; day += 4) {
      await swarm.clock.advance(4 * DAY_MS);
      await first.settle();
      await swarm.clock.advance(61_000);
      await first.settle();
    }
    expect((await first.view()).devices).toHaveLength(1);
    expect(groupPush(await first.self()).recipients).toHaveLength(1);
    await second.settle();
    expect((await second.view()).status).toBe('removed');
  });

  test('a removed device comes back as another one', async () => {
    const { first, second } = await linked();
    const id = (await second.self()).deviceId;
    await first.group.follow({ action: 'remove', deviceId: bytesToHex(id) });
    await first.poll();
    await second.settle();
    await linkDevices(first, second);
    expect((await second.view()).status).toBe('member');
    expect((await second.self()).deviceId).not.toEqual(id);
  });
});

describe('what one node shows', () => {
  test('is not enough to believe that the group has gone on without us', async () => {
    const { swarm, first } = await founded();
    const lying = [...swarm.nodes.keys()][1] as string;
    const other = await strangerGroup(swarm);
    const data = await sealed(other, other.payload);
    const hash = swarm.hold(data);
    const [item] = (swarm.nodes.get(lying) ?? []).filter((held) => held.hash === hash);
    // This node alone has the other group and not ours.
    swarm.drop([hash]);
    swarm.nodes.set(lying, item ? [item] : []);
    await first.restart();
    await first.poll(lying);
    expect((await first.view()).status).toBe('member');
    await first.settle();
    expect((await first.view()).status).toBe('member');
    for (const node of swarm.nodes.keys()) swarm.nodes.set(node, item ? [item] : []);
    await first.restart();
    await first.settle();
    expect((await first.view()).status).toBe('cut-off');
  });
});

describe('bounds', () => {
  test('a member that states new devices for ever is merged up to what a message holds, and answered ever more seldom', async () => {
    const { swarm, first, second } = await linked();
    let hostile = await second.self();
    const started = { requests: first.requests, stored: swarm.log.length };
    for (let round = 0; round < 40; round++) {
      const record = newRecord(
        await derivePublicKeys(crypto, 'device', systemRandom(32)),
        { description: 'flood', version: 1, polledSeconds: null },
        secondsOf(swarm),
        1
      );
      const payload = { ...hostile.payload, devices: new Map(hostile.payload.devices) };
      payload.devices.set(btKey(systemRandom(32)), record);
      hostile = { ...hostile, payload: { ...hostile.payload, devices: new Map(payload.devices) } };
      if (liveDevices(hostile.payload).length > 20) hostile = await second.self();
      swarm.hold(await sealed(hostile, payload));
      await first.poll();
      await swarm.clock.advance(3_000);
    }
    expect(liveDevices((await first.self()).payload).length).toBeLessThanOrEqual(24);
    const hostilePushes = 40;
    const ownPushes = swarm.log.length - started.stored - hostilePushes;
    expect(ownPushes).toBeLessThan(10);
    expect(first.requests - started.requests).toBeLessThan(hostilePushes * 2);
    // What is stored last can still be read by everybody in it.
    expect((await first.view()).status).toBe('member');
  });

  test('forged requests by the thousand are tried a few at a time, and those of a thief shown four at most', async () => {
    const { swarm, first } = await founded();
    const model = await forgedRequest(swarm, first);
    for (let index = 0; index < 1_000; index++) {
      const data = model.slice();
      data.set(systemRandom(8), data.length - 40);
      swarm.hold(data, 600_000);
    }
    await first.poll();
    expect((await first.view()).requests).toEqual([]);
    for (let index = 0; index < 12; index++) swarm.hold(await forgedRequest(swarm, first), 600_000);
    await first.poll();
    expect((await first.view()).requests).toHaveLength(4);
  });

  test('a record with keys that nobody can use does not keep the others from theirs', async () => {
    const { swarm, first, second } = await linked();
    const self = await second.self();
    const bad = { mlKem: new Uint8Array(1184).fill(255), x25519: new Uint8Array(32) };
    const record = newRecord(
      bad,
      { description: 'bad', version: 1, polledSeconds: null },
      secondsOf(swarm),
      1
    );
    const payload = {
      ...self.payload,
      devices: new Map(self.payload.devices).set(btKey(systemRandom(32)), record)
    };
    const active = activeSeed(payload.seeds);
    swarm.hold(
      await sealGroupMessage(crypto, {
        root: OWN,
        groupId: self.groupId as Uint8Array,
        payload: encodePayload(payload),
        recipients: liveDevices(self.payload).map(({ record: { publicKeys } }) => publicKeys),
        linkKey: (await derivePublicKeys(crypto, 'account', active?.seed as Uint8Array)).x25519,
        removedIds: []
      })
    );
    await first.settle();
    await swarm.clock.advance(13 * 3_600_000);
    await first.settle();
    await swarm.clock.advance(61_000);
    await first.settle();
    await second.settle();
    expect(await activeHex(second)).toBe(await activeHex(first));
  });
});

describe('pushing', () => {
  test('never happens before everything was looked at, and waits for a swarm that answers', async () => {
    const { swarm, first } = await founded();
    swarm.isBroken = true;
    await swarm.clock.advance(13 * 3_600_000);
    const known = swarm.log.length;
    await first.settle();
    await first.settle();
    expect(swarm.log).toHaveLength(known);
    const announced = announcedSeed(await first.self())?.seed;
    swarm.isBroken = false;
    await swarm.clock.advance(20 * 60_000);
    await first.settle();
    expect(swarm.log.length).toBe(known + 1);
    expect(announcedSeed(await first.self())?.seed).not.toEqual(announced);
  });

  test('what a push replaces is deleted, so that a group is one message', async () => {
    const { swarm, first, second } = await linked();
    await first.settle();
    await second.settle();
    await swarm.clock.advance(13 * 3_600_000);
    for (const device of [first, second, first, second]) {
      await device.settle();
      await swarm.clock.advance(61_000);
    }
    for (const items of swarm.nodes.values()) {
      expect(items.filter(({ expiresAtMs }) => expiresAtMs > swarm.clock.now()).length).toBeLessThanOrEqual(
        2
      );
    }
    expect(await activeHex(second)).toBe(await activeHex(first));
  });
});
