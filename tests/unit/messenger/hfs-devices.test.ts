// The device group as the engine keeps it: linking, removal, leaving, and what may not be believed or overdone
// (v2-forward-secrecy-and-pq.md §11 to §13, numbers of §23).
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import {
  activeSeed,
  admitDevice,
  announcedSeed,
  buildLinkRequest,
  createGroupId,
  createSelf,
  derivePublicKeys,
  encodePayload,
  foundGroup,
  groupPush,
  liveDevices,
  newRecord,
  presentDeviceSeed,
  sealGroupMessage,
  type GroupPayload,
  type HfsSelf
} from '../../../src/lib/hfs/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { btKey } from '../../../src/lib/wire/index.ts';
import {
  createGroupDevice,
  createGroupSwarm,
  crypto,
  linkDevices,
  OWN,
  type GroupDevice,
  type GroupSwarm
} from '../../support/group-device.ts';

const DAY_MS = 86_400_000;
const secondsOf = (swarm: GroupSwarm) => Math.floor(swarm.clock.now() / 1000);
const activeHex = async (device: GroupDevice) =>
  bytesToHex(activeSeed((await device.self()).payload.seeds)?.seed ?? new Uint8Array());

async function founded(swarm = createGroupSwarm(), realSymbols = false) {
  const first = await createGroupDevice(swarm, { name: 'First browser', isCreatedHere: true, realSymbols });
  await first.poll();
  return { swarm, first };
}

async function linked() {
  const { swarm, first } = await founded();
  const second = await createGroupDevice(swarm, { name: 'Second browser' });
  await linkDevices(first, second);
  return { swarm, first, second };
}

/** A message of a group as somebody with the recovery phrase can make it. */
async function sealed(self: HfsSelf, payload: GroupPayload): Promise<Uint8Array> {
  const active = activeSeed(payload.seeds);
  if (!active || !self.groupId) throw new Error('expected a group');
  return sealGroupMessage(crypto, {
    root: OWN,
    groupId: self.groupId,
    payload: encodePayload(payload),
    recipients: liveDevices(payload).map(({ record }) => record.publicKeys),
    linkKey: (await derivePublicKeys(crypto, 'account', active.seed)).x25519,
    removedIds: []
  });
}

async function strangerGroup(swarm: GroupSwarm, groupId?: Uint8Array): Promise<HfsSelf> {
  const self = createSelf(systemRandom, secondsOf(swarm));
  return foundGroup(self, {
    random: systemRandom,
    groupId: groupId ?? createGroupId(crypto, secondsOf(swarm)),
    publicKeys: await derivePublicKeys(crypto, 'device', presentDeviceSeed(self).seed),
    facts: { description: 'Fake', version: 1, polledSeconds: null },
    nowSeconds: secondsOf(swarm)
  });
}

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

