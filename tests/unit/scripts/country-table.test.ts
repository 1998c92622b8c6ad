import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCountryTable, parseRanges } from '../../../scripts/lib/country-table.mjs';
import { decodeCountryTable } from '../../../src/lib/state/country-table.ts';

const about = { date: '2026-06-17', source: 'a test', licence: 'CC0-1.0' };
const tableOf = (csv: string) => decodeCountryTable(encodeCountryTable(parseRanges(csv), about));
const dotted = (address: number) =>
  [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');

/** Ranges in order, with gaps. */
const someRanges = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 2, maxLength: 40 })
  .map((ends) => ends.sort((a, b) => a - b))
  .chain((ends) =>
    fc
      .array(fc.constantFrom('DE', 'FI', 'IS', 'CH'), { minLength: ends.length, maxLength: ends.length })
      .map((countries) =>
        ends.flatMap((first, index) =>
          index % 2 === 0 && ends[index + 1] !== undefined
            ? [{ first, last: ends[index + 1] as number, country: countries[index] as string }]
            : []
        )
      )
  );

describe('the table of countries', () => {
  it('knows each range to its ends and nothing beside it', () => {
    const table = tableOf('16777216,16777471,AU\n16777472,16778239,CN\n4294967040,4294967295,IS\n');
    expect(table?.countryOf('1.0.0.0')).toBe('AU');
    expect(table?.countryOf('1.0.0.255')).toBe('AU');
    expect(table?.countryOf('1.0.1.0')).toBe('CN');
    expect(table?.countryOf('255.255.255.255')).toBe('IS');
    expect(table?.countryOf('0.255.255.255')).toBeNull();
    expect(table?.countryOf('1.0.4.0')).toBeNull();
    expect(table?.date).toBe('2026-06-17');
  });

  it('finds for every address what a search through the ranges finds', () => {
    fc.assert(
      fc.property(someRanges, fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (ranges, addresses) => {
        const table = decodeCountryTable(encodeCountryTable(ranges, about));
        const edges = ranges.flatMap(({ first, last }) => [first, last, first - 1, last + 1]);
        for (const address of [...edges, ...addresses].filter((one) => one >= 0 && one < 2 ** 32)) {
          const found = ranges.find(({ first, last }) => first <= address && address <= last);
          expect(table?.countryOf(dotted(address))).toBe(found?.country ?? null);
        }
      }),
      { numRuns: 50 }
    );
  });

  it('lets a range inside another one win, and claims nothing for what is left of that', () => {
    const table = tableOf('100,199,DE\n120,129,BE\n');
    expect(
      ['0.0.0.119', '0.0.0.120', '0.0.0.129', '0.0.0.130', '0.0.0.200'].map((a) => table?.countryOf(a))
    ).toEqual(['DE', 'BE', 'BE', null, null]);
  });

  it('refuses files of another form, naming the line', () => {
    expect(() => parseRanges('1,2,DE\n1.0.0.0,1.0.0.255,AU\n')).toThrow('line 2');
    expect(() => parseRanges('5,4,DE\n')).toThrow('line 1');
    expect(() => parseRanges('10,19,DE\n5,7,FI\n')).toThrow('line 2');
    expect(() => parseRanges('1,4294967296,DE\n')).toThrow('line 1');
  });

  it('says nothing of what is no address of four numbers', () => {
    const table = tableOf('0,4294967295,DE\n');
    expect(table?.countryOf('1.2.3.4')).toBe('DE');
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '01.2.3.4',
      '1.2.3.256',
      '1.2.3.4:443',
      '::1',
      'a.b.c.d',
      '1.2.3.-4'
    ]) {
      expect(table?.countryOf(text)).toBeNull();
    }
  });

  it('takes bytes that were changed or cut for no table, or for one that still answers with a code', () => {
    const whole = encodeCountryTable(parseRanges('16777216,16777471,AU\n33554432,50331647,FR\n'), about);
    expect(decodeCountryTable(whole)).not.toBeNull();
    for (let length = 0; length < whole.length; length++) {
      expect(decodeCountryTable(whole.subarray(0, length))).toBeNull();
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] as number) ^ change;
        const country = decodeCountryTable(damaged)?.countryOf('2.0.0.1') ?? null;
        expect(country === null || /^[A-Z]{2}$/.test(country)).toBe(true);
      })
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => decodeCountryTable(bytes) === null));
  });

  it('comes with the build, of a day that is told, and knows a node that every build names', () => {
    const table = decodeCountryTable(
      readFileSync(join(import.meta.dirname, '../../../static/countries.bin'))
    );
    expect(table?.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(table?.countryOf('95.216.33.113')).toBe('FI');
    expect(table?.countryOf('127.0.0.1')).toBeNull();
    expect(table?.countryOf('10.1.2.3')).toBeNull();
  });
});
