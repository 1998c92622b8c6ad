import { beforeEach, describe, expect, test } from 'vitest';
import { bytesToBase64 } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import {
  createSelf,
  derivePublicKeys,
  foundGroup,
  presentDeviceSeed,
  type HfsSelf
} from '../../../src/lib/hfs/index.ts';
import {
  createGroupStorage,
  createPassingGroupStorage
} from '../../../src/lib/messenger/hfs-group-storage.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { loadMeta, openShreddable, raiseEpoch, type ProfileStore } from '../../../src/lib/storage/index.ts';
import { btKey } from '../../../src/lib/wire/index.ts';
import { createStorageDevice, createTestProfile, type StorageDevice } from '../../support/storage-device.ts';

const crypto = await createCryptoBackend();

let device: StorageDevice;
let store: ProfileStore;

beforeEach(async () => {
  device = await createStorageDevice();
  store = await createTestProfile(device);
  await raiseEpoch(store);
});

/** A member of a group of one, with an account key and a device key that were rotated. */
async function member(): Promise<HfsSelf> {
  const self = createSelf(systemRandom, 1_000);
  const { seed } = presentDeviceSeed(self);
  const founded = foundGroup(self, {
    random: systemRandom,
    groupId: systemRandom(8),
    publicKeys: await derivePublicKeys(crypto, 'device', seed),
    facts: { description: 'A browser', version: 1, polledSeconds: null },
    nowSeconds: 1_000
  });
  const old = { seed: systemRandom(32), createdSeconds: 500, rotatedSeconds: 1_000 };
  return {
    ...founded,
    payload: { ...founded.payload, seeds: [old, ...founded.payload.seeds] },
    deviceSeeds: [{ seed: systemRandom(32), createdSeconds: 1, rotatedSeconds: 2 }, ...founded.deviceSeeds],
    distributed: [old, ...founded.payload.seeds].map((item) => btKey(item.seed))
  };
}

const seedsOf = ({ payload, deviceSeeds }: HfsSelf) => [
  ...payload.seeds.map(({ seed }) => seed),
  ...deviceSeeds.map(({ seed }) => seed),
  ...(payload.continuity ? [payload.continuity.seed] : [])
];

/** Without what is over: the first account seed and the first device seed. */
const later = (self: HfsSelf): HfsSelf => ({
  ...self,
  payload: { ...self.payload, seeds: self.payload.seeds.slice(1) },
  deviceSeeds: self.deviceSeeds.slice(1)
});

const storedSecrets = async () => (await loadMeta(store, 'hfs-self'))?.content.seeds ?? [];

describe('the place in the group', () => {
  test('comes back as it was, in another tab too', async () => {
    const self = await member();
    await createGroupStorage(store).save(self);
    expect(await createGroupStorage(store).load()).toEqual(self);
  });

  test('is kept without a seed in it', async () => {
    const self = await member();
    await createGroupStorage(store).save(self);
    const text = (await loadMeta(store, 'hfs-self'))?.content.state ?? '';
    for (const seed of seedsOf(self)) expect(text).not.toContain(bytesToBase64(seed));
    expect(text).toContain(bytesToBase64(self.deviceId));
  });

  test('names no seed that is gone as one that others have', async () => {
    const self = await member();
    const storage = createGroupStorage(store);
    await storage.save(later(self));
    expect((await storage.load())?.distributed).toEqual(self.distributed.slice(1));
  });
});

describe('a seed that is over', () => {
  test('opens no more, whatever copy of its row is left, and the others do', async () => {
    const self = await member();
    const storage = createGroupStorage(store);
    await storage.save(self);
    const before = await storedSecrets();
    await storage.save(later(self));
    const opened = await Promise.all(before.map((secret) => openShreddable(store, secret)));
    const gone = [self.payload.seeds[0], self.deviceSeeds[0]].map((item) => item?.seed as Uint8Array);
    expect(opened.filter((seed) => seed === null)).toHaveLength(gone.length);
    for (const seed of seedsOf(later(self))) expect(opened).toContainEqual(seed);
    for (const seed of gone) expect(opened).not.toContainEqual(seed);
    expect(await store.keySlots.used()).toHaveLength((await storedSecrets()).length);
  });

  test('keeps the slots of the others as they are', async () => {
    const self = await member();
    const storage = createGroupStorage(store);
    await storage.save(self);
    const before = await storedSecrets();
    await storage.save(later(self));
    for (const secret of await storedSecrets()) expect(before).toContainEqual(secret);
  });
});

describe('what goes wrong', () => {
  test('a save that is broken off leaves what was, and the next one tidies up', async () => {
    const self = await member();
    const storage = createGroupStorage(store);
    await storage.save(later(self));
    device.onCommit = (name, phase) => {
      if (name === 'meta hfs-self' && phase === 'before') throw new Error('the browser ends here');
    };
    await expect(storage.save(self)).rejects.toThrow('the browser ends here');
    device.onCommit = undefined;
    const next = createGroupStorage(store);
    expect((await next.load())?.payload.seeds).toEqual(later(self).payload.seeds);
    expect(await store.keySlots.used()).not.toHaveLength((await storedSecrets()).length);
    await next.save(later(self));
    expect(await store.keySlots.used()).toHaveLength((await storedSecrets()).length);
  });

  test('an account seed whose slot is lost is left out, and without its own seed the device begins anew', async () => {
    const self = await member();
    await createGroupStorage(store).save(self);
    const secrets = await storedSecrets();
    const slotOf = async (wanted: Uint8Array) => {
      for (const secret of secrets) {
        const seed = await openShreddable(store, secret);
        if (seed && btKey(seed) === btKey(wanted)) return secret.slot;
      }
      throw new Error('no slot');
    };
    await store.keySlots.shred(await slotOf(self.payload.seeds[0]?.seed as Uint8Array));
    expect((await createGroupStorage(store).load())?.payload.seeds).toEqual(self.payload.seeds.slice(1));
    await store.keySlots.shred(await slotOf(self.deviceSeeds.at(-1)?.seed as Uint8Array));
    expect(await createGroupStorage(store).load()).toBeNull();
  });

  test('an engine that was deposed touches no slot', async () => {
    const self = await member();
    const storage = createGroupStorage(store);
    await storage.save(self);
    const slots = await store.keySlots.used();
    const { epoch } = store.engine;
    await raiseEpoch(store);
    store.engine.epoch = epoch;
    const other = { ...later(self), deviceSeeds: (await member()).deviceSeeds };
    await expect(storage.save(other)).rejects.toMatchObject({ code: 'deposed' });
    expect(await store.keySlots.used()).toEqual(slots);
  });

  test('a wake-up reads it and changes nothing', async () => {
    const self = await member();
    await createGroupStorage(store).save(self);
    const passing = createPassingGroupStorage(store);
    expect(await passing.load()).toEqual(self);
    const slots = await store.keySlots.used();
    await passing.save(later(self));
    expect(await store.keySlots.used()).toEqual(slots);
    expect(await createGroupStorage(store).load()).toEqual(self);
  });
});