describe('linking', () => {
  test('shows both persons the same symbols, and gives the new device every key of the account', async () => {
    const { swarm, first } = await founded(createGroupSwarm(), true);
    const second = await createGroupDevice(swarm, { name: 'Second browser', realSymbols: true });
    await second.settle();
    await second.group.follow({ action: 'link' });
    await second.poll();
    await first.poll();
    const [request] = (await first.view()).requests;
    const { link } = await second.view();
    expect(request?.name).toBe('Second browser');
    expect(request?.symbols).toHaveLength(21);
    expect(link?.symbols).toEqual(request?.symbols);
    await first.group.follow({ action: 'accept', requestId: request?.id ?? '' });
    await first.poll();
    await second.poll();
    expect(await second.view()).toMatchObject({ status: 'waiting', link: { isAdmitted: true } });
    expect((await second.self()).payload.seeds).toHaveLength(0);
    await second.group.follow({ action: 'confirm-link' });
    await second.poll();
    expect((await second.self()).status).toBe('member');
    expect(await activeHex(second)).toBe(await activeHex(first));
    expect((await second.view()).devices.map(({ name }) => name)).toEqual([
      'First browser',
      'Second browser'
    ]);
    expect((await first.view()).requests).toEqual([]);
    expect(first.changes).toEqual([{ change: 'added', name: 'Second browser' }]);
    expect(second.changes).toEqual([{ change: 'linked', name: '' }]);
  });

  test('A15: a fake group that admits the device, its id copied, joins nothing without the person', async () => {
    const { swarm, first } = await founded();
    const second = await createGroupDevice(swarm);
    await second.settle();
    await second.group.follow({ action: 'link' });
    await second.poll();
    const waiting = await second.self();
    const fake = await strangerGroup(swarm, (await first.self()).groupId ?? undefined);
    const record = newRecord(
      await derivePublicKeys(crypto, 'device', presentDeviceSeed(waiting).seed),
      { description: 'x', version: 1, polledSeconds: null },
      secondsOf(swarm),
      1
    );
    const admitted = admitDevice(fake, waiting.deviceId, record);
    swarm.hold(await sealed(admitted, admitted.payload));
    await second.settle();
    expect(await second.self()).toMatchObject({ status: 'waiting', payload: { seeds: [] } });
    expect((await second.view()).link).toMatchObject({ isAdmitted: true, isConfirmed: false });
    await second.group.follow({ action: 'cancel-link' });
    await second.settle();
    expect((await second.self()).status).toBe('visible');
  });

  test('A16: a request exchanged on the way shows other symbols', async () => {
    const { swarm, first } = await founded(createGroupSwarm(), true);
    const second = await createGroupDevice(swarm, { realSymbols: true });
    await second.settle();
    await second.group.follow({ action: 'link' });
    await second.poll();
    const real = swarm.log.at(-1)?.hash ?? '';
    swarm.drop([real]);
    swarm.hold(await forgedRequest(swarm, first), 600_000);
    await first.poll();
    const [request] = (await first.view()).requests;
    expect(request).toBeDefined();
    expect((await second.view()).link?.symbols).not.toEqual(request?.symbols);
  });

  test('A17: a request not signed by the account prompts nobody', async () => {
    const { swarm, first } = await founded();
    const bad = (await forgedRequest(swarm, first)).slice();
    bad[bad.length - 80]! ^= 1;
    swarm.hold(bad, 600_000);
    await first.poll();
    expect((await first.view()).requests).toEqual([]);
    swarm.hold(await forgedRequest(swarm, first), 600_000);
    await first.poll();
    expect((await first.view()).requests).toHaveLength(1);
  });

  test('a refused request is not shown again; nor is one whose ten minutes are over', async () => {
    const { swarm, first } = await founded();
    const id = swarm.hold(await forgedRequest(swarm, first), 600_000);
    await first.poll();
    await first.group.follow({ action: 'refuse', requestId: id });
    await first.poll();
    expect((await first.view()).requests).toEqual([]);
    swarm.hold(await forgedRequest(swarm, first), 10 * DAY_MS);
    await first.poll();
    expect((await first.view()).requests).toHaveLength(1);
    await swarm.clock.advance(11 * 60_000);
    await first.group.follow({ action: 'refuse', requestId: 'none' });
    await first.poll();
    expect((await first.view()).requests).toEqual([]);
  });

  test('a request that nobody answers is over after its time, and can be made again', async () => {
    const { swarm } = await founded();
    const second = await createGroupDevice(swarm);
    await second.settle();
    await second.group.follow({ action: 'link' });
    await second.poll();
    const before = await second.self();
    await swarm.clock.advance(12 * 60_000);
    await second.restart();
    await second.settle();
    expect(await second.view()).toMatchObject({ status: 'visible', problem: 'link-expired', link: null });
    await second.group.follow({ action: 'link' });
    await second.poll();
    expect((await second.view()).link).not.toBeNull();
    expect((await second.self()).deviceId).not.toEqual(before.deviceId);
  });

  test('two devices that ask at the same time are both taken in', async () => {
    const { swarm, first } = await founded();
    const others = [
      await createGroupDevice(swarm, { name: 'B' }),
      await createGroupDevice(swarm, { name: 'C' })
    ];
    for (const other of others) {
      await other.settle();
      await other.group.follow({ action: 'link' });
      await other.poll();
    }
    await first.poll();
    const { requests } = await first.view();
    expect(requests.map(({ name }) => name).sort()).toEqual(['B', 'C']);
    for (const { id } of requests) await first.group.follow({ action: 'accept', requestId: id });
    await first.poll();
    for (const other of others) {
      await other.group.follow({ action: 'confirm-link' });
      await other.settle();
    }
    for (const device of [first, ...others]) {
      expect((await device.view()).devices.map(({ name }) => name).sort()).toEqual([
        'B',
        'C',
        'First browser'
      ]);
    }
  });
});

async function forgedRequest(swarm: GroupSwarm, member: GroupDevice): Promise<Uint8Array> {
  const { payload } = await member.self();
  const active = activeSeed(payload.seeds);
  const { message } = await buildLinkRequest(crypto, {
    root: OWN,
    groupLinkKey: (await derivePublicKeys(crypto, 'account', active?.seed ?? new Uint8Array(32))).x25519,
    deviceId: systemRandom(32),
    record: newRecord(
      await derivePublicKeys(crypto, 'device', systemRandom(32)),
      { description: 'Somebody', version: 1, polledSeconds: null },
      secondsOf(swarm),
      1
    )
  });
  return message;
}

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
