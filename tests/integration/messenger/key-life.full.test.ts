// The life of keys in a running engine over the embedded network (v2-forward-secrecy-and-pq.md §13, §19): rotated twice a day,
// announced, and destroyed after their time in the slot file itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, readSlot, SLOT_COUNT, slotOffset } from '../../../src/lib/crypto/index.ts';
import { openAnnouncement, OWN_PROFILE } from '../../../src/lib/hfs/index.ts';
import { FIRST_KEY_SLOT } from '../../../src/lib/storage/index.ts';
import { eventually } from '../../support/engine-device.ts';
import { createTestNetwork, type Person, type TestNetwork } from '../../support/engine-network.ts';
import { createLeapClock } from '../../support/leap-clock.ts';

const WAIT_MS = 30_000;
const HOUR_MS = 3_600_000;
/** Later than any rotation that is due after half a day. */
const STEP_MS = 13.2 * HOUR_MS;
const SLOT_BYTES = 64;
const clock = createLeapClock(6);
const crypto = await createCryptoBackend();

let network: TestNetwork;
let ana: Person;

async function announcedSeconds(): Promise<number | null> {
  const { announcementNamespace } = OWN_PROFILE;
  const { accountId } = ana.page;
  const item = network.net.stored(accountId).find(({ namespace }) => namespace === announcementNamespace);
  const announcement = item && (await openAnnouncement(crypto, item.data, accountId));
  return announcement?.createdSeconds ?? null;
}

/** What stands in the slots for keys that are in use. */
async function keySlots(): Promise<string[]> {
  const profileId = ana.page.db.name.replace('onionskin-', '');
  const image = (await ana.browser.storage.environment.slotFiles.read(profileId)) as Uint8Array;
  return Array.from({ length: SLOT_COUNT - FIRST_KEY_SLOT }, (_, offset) => FIRST_KEY_SLOT + offset)
    .filter((slot) => readSlot(image, slot) !== null)
    .map((slot) => bytesToHex(image.subarray(slotOffset(slot), slotOffset(slot) + SLOT_BYTES)));
}

async function halfADay(): Promise<void> {
  const before = await announcedSeconds();
  clock.leap(STEP_MS);
  await eventually(
    'another key is announced',
    async () => ![null, before].includes(await announcedSeconds()),
    WAIT_MS
  );
}

beforeAll(async () => {
  network = await createTestNetwork({ clock });
  ana = await network.person('Ana', clock);
  await eventually('a key is announced', async () => (await announcedSeconds()) !== null, WAIT_MS);
}, 60_000);
afterAll(() => network.close());

describe('keys of an account that is in use', () => {
  test('are rotated and kept, and after sixteen days nothing is left of the first ones', async () => {
    const first = await keySlots();
    // Account, device and continuity.
    expect(first).toHaveLength(3);
    for (let step = 0; step < 4; step++) await halfADay();
    const soon = await keySlots();
    expect(soon.filter((slot) => first.includes(slot)).length).toBeGreaterThanOrEqual(2);
    expect(soon.length).toBeGreaterThan(first.length);
    for (let step = 4; step < 34; step++) await halfADay();
    await eventually(
      'only the continuity key is as old',
      async () => (await keySlots()).filter((slot) => first.includes(slot)).length === 1,
      WAIT_MS
    );
    // Half days of sixteen days, the present one, up to five device keys, and the continuity key.
    expect((await keySlots()).length).toBeLessThanOrEqual(37);
  }, 240_000);
});
