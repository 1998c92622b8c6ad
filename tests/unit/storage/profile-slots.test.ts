import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { SLOT_COUNT, slotOffset } from '../../../src/lib/crypto/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { createKeySlots, createProfileSlots, FIRST_KEY_SLOT } from '../../../src/lib/storage/index.ts';
import { createStorageDevice, createTestProfile } from '../../support/storage-device.ts';

async function setUp() {
  const device = await createStorageDevice();
  const store = await createTestProfile(device);
  const profileId = store.db.name.replace('onionskin-', '');
  const { slotFiles } = device.environment;
  const deps = { slotFiles, random: systemRandom, identityKey: store.keys.identity };
  return { device, store, profileId, slotFiles, deps };
}

const key = (value: number) => new Uint8Array(32).fill(value);

describe('slots of a profile', () => {
  test('hold what was written until it is shredded', async () => {
    const { deps, profileId, slotFiles } = await setUp();
    const slots = createProfileSlots(deps, profileId);
    expect(await slots.read(9)).toBeNull();
    await slots.write(9, new Uint8Array(62).fill(0xcd));
    expect(bytesToHex((await slots.read(9)) as Uint8Array)).toBe('cd'.repeat(62));
    expect(bytesToHex((await slotFiles.read(profileId)) as Uint8Array)).toContain('cd'.repeat(62));
    await slots.shred(9);
    expect(await slots.read(9)).toBeNull();
    expect(bytesToHex((await slotFiles.read(profileId)) as Uint8Array)).not.toContain('cdcdcd');
  });

  test('of a profile without a slot file are missing', async () => {
    const { deps } = await setUp();
    await expect(createProfileSlots(deps, 'nobody').read(0)).rejects.toMatchObject({ code: 'key-missing' });
  });
});

describe('keys in slots', () => {
  test('come back as they were, each from its own slot', async () => {
    const { deps, profileId } = await setUp();
    const slots = createKeySlots(deps, profileId);
    const first = await slots.add(key(1));
    const second = await slots.add(key(2));
    expect([first, second]).toEqual([FIRST_KEY_SLOT, FIRST_KEY_SLOT + 1]);
    expect(await slots.open(first)).toEqual(key(1));
    expect(await slots.open(second)).toEqual(key(2));
    expect(await slots.used()).toEqual([first, second]);
  });

  test('are gone once shredded, and their slot is used again', async () => {
    const { deps, profileId } = await setUp();
    const slots = createKeySlots(deps, profileId);
    const index = await slots.add(key(1));
    await slots.shred(index);
    expect(await slots.open(index)).toBeNull();
    expect(await slots.used()).toEqual([]);
    expect(await slots.add(key(3))).toBe(index);
  });

  test('do not open with the keys of another profile, nor from another slot', async () => {
    const { device, deps, profileId, slotFiles } = await setUp();
    const other = await createTestProfile(device, 'Ben');
    const slots = createKeySlots(deps, profileId);
    const index = await slots.add(key(1));
    const foreign = createKeySlots({ ...deps, identityKey: other.keys.identity }, profileId);
    expect(await foreign.open(index)).toBeNull();
    const image = (await slotFiles.read(profileId)) as Uint8Array;
    const sealed = image.slice(slotOffset(index), slotOffset(index + 1));
    await slotFiles.write(profileId, slotOffset(index + 1), sealed);
    expect(await slots.open(index + 1)).toBeNull();
    expect(await slots.open(index)).toEqual(key(1));
  });

  test('never take the slots of the locks, and say when there is no room', async () => {
    const { deps, profileId } = await setUp();
    const slots = createKeySlots(deps, profileId);
    for (let index = FIRST_KEY_SLOT; index < SLOT_COUNT; index++) await slots.add(key(index));
    await expect(slots.add(key(0))).rejects.toMatchObject({ code: 'slots-full' });
    await expect(slots.shred(0)).rejects.toMatchObject({ code: 'usage' });
    expect(await createProfileSlots(deps, profileId).read(0)).not.toBeNull();
  });
});
