// The slot of an official app (v2-forward-secrecy-and-pq.md §9.3, §16.3).
import { beforeEach, expect, test } from 'vitest';
import { createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { buildAnnouncement, derivePublicKeys } from '../../../src/lib/hfs/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createOfficialSlot, type OfficialSlot } from '../../../src/lib/messenger/official-slot.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { raiseEpoch, type ProfileStore } from '../../../src/lib/storage/index.ts';
import { SwarmError } from '../../../src/lib/swarm/index.ts';
import { createStorageDevice, createTestProfile, START_MS } from '../../support/storage-device.ts';

const crypto = await createCryptoBackend();
const identity = deriveIdentity(new Uint8Array(16).fill(1));
const stranger = deriveIdentity(new Uint8Array(16).fill(2));
const HOUR_MS = 3_600_000;

let store: ProfileStore;
let slot: OfficialSlot;
let nowMs: number;
let shown: Uint8Array[] | null;
let asked: number[];

const open = () =>
  createOfficialSlot({
    ...{ store, identity, crypto, log: silentLog },
    now: () => nowMs,
    directory: {
      members: () => [],
      async readPublicSlot({ namespace }) {
        asked.push(namespace);
        if (shown === null) throw new SwarmError('no-swarm');
        return { nodeHex: 'ab', items: shown };
      }
    }
  });

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  [nowMs, shown, asked] = [START_MS, [], []];
  slot = open();
});

const keysOf = async (who: typeof identity) =>
  buildAnnouncement(crypto, {
    ...{ identity: who, createdSeconds: START_MS / 1000, retentionDays: 16 },
    publicKeys: await derivePublicKeys(crypto, 'account', systemRandom(32))
  });

test('is looked at once a day, over restarts', async () => {
  for (let hour = 0; hour < 47; hour++, nowMs += HOUR_MS) {
    expect(await slot.isTaken()).toBe(false);
    if (hour === 12) slot = open();
  }
  expect(asked).toEqual([-21, -21]);
});

test('is taken when keys of the account stand in it, until they are gone', async () => {
  shown = [await keysOf(identity)];
  expect(await slot.isTaken()).toBe(true);
  expect(await open().isTaken()).toBe(true);
  shown = [];
  nowMs += 24 * HOUR_MS;
  expect(await slot.isTaken()).toBe(false);
});

test('is not taken by keys of others, by nonsense, or by what the person goes beside', async () => {
  shown = [await keysOf(stranger), systemRandom(1302), new Uint8Array(0)];
  expect(await slot.isTaken()).toBe(false);
  shown = [await keysOf(identity)];
  nowMs += 24 * HOUR_MS;
  expect(await slot.isTaken()).toBe(true);
  await slot.ignore();
  expect(await slot.isTaken()).toBe(false);
  // An app that rotates its keys is the same app.
  shown = [await keysOf(identity)];
  nowMs += 24 * HOUR_MS;
  expect(await slot.isTaken()).toBe(false);
  expect(await open().isTaken()).toBe(false);
});

test('without an answer counts as it was seen last, and is asked again soon', async () => {
  shown = null;
  expect(await slot.isTaken()).toBe(false);
  expect(await slot.isTaken()).toBe(false);
  expect(asked).toHaveLength(1);
  nowMs += 11 * 60_000;
  shown = [await keysOf(identity)];
  expect(await slot.isTaken()).toBe(true);
  nowMs += 24 * HOUR_MS;
  shown = null;
  expect(await slot.isTaken()).toBe(true);
});
