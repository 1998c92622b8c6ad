// What another app leaves in the name of an account that takes forward-secret messages (v2-forward-secrecy-and-pq.md §16.1).
import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { createNobleBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createAnnouncedStore, type AnnouncedStore } from '../../../src/lib/messenger/hfs-announced.ts';
import { createHfsMessages, type HfsMessages } from '../../../src/lib/messenger/hfs-messages.ts';
import type { ContentItem } from '../../../src/lib/messenger/open-item.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { changeSettings, raiseEpoch, type ProfileStore } from '../../../src/lib/storage/index.ts';
import { decodeContent } from '../../../src/lib/wire/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createStorageDevice, createTestProfile, OTHER_ID, START_MS } from '../../support/storage-device.ts';
import { textContent } from '../../support/text-content.ts';

const crypto = createNobleBackend();
const identity = deriveIdentity(new Uint8Array(16).fill(7));
const own = identity.accountId;
/** An hour after the first announcement. */
const SETTLED_MS = START_MS + 3_600_000;

let store: ProfileStore;
let announced: AnnouncedStore;
let hfs: HfsMessages;
let alarms: number;

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  await changeSettings(store, { forwardSecrecy: true });
  alarms = 0;
  const clock = createFakeClock(SETTLED_MS + 10_000);
  const state = { current: async () => null, change: async () => null, onChange: () => () => {} } as never;
  announced = createAnnouncedStore(store, state);
  hfs = createHfsMessages({
    ...{ store, identity, crypto, state, clock, random: systemRandom, log: silentLog },
    swarm: {
      members: () => [],
      readPublicSlot: async () => ({ nodeHex: 'ab', items: [] }),
      replace: async () => {}
    },
    now: () => clock.now(),
    clockOffsetMs: () => 0,
    ringOutbox: () => {},
    announcing: {
      onForeign: async () => {},
      onTurned: async () => {},
      onOfficial: async () => {},
      onOverdue: async () => {},
      onGroupDue: () => {}
    },
    onOtherApp: async () => void (alarms += 1)
  });
});

const announce = () =>
  announced.keep({
    announcement: Uint8Array.of(1),
    keyId: new Uint8Array(8),
    continuityPublicKey: new Uint8Array(32),
    seed: new Uint8Array(32).fill(1),
    createdSeconds: START_MS / 1000,
    publishedSeconds: START_MS / 1000,
    retentionDays: 16,
    sinceSeconds: START_MS / 1000
  });

const copy = (timestampMs: number, { senderId = own, isHybrid = false } = {}): ContentItem => ({
  kind: 'content',
  hash: `h${timestampMs}`,
  expiresAtMs: timestampMs + 86_400_000,
  senderId: senderId as AccountId,
  timestampMs,
  content: decodeContent(textContent({ text: 'Hello', timestampMs, syncTarget: OTHER_ID })),
  ...(isHybrid && { protection: 'hybrid' })
});

describe.each<[string, (timestampMs: number) => Promise<void>]>([
  ['settings in the form of another app', (timestampMs) => hfs.noteForeignWrite(timestampMs)],
  [
    'a classic copy of a message of ours',
    (timestampMs) => hfs.noteContents([copy(timestampMs), copy(START_MS)])
  ]
])('%s', (_, leave) => {
  test('is of another app once every device had an hour to learn of the announcement', async () => {
    await announce();
    await leave(SETTLED_MS);
    expect(alarms).toBe(0);
    await leave(SETTLED_MS + 1);
    expect(alarms).toBe(1);
  });

  test('means nothing where nothing is announced', async () => {
    await leave(SETTLED_MS + 1);
    expect(alarms).toBe(0);
  });

  test('means nothing while forward secrecy is off, although it is not withdrawn yet', async () => {
    await announce();
    await changeSettings(store, { forwardSecrecy: false });
    await leave(SETTLED_MS + 1);
    expect(alarms).toBe(0);
  });
});

test('forward-secret copies, and classic messages of others, are of no other app', async () => {
  await announce();
  const atMs = SETTLED_MS + 1;
  await hfs.noteContents([copy(atMs, { isHybrid: true }), copy(atMs, { senderId: OTHER_ID })]);
  expect(alarms).toBe(0);
});
