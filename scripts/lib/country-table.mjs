// Writes the table of countries that a build carries (read by src/lib/state/country-table.ts): four letters OCT1, length of the
// header as two bytes (big-endian), the header as JSON, then for each range the distance of its first address from the one before
// as a variable-length number (seven bits a byte, lowest first), then for each range one byte: 0 for no country, else the
// place in the header's list, from 1.

import { PlainError } from './project.mjs';

const MAGIC = 'OCT1';
const LAST_ADDRESS = 2 ** 32 - 1;

/**
 * Ranges of a file whose lines are `first,last,CC`, addresses as whole numbers.
 * @param {string} csv
 * @returns {{ first: number, last: number, country: string }[]}
 * @throws PlainError naming the first line that is not such a range, or begins before the one above it
 */
export function parseRanges(csv) {
  let before = 0;
  return csv
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const [, first, last, country] = /^"?(\d{1,10})"?,"?(\d{1,10})"?,"?([A-Z]{2})"?\s*$/.exec(line) ?? [];
      const range = { first: Number(first), last: Number(last), country };
      const isRange = country !== undefined && range.first <= range.last && range.last <= LAST_ADDRESS;
      if (!isRange || range.first < before)
        throw new PlainError(`line ${index + 1} is no range that follows`);
      before = range.first;
      return range;
    });
}

/**
 * First addresses and countries with nothing left out: what no range holds belongs to `''`. A range that begins within another
 * one goes before it; what is left of the other behind it belongs to nobody, since the two contradict each other.
 */
function boundaries(ranges) {
  const found = [];
  const push = (first, country) => {
    while (found.length > 0 && found.at(-1).first >= first) found.pop();
    if (first <= LAST_ADDRESS && found.at(-1)?.country !== country) found.push({ first, country });
  };
  let next = 0;
  for (const { first, last, country } of ranges) {
    if (first > next) push(next, '');
    push(first, country);
    next = last + 1;
  }
  push(next, '');
  return found;
}

/**
 * @param {ReturnType<typeof parseRanges>} ranges
 * @param {{ date: string, source: string, licence: string }} about `date` as 2026-06-17
 * @returns {Uint8Array}
 */
export function encodeCountryTable(ranges, about) {
  const countries = [...new Set(ranges.map(({ country }) => country))].sort();
  if (countries.length > 255) throw new Error('more than 255 countries');
  const all = boundaries(ranges);
  const header = Buffer.from(JSON.stringify({ ...about, countries, ranges: all.length }));
  const distances = [];
  let before = 0;
  for (const { first } of all) {
    let left = first - before;
    before = first;
    do {
      const low = left % 128;
      left = Math.floor(left / 128);
      distances.push(left > 0 ? low | 128 : low);
    } while (left > 0);
  }
  const places = all.map(({ country }) => countries.indexOf(country) + 1);
  const length = Buffer.from([header.length >> 8, header.length & 255]);
  return Buffer.concat([Buffer.from(MAGIC), length, header, Buffer.from(distances), Buffer.from(places)]);
}
