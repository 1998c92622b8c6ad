// Messages that no key opens yet: kept, tried again when there are other keys, and not lost where a stranger fills the room
// (v2-forward-secrecy-and-pq.md §15.1).
import { beforeEach, expect, test } from 'vitest';
import { concatBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { deriveRotatingKeys, sealEnvelope, type RotatingKeys } from '../../../src/lib/hfs/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createInbox, type Inbox } from '../../../src/lib/messenger/inbox.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  loadCursors,
  loadHeld,
  loadMessage,
  MAX_HELD,
  raiseEpoch,
  updateHeldState,
  type HeldMessage,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createStorageDevice, createTestProfile, START_MS } from '../../support/storage-device.ts';
import { textContent } from '../../support/text-content.ts';

const crypto = await createCryptoBackend();
const own = deriveIdentity(new Uint8Array(16).fill(1));
const other = deriveIdentity(new Uint8Array(16).fill(2));
const node = 'ab'.repeat(32);
const late = await deriveRotatingKeys(crypto, 'account', systemRandom(32));

let store: ProfileStore;
let inbox: Inbox;
let keys: RotatingKeys[];
let told: number[];
let clock: ReturnType<typeof createFakeClock>;

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  keys = [];
  told = [];
  clock = createFakeClock(START_MS);
  inbox = createInbox({
    ...{ store, crypto, log: silentLog },
    clock: { ...clock, sleep: async () => {} },
    identity: own,
    now: () => clock.now(),
    hfs: {
      ring: { all: async () => keys, announced: async () => null, forget: () => {} },
      noteContents: async () => {},
      resend: {
        noteLeft: async (held: readonly HeldMessage[]) => void told.push(held.length),
        ask: async () => {},
        noteAsked: async () => {}
      }
    }
  });
});

const item = (hash: string, data: Uint8Array) => ({ hash, data, expiresAtMs: START_MS + 1_000_000_000 });
async function sealed(text: string) {
  const content = textContent({ text, timestampMs: START_MS });
  const message = { content, sender: other, recipient: own.accountId, publicKeys: late.publicKeys };
  return item(text, await sealEnvelope(crypto, message));
}
const junk = (index: number) =>
  item(`junk ${index}`, concatBytes(new Uint8Array([0, 2]), systemRandom(1534)));
const receive = (items: readonly ReturnType<typeof item>[]) =>
  inbox.receive({
    ...{ nodeEd25519Hex: node, namespace: 0, items, skipped: 0 },
    lastHash: items.at(-1)?.hash ?? null
  });

test('what no key opens is tried four times, told of, and opened at once when the key comes', async () => {
  await receive([await sealed('one')]);
  for (let turn = 0; turn < 5; turn++) {
    await inbox.retryHeld();
    await clock.advance(16 * 60_000);
  }
  expect(told).toEqual([1]);
  expect(await inbox.retryHeld()).toBeNull();
  keys = [late];
  expect((await inbox.retryHeld())?.added).toHaveLength(1);
  expect(await loadHeld(store)).toEqual([]);
  expect(told.at(-1)).toBe(0);
});

test('a stranger who fills the room takes no message away: it is fetched again when there are other keys', async () => {
  const letter = await sealed('behind the junk');
  await receive(Array.from({ length: MAX_HELD }, (_, index) => junk(index)));
  await receive([letter]);
  const held = await loadHeld(store);
  expect(held).toHaveLength(MAX_HELD);
  expect(held.map(({ hash }) => hash)).not.toContain('behind the junk');
  expect((await loadCursors(store)).size).toBe(1);
  keys = [late];
  await inbox.retryHeld();
  expect((await loadCursors(store)).size).toBe(0);
  // The node shows all of it once more: what is known is passed over, the letter is read.
  expect((await receive([junk(0), letter])).added).toHaveLength(1);
});

test('what contacts sent again after they were asked is counted no more, and what was kept of it stays', async () => {
  const HOUR_MS = 3_600_000;
  const storedAt = (message: ReturnType<typeof item>, timestampMs: number) => ({ ...message, timestampMs });
  const lost = await deriveRotatingKeys(crypto, 'account', systemRandom(32));
  const sealedTo = async (text: string, { publicKeys }: RotatingKeys, timestampMs = START_MS) => {
    const content = textContent({ text, timestampMs });
    return item(
      `${text} ${Math.random()}`,
      await sealEnvelope(crypto, { content, sender: other, recipient: own.accountId, publicKeys })
    );
  };
  await receive([
    storedAt(await sealedTo('one', lost), START_MS + 1_000),
    storedAt(await sealedTo('two', lost), START_MS + 2_000)
  ]);
  const again = storedAt(await sealedTo('one', late), START_MS + HOUR_MS);
  keys = [late];
  // Nobody was asked: a message that comes late is only that (control).
  await receive([storedAt(await sealedTo('of its own', late, START_MS + 5), START_MS + HOUR_MS)]);
  expect(told).toEqual([]);
  await updateHeldState(store, (state) => ({ ...state, count: 2, askedAtMs: START_MS }));
  expect((await receive([again])).added).toHaveLength(1);
  expect(told).toEqual([1]);
  const held = await loadHeld(store);
  expect(held.map(({ cameAgain }) => cameAgain ?? false).sort()).toEqual([false, true]);
});

test('what only a later version can read is kept, tried again, and no message without its key', async () => {
  const letter = item('of a later version', concatBytes(new Uint8Array([0, 3]), systemRandom(1534)));
  await receive([letter]);
  expect(await loadHeld(store)).toMatchObject([{ hash: 'of a later version', isNewer: true }]);
  const { newReasons } = await receive([
    item('another', concatBytes(new Uint8Array([0, 9]), systemRandom(40)))
  ]);
  // It was said with the first one.
  expect(newReasons).toEqual([]);
  for (let turn = 0; turn < 5; turn++) {
    await inbox.retryHeld();
    await clock.advance(16 * 60_000);
  }
  expect(await loadHeld(store)).toHaveLength(2);
  await clock.advance(15 * 24 * 3_600_000);
  keys = [late];
  await inbox.retryHeld();
  expect(await loadHeld(store)).toEqual([]);
});

test('a sent time that does not fit the time of storing is marked, and the message kept', async () => {
  const MINUTE_MS = 60_000;
  const DAY_MS = 24 * 60 * MINUTE_MS;
  keys = [late];
  const arrives = async (sentMs: number, storedMs: number) => {
    const content = textContent({ text: 'when?', timestampMs: sentMs });
    const message = { content, sender: other, recipient: own.accountId, publicKeys: late.publicKeys };
    const sealedItem = item(`at ${sentMs} in ${storedMs}`, await sealEnvelope(crypto, message));
    const { added } = await receive([{ ...sealedItem, timestampMs: storedMs } as typeof sealedItem]);
    return (await loadMessage(store, added[0]?.messageId as string))?.oddDate ?? false;
  };
  expect(await arrives(START_MS - 5 * MINUTE_MS, START_MS - 10 * MINUTE_MS)).toBe(false);
  expect(await arrives(START_MS - 4 * MINUTE_MS, START_MS - 10 * MINUTE_MS)).toBe(true);
  expect(await arrives(START_MS - 15 * DAY_MS, START_MS)).toBe(false);
  expect(await arrives(START_MS - 15 * DAY_MS - 1, START_MS)).toBe(true);
});
