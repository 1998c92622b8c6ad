// v2-forward-secrecy-and-pq.md §11, with P3, P6 and the values of Appendix A.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, equalBytes, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { defiedTombstones, mergePayloads, settleSeeds } from '../../../src/lib/hfs/group-merge.ts';
import {
  createGroupId,
  groupCreatedMinutes,
  maskGroupId,
  namesAsRemoved,
  openGroupMessage,
  openPayload,
  removalTag,
  sealGroupMessage
} from '../../../src/lib/hfs/group-message.ts';
import {
  activeSeed,
  decodePayload,
  EMPTY_PAYLOAD,
  encodePayload,
  isTombstone,
  liveDevices,
  type DeviceEntry,
  type DeviceRecord,
  type GroupPayload
} from '../../../src/lib/hfs/group-records.ts';
import { deriveRotatingKeys, type RotatingKeys } from '../../../src/lib/hfs/rotating-keys.ts';
import { btKey } from '../../../src/lib/wire/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { codeOf, codeThrown } from '../crypto/support.ts';
import { ALICE, BACKENDS, BOB, filled } from './people.ts';

const random = seededRandom(12);
const id = (byte: number) => btKey(filled(byte));

function record(changes: Partial<DeviceRecord> = {}): DeviceRecord {
  return {
    sequence: 1,
    activeSeconds: 1_795_000_000,
    publicKeys: { mlKem: filled(3, 1184), x25519: filled(4) },
    description: 'Firefox on Linux',
    polledSeconds: 1_795_000_000,
    type: 'web',
    version: 1_002_003,
    unknown: new Map(),
    ...changes
  };
}

describe('the payload', () => {
  it('comes back as it was, with what it does not know', () => {
    const payload: GroupPayload = {
      devices: new Map<string, DeviceEntry>([
        [id(1), record({ unknown: new Map([['zz', filled(9, 3)]]) })],
        [id(2), { goneSeconds: 77, reason: 'removed' }],
        [id(3), { goneSeconds: 78, reason: 'left' }],
        [id(4), record({ polledSeconds: null })]
      ]),
      seeds: [
        { seed: filled(5), createdSeconds: 100, rotatedSeconds: 200 },
        { seed: filled(6), createdSeconds: 200, rotatedSeconds: null }
      ],
      continuity: { seed: filled(7), activeSeconds: 200, activeSeed: filled(6) }
    };
    expect(decodePayload(encodePayload(payload))).toEqual(payload);
    expect(liveDevices(payload).map((device) => device.id)).toEqual([filled(1), filled(4)]);
    expect(activeSeed(payload.seeds)?.seed).toEqual(filled(6));
  });

  it('is as long as its bucket, whatever is in it', () => {
    const withDevices = (count: number) =>
      encodePayload({
        ...EMPTY_PAYLOAD,
        devices: new Map(Array.from({ length: count }, (_, index) => [id(index + 1), record()]))
      }).length;
    expect([0, 1, 4, 6].map(withDevices)).toEqual([8700, 8700, 8700, 8700]);
    expect([8, 10].map(withDevices)).toEqual([15_100, 15_100]);
  });

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(codeThrown(() => decodePayload(bytes))).toMatch(/malformed|too-large/);
      })
    );
    expect(codeThrown(() => decodePayload(new Uint8Array(100_000)))).toBe('too-large');
  });
});

const seconds = fc.integer({ min: 1, max: 6 });
const entries = fc.oneof(
  fc.record({ goneSeconds: seconds, reason: fc.constantFrom('removed' as const, 'left' as const) }),
  fc
    .record({ sequence: seconds, activeSeconds: seconds, description: fc.constantFrom('a', 'b', 'c') })
    .map(record)
);
const payloads: fc.Arbitrary<GroupPayload> = fc
  .record({
    devices: fc.dictionary(fc.constantFrom('1', '2', '3'), entries),
    seeds: fc.uniqueArray(
      fc.record({
        seed: fc.integer({ min: 1, max: 5 }),
        createdSeconds: seconds,
        rotatedSeconds: fc.option(seconds)
      }),
      { selector: ({ seed }) => seed, maxLength: 5 }
    ),
    continuity: fc.integer({ min: 1, max: 4 })
  })
  .map(({ devices, seeds, continuity }) => {
    const list = seeds.map((item) => ({ ...item, seed: filled(item.seed) }));
    const active = activeSeed(list);
    return {
      devices: new Map(Object.entries(devices).map(([key, entry]) => [id(Number(key)), entry])),
      seeds: list,
      continuity: active && {
        seed: filled(continuity),
        activeSeconds: active.createdSeconds,
        activeSeed: active.seed
      }
    };
  });
