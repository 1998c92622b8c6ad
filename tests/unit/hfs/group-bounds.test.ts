// What a group may grow to: a member that states devices without end cannot make it unreadable.
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../../src/lib/bytes/index.ts';
import { fitsOneMessage, mergeableMessages } from '../../../src/lib/hfs/group-bounds.ts';
import { mergePayloads } from '../../../src/lib/hfs/group-merge.ts';
import { MAX_GROUP_MESSAGE_BYTES, sealGroupMessage } from '../../../src/lib/hfs/group-message.ts';
import {
  EMPTY_PAYLOAD,
  encodePayload,
  liveDevices,
  type DeviceRecord,
  type GroupPayload
} from '../../../src/lib/hfs/group-records.ts';
import { derivePublicKeys } from '../../../src/lib/hfs/rotating-keys.ts';
import { btKey } from '../../../src/lib/wire/index.ts';
import { BACKENDS, BOB, counting, filled } from './people.ts';

const crypto = BACKENDS[0]!.crypto;
const publicKeys = await derivePublicKeys(crypto, 'device', counting(1));

const idOf = (number: number) => concatBytes(new Uint8Array([number >> 8, number & 255]), filled(9, 30));
const record = (sequence = 1): DeviceRecord => ({
  sequence,
  activeSeconds: 1_795_000_000,
  publicKeys,
  description: 'x'.repeat(64),
  polledSeconds: 1_795_000_000,
  type: 'web',
  version: 1_000,
  unknown: new Map()
});

function withDevices(from: number, count: number, sequence = 1): GroupPayload {
  const devices = new Map(
    Array.from({ length: count }, (_, index) => [btKey(idOf(from + index)), record(sequence)] as const)
  );
  const seed = { seed: filled(3), createdSeconds: 1_795_000_000, rotatedSeconds: null };
  return { ...EMPTY_PAYLOAD, devices, seeds: [seed] };
}

const message = (payload: GroupPayload, storedSeconds: number) => ({
  groupId: filled(1, 8),
  storedSeconds,
  payload,
  namesUsAsRemoved: false
});

describe('a payload', () => {
  test('that fits can be sealed, to every device in it', async () => {
    const payload = withDevices(0, 24);
    expect(fitsOneMessage(payload)).toBe(true);
    const sealed = await sealGroupMessage(crypto, {
      root: BOB,
      groupId: filled(1, 8),
      payload: encodePayload(payload),
      recipients: liveDevices(payload).map(() => publicKeys),
      linkKey: filled(2),
      removedIds: Array.from({ length: 32 }, (_, index) => idOf(1_000 + index))
    });
    expect(sealed.length).toBeLessThanOrEqual(MAX_GROUP_MESSAGE_BYTES);
  });

  test('of one device more does not', () => {
    expect(fitsOneMessage(withDevices(0, 25))).toBe(false);
  });
});

describe('messages to be merged', () => {
  test('are merged whole while there is room', () => {
    const [only] = mergeableMessages(withDevices(0, 2), [message(withDevices(2, 3), 10)]);
    expect(only?.payload?.devices.size).toBe(3);
  });

  test('count only for what is known where they would outgrow a message, the oldest first', () => {
    const known = withDevices(0, 2);
    const flood = [4, 3, 2, 1].map((time) => message(withDevices(100 * time, 10, 1), time));
    const change = message(withDevices(0, 2, 7), 5);
    const taken = mergeableMessages(known, [change, ...flood]);
    const union = taken.reduce((all, { payload }) => mergePayloads(all, payload ?? EMPTY_PAYLOAD), known);
    expect(fitsOneMessage(union)).toBe(true);
    expect(union.devices.has(btKey(idOf(100)))).toBe(true);
    expect(union.devices.has(btKey(idOf(400)))).toBe(false);
    // What it says of devices that are known still holds.
    expect(union.devices.get(btKey(idOf(0)))).toMatchObject({ sequence: 7 });
  });
});
