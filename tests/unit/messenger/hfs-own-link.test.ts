// Linking a device: its request, the symbols both people compare, and what is not believed (v2-forward-secrecy-and-pq.md §12.2, §23).
import { describe, expect, test } from 'vitest';
import { admitDevice, derivePublicKeys, newRecord, presentDeviceSeed } from '../../../src/lib/hfs/index.ts';
import { createGroupDevice, createGroupSwarm, crypto } from '../../support/group-device.ts';
import {
  secondsOf,
  activeHex,
  founded,
  sealed,
  strangerGroup,
  forgedRequest
} from '../../support/device-groups.ts';

const DAY_MS = 86_400_000;

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
