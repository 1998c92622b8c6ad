import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  decodeSegment,
  encodeSegment,
  readSegmentTable,
  searchSegment,
  tailAt,
  type SegmentEntry
} from '../../../src/lib/storage/search-segment.ts';

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 11, maxLength: 11 });
const tail = fc
  .tuple(fc.nat({ max: 2 ** 43 - 1 }), hex)
  .map(([timeMs, tag]) => String(timeMs).padStart(13, '0') + tag);
const term = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abc'), minLength: 1, maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('東', '京', 'ß', '𠮷'), minLength: 1, maxLength: 2 })
);
const entries = fc
  .uniqueArray(fc.record({ tail, terms: fc.uniqueArray(term, { minLength: 1, maxLength: 8 }) }), {
    selector: (entry) => entry.tail,
    maxLength: 40
  })
  .map((list) => list.sort((a, b) => (a.tail < b.tail ? -1 : 1)));

const sorted = (list: readonly SegmentEntry[]) =>
  list.map(({ tail: own, terms }) => ({ tail: own, terms: [...terms].sort() }));

function search(list: readonly SegmentEntry[], ...wanted: string[]): string[] {
  const bytes = encodeSegment(list);
  const table = readSegmentTable(bytes);
  return searchSegment(bytes, wanted.map(utf8ToBytes)).map((place) => tailAt(table, place));
}

describe('a segment', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(sorted(decodeSegment(encodeSegment(list)))).toEqual(sorted(list));
      })
    );
  });

  test('finds what a look at every term finds', () => {
    fc.assert(
      fc.property(entries, fc.array(term, { minLength: 1, maxLength: 3 }), (list, wanted) => {
        const expected = list
          .filter(({ terms }) => wanted.every((beginning) => terms.some((own) => own.startsWith(beginning))))
          .map((entry) => entry.tail);
        expect(search(list, ...wanted)).toEqual(expected);
      })
    );
  });

  test('takes 31 terms at once', () => {
    const terms = Array.from({ length: 31 }, (_, at) => `t${String(at).padStart(2, '0')}`);
    const full = { tail: '1750000000000' + '0'.repeat(11), terms };
    const partly = { tail: '1750000000001' + '0'.repeat(11), terms: terms.slice(1) };
    expect(search([full, partly], ...terms)).toEqual([full.tail]);
  });

  test('is smaller than the words in it', () => {
    const words = ['train', 'late', 'again', 'river', 'home', 'tomorrow', 'bread', 'shop'];
    const list = Array.from({ length: 1_000 }, (_, at) => ({
      tail: String(1_750_000_000_000 + at * 60_000) + '0'.repeat(11),
      terms: words.filter((_, word) => (at >> (word % 5)) % 2 === 0)
    }));
    const length = list.reduce((sum, { terms }) => sum + terms.join(' ').length, 0);
    expect(encodeSegment(list).length).toBeLessThan(length / 2);
  });
});

describe('broken bytes', () => {
  const reads = [
    decodeSegment,
    readSegmentTable,
    (bytes: Uint8Array) => searchSegment(bytes, [utf8ToBytes('a')])
  ];

  test('are refused as damaged, never worse', () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat()),
        (list, changes, cut) => {
          const bytes = encodeSegment(list);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const broken = cut === null ? bytes : bytes.subarray(0, cut % bytes.length);
          for (const read of reads) {
            try {
              read(broken);
            } catch (error) {
              expect(error).toMatchObject({ code: 'row-damaged' });
            }
          }
        }
      ),
      { numRuns: 3_000 }
    );
  });

  test.each([
    ['nothing', []],
    ['another version', [2, 2, 0, 0, 0]],
    ['a table that ends outside', [1, 200, 0, 0, 0]],
    ['more messages than there may be', [1, 5, 255, 255, 255, 127, 0, 0]],
    ['a number without end', [1, ...Array<number>(12).fill(255)]],
    ['a tag nobody named', [1, 4, 1, 0, 5, 0, 0]],
    ['a place outside the table', [1, 2, 0, 0, 1, 0, 1, 97, 1, 0]],
    ['more shared than there was', [1, 2, 0, 0, 1, 3, 1, 97, 0]],
    ['bytes left over', [1, 2, 0, 0, 0, 9]]
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeSegment(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'row-damaged' })
    );
  });

  test('an empty segment is one', () => {
    expect(decodeSegment(Uint8Array.from([1, 2, 0, 0, 0]))).toEqual([]);
  });
});