/** Padding and order do not matter, so payloads are compared as they are written, and by what they say of continuity. */
const shape = (payload: GroupPayload) => [
  bytesToHex(encodePayload(mergePayloads(EMPTY_PAYLOAD, payload))),
  payload.continuity
];

describe('P3: merging', () => {
  it('does not depend on order, grouping or repetition', () => {
    fc.assert(
      fc.property(payloads, payloads, payloads, (a, b, c) => {
        expect(shape(mergePayloads(a, b))).toEqual(shape(mergePayloads(b, a)));
        expect(shape(mergePayloads(mergePayloads(a, b), c))).toEqual(
          shape(mergePayloads(a, mergePayloads(b, c)))
        );
        expect(shape(mergePayloads(a, a))).toEqual(shape(a));
        expect(shape(mergePayloads(mergePayloads(a, b), b))).toEqual(shape(mergePayloads(a, b)));
      }),
      { numRuns: 150 }
    );
  });

  it('A6: never lets a device come back, and says when somebody tries', () => {
    const gone: GroupPayload = {
      ...EMPTY_PAYLOAD,
      devices: new Map([[id(1), { goneSeconds: 5, reason: 'left' as const }]])
    };
    const back: GroupPayload = {
      ...EMPTY_PAYLOAD,
      devices: new Map([[id(1), record({ sequence: 99, activeSeconds: 2e9 })]])
    };
    for (const merged of [mergePayloads(gone, back), mergePayloads(back, gone)]) {
      expect(merged.devices.get(id(1))).toEqual({ goneSeconds: 5, reason: 'left' });
    }
    expect(defiedTombstones(gone, back)).toEqual([id(1)]);
    expect(defiedTombstones(back, gone)).toEqual([]);
    expect(defiedTombstones(gone, gone)).toEqual([]);
  });

  it('leaves one active seed of those that raced, all of which still decrypt', () => {
    const raced = mergePayloads(
      { ...EMPTY_PAYLOAD, seeds: [{ seed: filled(2), createdSeconds: 9, rotatedSeconds: null }] },
      {
        ...EMPTY_PAYLOAD,
        seeds: [
          { seed: filled(1), createdSeconds: 9, rotatedSeconds: null },
          { seed: filled(3), createdSeconds: 7, rotatedSeconds: null }
        ]
      }
    );
    const settled = settleSeeds(raced.seeds);
    expect(activeSeed(settled)?.seed).toEqual(filled(1));
    expect(settled.map(({ rotatedSeconds }) => rotatedSeconds)).toEqual([null, 9, 9]);
    expect(settleSeeds(settled)).toEqual(settled);
  });
});

it('masks ids and names the removed as Appendix A says', async () => {
  const [{ crypto }] = BACKENDS as [(typeof BACKENDS)[0]];
  const a = await crypto.x25519PublicKey(filled(0x33));
  expect(bytesToHex(a)).toBe('7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14');
  expect(bytesToHex(removalTag(BOB, a, filled(0x44)))).toBe('94614400d187635c81890e92396de3e6');
  expect(bytesToHex(maskGroupId(BOB, a, hexToBytes('15a8c801deadbeef')))).toBe('b15732bb39ce7843');
  expect(groupCreatedMinutes(createGroupId(crypto, 1_795_000_000))).toBe(Math.floor(1_795_000_000 / 60));
});

