import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSlotFile,
  decodeSlot,
  encodeUsedSlot,
  findFreeSlot,
  isSlotFile,
  MAX_SLOT_CONTENT_BYTES,
  readSlot,
  replaceSlot,
  SLOT_BYTES,
  SLOT_COUNT,
  SLOT_FILE_BYTES
} from '../../../src/lib/crypto/index.ts';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { codeThrown } from './support.ts';

const wrapped = new Uint8Array(60).fill(0xab);

describe('the slot file', () => {
  it('is 256 slots of 64 bytes, all free when new', () => {
    const file = createSlotFile(seededRandom(1));
    expect(file).toHaveLength(16_384);
    expect(isSlotFile(file)).toBe(true);
    for (let index = 0; index < SLOT_COUNT; index++) expect(readSlot(file, index)).toBeNull();
    expect(findFreeSlot(file)).toBe(0);
  });

  it('keeps a content until it is replaced, and changes nothing else', () => {
    const random = seededRandom(2);
    const file = createSlotFile(random);
    const before = file.slice();
    const { offset, bytes } = replaceSlot(file, 7, wrapped, random);
    expect([offset, bytes.length]).toEqual([7 * SLOT_BYTES, SLOT_BYTES]);
    expect(readSlot(file, 7)).toEqual(wrapped);
    expect(bytesToHex(file.subarray(offset, offset + SLOT_BYTES))).toBe(bytesToHex(bytes));
    expect(bytesToHex(file.subarray(0, offset))).toBe(bytesToHex(before.subarray(0, offset)));
    expect(bytesToHex(file.subarray(offset + SLOT_BYTES))).toBe(
      bytesToHex(before.subarray(offset + SLOT_BYTES))
    );
  });

  it('leaves no byte of a content that was destroyed', () => {
    const random = seededRandom(3);
    const file = createSlotFile(random);
    replaceSlot(file, 255, wrapped, random);
    expect(bytesToHex(file)).toContain('abababab');
    replaceSlot(file, 255, null, random);
    expect(readSlot(file, 255)).toBeNull();
    expect(bytesToHex(file)).not.toContain('abababab');
  });

  it('finds the first free slot, and none when full', () => {
    const random = seededRandom(4);
    const file = createSlotFile(random);
    for (let index = 0; index < SLOT_COUNT; index++) {
      expect(findFreeSlot(file)).toBe(index);
      replaceSlot(file, index, wrapped, random);
    }
    expect(findFreeSlot(file)).toBeNull();
    replaceSlot(file, 100, null, random);
    expect(findFreeSlot(file)).toBe(100);
  });

  it('round-trips every content of 1..62 bytes', () => {
    const content = fc.uint8Array({ minLength: 1, maxLength: MAX_SLOT_CONTENT_BYTES });
    fc.assert(
      fc.property(content, fc.integer({ min: 0, max: 255 }), fc.integer(), (bytes, index, seed) => {
        const file = createSlotFile(seededRandom(seed));
        replaceSlot(file, index, bytes, seededRandom(seed));
        expect(bytesToHex(readSlot(file, index) ?? new Uint8Array())).toBe(bytesToHex(bytes));
      }),
      { numRuns: 20 }
    );
  });

  it('reads damaged slots as free', () => {
    const slot = encodeUsedSlot(wrapped, seededRandom(5));
    expect(decodeSlot(slot)).toEqual(wrapped);
    for (const length of [0, 63, 255])
      expect(decodeSlot(Uint8Array.of(1, length, ...slot.subarray(2)))).toBeNull();
    expect(decodeSlot(Uint8Array.of(2, ...slot.subarray(1)))).toBeNull();
    expect(decodeSlot(slot.subarray(0, 63))).toBeNull();
    expect(decodeSlot(new Uint8Array(0))).toBeNull();
  });

  it('refuses other sizes and places', () => {
    const random = seededRandom(6);
    const file = createSlotFile(random);
    expect(codeThrown(() => replaceSlot(file, 0, new Uint8Array(0), random))).toBe('usage');
    expect(codeThrown(() => replaceSlot(file, 0, new Uint8Array(63), random))).toBe('usage');
    for (const index of [-1, 256, 0.5, Number.NaN]) {
      expect(codeThrown(() => readSlot(file, index))).toBe('usage');
      expect(codeThrown(() => replaceSlot(file, index, wrapped, random))).toBe('usage');
    }
    expect(codeThrown(() => readSlot(file.subarray(1), 0))).toBe('usage');
    expect(isSlotFile(new Uint8Array(SLOT_FILE_BYTES - 1))).toBe(false);
  });
});
