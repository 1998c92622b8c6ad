// What a group may grow to. Whoever holds the recovery phrase and was taken in once can state devices, tombstones and keys without end;
// what would no longer fit into one message is not merged.
import { mergePayloads } from './group-merge.ts';
import { groupMessageBytes, MAX_GROUP_MESSAGE_BYTES } from './group-message.ts';
import {
  encodePayload,
  liveDevices,
  MAX_ENTRIES,
  MAX_SEEDS,
  type AccountSeed,
  type GroupPayload
} from './group-records.ts';
import { MAX_READ_DEVICES } from './profiles.ts';
import type { SeenGroupMessage } from './self.ts';
import { btKey } from '../wire/index.ts';

/** Kept free for what this device has to add: its own record, a key, a tombstone. */
const RESERVED_BYTES = 6400;

/** Whether a payload can be sealed into one message that every reader accepts. */
export function fitsOneMessage(payload: GroupPayload): boolean {
  const live = liveDevices(payload).length;
  if (live > MAX_READ_DEVICES || payload.devices.size > MAX_ENTRIES || payload.seeds.length > MAX_SEEDS) {
    return false;
  }
  return groupMessageBytes(encodePayload(payload).length, live) <= MAX_GROUP_MESSAGE_BYTES;
}

/**
 * The messages as they may be merged, oldest first: one that would outgrow what a message can hold counts only for what it says of
 * devices and keys that are known already.
 */
export function mergeableMessages(
  known: GroupPayload,
  messages: readonly SeenGroupMessage[]
): readonly SeenGroupMessage[] {
  let union = known;
  return [...messages]
    .sort((a, b) => a.storedSeconds - b.storedSeconds)
    .map((message) => {
      if (message.payload === null) return message;
      const merged = mergePayloads(union, message.payload);
      if (hasRoom(merged)) {
        union = merged;
        return message;
      }
      const payload = restrictedTo(union, message.payload);
      union = mergePayloads(union, payload);
      return { ...message, payload };
    });
}

function hasRoom(payload: GroupPayload): boolean {
  const live = liveDevices(payload).length;
  return (
    fitsOneMessage(payload) &&
    groupMessageBytes(encodePayload(payload).length + RESERVED_BYTES, live) <= MAX_GROUP_MESSAGE_BYTES
  );
}

function restrictedTo(known: GroupPayload, stated: GroupPayload): GroupPayload {
  const seeds = new Set(known.seeds.map(({ seed }: AccountSeed) => btKey(seed)));
  return {
    devices: new Map([...stated.devices].filter(([id]) => known.devices.has(id))),
    seeds: stated.seeds.filter(({ seed }) => seeds.has(btKey(seed))),
    continuity:
      stated.continuity !== null && seeds.has(btKey(stated.continuity.activeSeed)) ? stated.continuity : null
  };
}