describe.each(BACKENDS)('a message of the group, with $name', ({ crypto }) => {
  const groupId = random(8);
  const makeKeys = (count: number) =>
    Promise.all(Array.from({ length: count }, () => deriveRotatingKeys(crypto, 'device', random(32))));
  const payload = encodePayload({
    ...EMPTY_PAYLOAD,
    seeds: [{ seed: filled(6), createdSeconds: 200, rotatedSeconds: null }]
  });
  const seal = (recipients: readonly RotatingKeys[], removedIds: Uint8Array[] = []) =>
    sealGroupMessage(crypto, {
      root: BOB,
      groupId,
      payload,
      recipients: recipients.map(({ publicKeys }) => publicKeys),
      linkKey: filled(8),
      removedIds
    });
  const open = async (bytes: Uint8Array) => {
    const message = await openGroupMessage(crypto, bytes, BOB);
    if (message === null) throw new Error('expected a message of the group');
    return message;
  };

  it('P6: is read by every one of 1 to 12 recipients and by nobody else, and hides how many there are', async () => {
    const all = await makeKeys(13);
    const outsider = all[12] as RotatingKeys;
    const lengths = new Set<string>();
    for (let count = 1; count <= 12; count++) {
      const recipients = all.slice(0, count);
      const bytes = await seal(recipients);
      lengths.add(`${Math.ceil(count / 4)}: ${bytes.length}`);
      const message = await open(bytes);
      expect(message.slots).toHaveLength(Math.ceil(count / 4) * 4);
      expect(message.groupId).toEqual(groupId);
      expect(
        new Set(message.slots.map(({ ciphertext }) => bytesToHex(ciphertext.subarray(0, 32)))).size
      ).toBe(message.slots.length);
      for (const keys of recipients) {
        expect(equalBytes((await openPayload(crypto, message, [keys])) ?? filled(0), payload)).toBe(true);
      }
      expect(await openPayload(crypto, message, [outsider])).toBe(null);
      expect(await openPayload(crypto, message, [])).toBe(null);
    }
    expect(lengths.size).toBe(3);
  });

  it('is read with a device key that was rotated meanwhile', async () => {
    const [now, before] = (await makeKeys(2)) as [RotatingKeys, RotatingKeys];
    const message = await open(await seal([before]));
    expect(await openPayload(crypto, message, [now, before])).not.toBe(null);
  });

  it('tells a removed device and no other that it is', async () => {
    const keys = await makeKeys(1);
    const message = await open(await seal(keys, [filled(1), filled(2)]));
    expect(message.removalTags).toHaveLength(4);
    expect(namesAsRemoved(message, BOB, filled(1))).toBe(true);
    expect(namesAsRemoved(message, BOB, filled(2))).toBe(true);
    expect(namesAsRemoved(message, BOB, filled(3))).toBe(false);
  });

  it('is nobody’s when another account signed it, and no byte of it can be changed', async () => {
    const bytes = await seal(await makeKeys(1));
    expect(await openGroupMessage(crypto, bytes, ALICE)).toBe(null);
    for (let offset = 0; offset < bytes.length; offset += 397) {
      const altered = bytes.with(offset, (bytes[offset] as number) ^ 0x01);
      const outcome = await openGroupMessage(crypto, altered, BOB).catch(() => null);
      expect(outcome, `byte ${offset}`).toBe(null);
    }
  });

  it('refuses what is too large, too many recipients, and survives anything', async () => {
    expect(await codeOf(openGroupMessage(crypto, new Uint8Array(10_000_000), BOB))).toBe('too-large');
    const [keys] = (await makeKeys(1)) as [RotatingKeys];
    expect(await codeOf(seal(new Array<RotatingKeys>(25).fill(keys)))).toBe('too-large');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const framed = concatBytes(new TextEncoder().encode('d0:1:G'), bytes);
        expect(await codeOf(openGroupMessage(crypto, framed, BOB))).toMatch(/malformed|too-large/);
      }),
      { numRuns: 100 }
    );
  });
});

it('knows gone from live', () => {
  expect(isTombstone({ goneSeconds: 1, reason: 'left' })).toBe(true);
  expect(isTombstone(record())).toBe(false);
});
