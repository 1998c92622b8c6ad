// Countries of addresses for screens: the table of the build, loaded with the first screen that asks. No address leaves the page.
import { asset } from '$app/paths';
import { pickLocale } from '../text/format.ts';
import { decodeCountryTable, type CountryTable } from './country-table.ts';
import { hostOfAddress, placeOf } from './places.ts';

export interface Countries {
  /** Day of the data, written out; null until it is there, and where it cannot be read. */
  readonly date: string | null;
  /** Name of the country in the language of the page; null when the data does not know, and for addresses that never leave a network. */
  nameOf(address: string): string | null;
}

/** Larger than any table: a host could send anything. */
const MAX_TABLE_BYTES = 4 * 1024 * 1024;

export function createCountries(fetch: typeof globalThis.fetch = globalThis.fetch): Countries {
  let table = $state.raw<CountryTable | null>(null);
  const locale = pickLocale(navigator.languages, 'en');
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });

  async function load(): Promise<void> {
    const response = await fetch(asset('/countries.bin'));
    if (!response.ok || Number(response.headers.get('content-length') ?? 0) > MAX_TABLE_BYTES) return;
    table = decodeCountryTable(new Uint8Array(await response.arrayBuffer()));
  }
  // Without it every country is unknown, which is what the screens then say.
  load().catch(() => {});

  return {
    get date() {
      return table && days.format(Date.parse(table.date));
    },
    nameOf(address) {
      if (!table || placeOf(address) !== 'elsewhere') return null;
      const code = table.countryOf(hostOfAddress(address));
      return code && (names.of(code) ?? null);
    }
  };
}
