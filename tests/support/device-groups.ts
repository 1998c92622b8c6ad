// Groups of devices in the states that tests of them begin with, and what somebody with the recovery phrase can make.
import { bytesToHex } from '../../src/lib/bytes/index.ts';
import {
  activeSeed,
  buildLinkRequest,
  createGroupId,
  createSelf,
  derivePublicKeys,
  encodePayload,
  foundGroup,
  liveDevices,
  newRecord,
  presentDeviceSeed,
  sealGroupMessage,
  type GroupPayload,
  type HfsSelf
} from '../../src/lib/hfs/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  createGroupDevice,
  createGroupSwarm,
  crypto,
  linkDevices,
  OWN,
  type GroupDevice,
  type GroupSwarm
} from './group-device.ts';

export const secondsOf = (swarm: GroupSwarm) => Math.floor(swarm.clock.now() / 1000);
export const activeHex = async (device: GroupDevice) =>
  bytesToHex(activeSeed((await device.self()).payload.seeds)?.seed ?? new Uint8Array());

export async function founded(swarm = createGroupSwarm(), realSymbols = false) {
  const first = await createGroupDevice(swarm, { name: 'First browser', isCreatedHere: true, realSymbols });
  await first.poll();
  return { swarm, first };
}

export async function linked() {
  const { swarm, first } = await founded();
  const second = await createGroupDevice(swarm, { name: 'Second browser' });
  await linkDevices(first, second);
  return { swarm, first, second };
}

/** A message of a group as somebody with the recovery phrase can make it. */
export async function sealed(self: HfsSelf, payload: GroupPayload): Promise<Uint8Array> {
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

export async function strangerGroup(swarm: GroupSwarm, groupId?: Uint8Array): Promise<HfsSelf> {
  const self = createSelf(systemRandom, secondsOf(swarm));
  return foundGroup(self, {
    random: systemRandom,
    groupId: groupId ?? createGroupId(crypto, secondsOf(swarm)),
    publicKeys: await derivePublicKeys(crypto, 'device', presentDeviceSeed(self).seed),
    facts: { description: 'Fake', version: 1, polledSeconds: null },
    nowSeconds: secondsOf(swarm)
  });
}

export async function forgedRequest(swarm: GroupSwarm, member: GroupDevice): Promise<Uint8Array> {
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
