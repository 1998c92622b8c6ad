// The table of countries that comes with the build: which country an IPv4 address was given to. Pure; its format stands in
// scripts/lib/country-table.mjs. Nothing is ever asked of anybody about an address.

export interface CountryTable {
  /** Day of the data, as 2026-06-17. */
  readonly date: string;
  /** Who compiled it. */
  readonly source: string;
  /** Code of two letters; null for what is no IPv4 address, and for addresses the data knows nothing of. */
  countryOf(address: string): string | null;
}

const MAGIC = 'OCT1';
const PREFIX_BYTES = 6;
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_RANGES = 2 ** 20;
const LAST_ADDRESS = 2 ** 32 - 1;

interface Header {
  readonly date: string;
  readonly source: string;
  readonly countries: readonly string[];
  readonly ranges: number;
}

/** @returns null for bytes that are no such table */
export function decodeCountryTable(bytes: Uint8Array): CountryTable | null {
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  const headerBytes = ((bytes[4] ?? 0) << 8) | (bytes[5] ?? 0);
  if (magic !== MAGIC || headerBytes > MAX_HEADER_BYTES) return null;
  const bodyAt = PREFIX_BYTES + headerBytes;
  const header = readHeader(bytes.subarray(PREFIX_BYTES, bodyAt));
  if (!header) return null;
  const starts = readStarts(bytes.subarray(bodyAt, bytes.length - header.ranges), header.ranges);
  const places = bytes.subarray(bytes.length - header.ranges);
  if (!starts || places.some((place) => place > header.countries.length)) return null;
  return {
    date: header.date,
    source: header.source,
    countryOf(address) {
      const number = addressNumber(address);
      if (number === null) return null;
      const place = places[rangeOf(starts, number)] ?? 0;
      return place === 0 ? null : (header.countries[place - 1] ?? null);
    }
  };
}

function readHeader(bytes: Uint8Array): Header | null {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof header !== 'object' || header === null) return null;
  const { date, source, countries, ranges } = header as Partial<Record<keyof Header, unknown>>;
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(date) || typeof source !== 'string')
    return null;
  if (!Array.isArray(countries) || countries.length > 255) return null;
  const isCode = (code: unknown) => typeof code === 'string' && /^[A-Z]{2}$/.test(code);
  if (!countries.every(isCode)) return null;
  if (typeof ranges !== 'number' || !Number.isInteger(ranges) || ranges < 1 || ranges > MAX_RANGES)
    return null;
  return { date, source, countries: countries as string[], ranges };
}

/** First addresses in order; null unless the bytes hold exactly so many. */
function readStarts(bytes: Uint8Array, count: number): Uint32Array | null {
  const starts = new Uint32Array(count);
  let at = 0;
  let start = 0;
  for (let index = 0; index < count; index++) {
    let factor = 1;
    let distance = 0;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || factor > LAST_ADDRESS) return null;
      distance += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) break;
    }
    start += distance;
    // The first range begins at 0, and no other one where the one before began.
    if (start > LAST_ADDRESS || (index === 0 ? start !== 0 : distance === 0)) return null;
    starts[index] = start;
  }
  return at === bytes.length ? starts : null;
}

/** Place of the last start that is not greater. */
function rangeOf(starts: Uint32Array, address: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= address) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Dotted quads in their usual form alone. */
function addressNumber(address: string): number | null {
  const parts = address.split('.');
  if (parts.length !== 4) return null;
  let number = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    number = number * 256 + Number(part);
  }
  return number;
}
