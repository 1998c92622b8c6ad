// The image of the slot file (v2-forward-secrecy-and-pq.md §19): 256 slots of 64 bytes, each holding a small wrapped key
// that can be destroyed in place. Pure: whoever owns the file reads the image, and writes back the one slot that changed.
//
//   0        1        2                          2+length       64
//   +--------+--------+--------------------------+---------------+
//   | mark 1 | length | content (1..62 bytes)    | random filler |
//   +--------+--------+--------------------------+---------------+
//
// Nothing but the mark tells a used slot: a free one is 64 random bytes whose first is not the mark.
import { UsageError } from '../errors.ts';
import type { RandomBytes } from '../random.ts';
import type { Bytes } from './primitives.ts';

export const SLOT_COUNT = 256;
export const SLOT_BYTES = 64;
export const SLOT_FILE_BYTES = SLOT_COUNT * SLOT_BYTES;

/** A wrapped 32-byte key takes 60: nonce 12, ciphertext 32, tag 16. */
export const MAX_SLOT_CONTENT_BYTES = SLOT_BYTES - 2;

const USED_MARK = 0x01;

function assertIndex(index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= SLOT_COUNT) throw new UsageError('a slot of 0..255');
}

/** Byte offset of a slot in the file. */
export function slotOffset(index: number): number {
  assertIndex(index);
  return index * SLOT_BYTES;
}

/** 64 random bytes that read as a free slot; writing them destroys what the slot held. */
export function encodeFreeSlot(random: RandomBytes): Bytes {
  const slot = random(SLOT_BYTES);
  // The mark's bit pattern is avoided by setting the one bit it has not.
  slot[0] = (slot[0] as number) | 0x80;
  return slot;
}

/**
 * The 64 bytes of a used slot.
 * @param content 1..62 bytes
 * @throws UsageError
 */
export function encodeUsedSlot(content: Uint8Array, random: RandomBytes): Bytes {
  if (content.length < 1 || content.length > MAX_SLOT_CONTENT_BYTES) {
    throw new UsageError('slot content of 1..62 bytes');
  }
  const slot = random(SLOT_BYTES);
  slot[0] = USED_MARK;
  slot[1] = content.length;
  slot.set(content, 2);
  return slot;
}

/** The content of a slot's 64 bytes, or null when it is free or damaged. */
export function decodeSlot(slot: Uint8Array): Bytes | null {
  const length = slot[1] as number;
  if (slot.length !== SLOT_BYTES || slot[0] !== USED_MARK) return null;
  if (length < 1 || length > MAX_SLOT_CONTENT_BYTES) return null;
  return slot.slice(2, 2 + length) as Bytes;
}

/** The image of a new file: every slot free. */
export function createSlotFile(random: RandomBytes): Bytes {
  const file = new Uint8Array(SLOT_FILE_BYTES);
  for (let index = 0; index < SLOT_COUNT; index++) file.set(encodeFreeSlot(random), slotOffset(index));
  return file;
}

/** Whether bytes have the size of a slot file; a new or cut file has not. */
export function isSlotFile(file: Uint8Array): boolean {
  return file.length === SLOT_FILE_BYTES;
}

function assertFile(file: Uint8Array): void {
  if (!isSlotFile(file)) throw new UsageError('a slot file of 16384 bytes');
}

/**
 * The content of one slot of a file image, or null when it is free or damaged.
 * @throws UsageError for another size of file or a slot outside 0..255
 */
export function readSlot(file: Uint8Array, index: number): Bytes | null {
  assertFile(file);
  const offset = slotOffset(index);
  return decodeSlot(file.subarray(offset, offset + SLOT_BYTES));
}

/**
 * Replaces one slot of a file image in place: content, or null to destroy what it held.
 * @returns what to write at `offset` of the file
 * @throws UsageError
 */
export function replaceSlot(
  file: Uint8Array,
  index: number,
  content: Uint8Array | null,
  random: RandomBytes
): { offset: number; bytes: Bytes } {
  assertFile(file);
  const offset = slotOffset(index);
  const bytes = content === null ? encodeFreeSlot(random) : encodeUsedSlot(content, random);
  file.set(bytes, offset);
  return { offset, bytes };
}

/** The first free slot, or null when all are used. */
export function findFreeSlot(file: Uint8Array): number | null {
  assertFile(file);
  for (let index = 0; index < SLOT_COUNT; index++) {
    if (readSlot(file, index) === null) return index;
  }
  return null;
}
