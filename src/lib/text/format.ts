// Times as people read them, in the reader's time zone and with the clock they are used to (ux.md §8).

export interface Formats {
  /** `14:09` */
  time(ms: number): string;
  /** For a row of the list: time today, weekday within a week, else the date. */
  listTime(ms: number, nowMs: number): string;
  /** For the divider between days. */
  day(ms: number, nowMs: number): string;
  /** Day and time, for details and accessible names. */
  full(ms: number): string;
  /** Same value for all moments of one day. */
  dayKey(ms: number): string;
  /** Same value for all moments of one minute. */
  minuteKey(ms: number): number;
}

export interface FormatOptions {
  /** BCP 47 tag. */
  readonly locale: string;
  /** The clock the reader is used to, whatever the language. */
  readonly hourCycle?: () => Intl.DateTimeFormatOptions['hourCycle'];
  /** In place of `hourCycle`: hour and minute as the reader's browser writes them. Asked for once. */
  readonly ownClock?: () => Intl.DateTimeFormat;
  readonly timeZone?: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function createFormats({ locale, ownClock, timeZone, ...options }: FormatOptions): Formats {
  let own: Intl.DateTimeFormat | undefined;
  const ownFormat = () => (own ??= ownClock?.());
  const hourCycle = options.hourCycle ?? (() => ownFormat()?.resolvedOptions().hourCycle);
  // Made when first needed: each takes milliseconds.
  const lazily = (options: () => Intl.DateTimeFormatOptions, language = locale) => {
    let format: Intl.DateTimeFormat | undefined;
    return (ms: number) =>
      (format ??= new Intl.DateTimeFormat(language, { ...options(), timeZone })).format(ms);
  };
  const make = (options: Intl.DateTimeFormatOptions, language = locale) => lazily(() => options, language);
  // Two digits only where the day has 24 hours: 09:31, but 9:31 AM.
  const clock = (): Intl.DateTimeFormatOptions => {
    const cycle = hourCycle();
    const hour = cycle === 'h11' || cycle === 'h12' ? 'numeric' : '2-digit';
    return { hour, minute: '2-digit', hourCycle: cycle };
  };
  const timeOf = lazily(clock);
  /** With 24 hours its digits are those of the day; with 12 it is the reader's own, where that speaks our language. */
  const pickTime = (): ((ms: number) => string) => {
    const format = ownFormat();
    if (!format || timeZone !== undefined) return timeOf;
    const { hourCycle: cycle, locale: spoken } = format.resolvedOptions();
    if (cycle === 'h23' && locale.startsWith('en')) return localTime;
    return cycle === 'h12' && spoken === locale ? (ms) => format.format(ms) : timeOf;
  };
  let picked: ((ms: number) => string) | undefined;
  const time = (ms: number) => (picked ??= pickTime())(ms);
  const weekday = make({ weekday: 'short' });
  const date = make({ day: 'numeric', month: 'short' });
  const dateWithYear = make({ day: 'numeric', month: 'short', year: 'numeric' });
  const longDay = make({ weekday: 'long', day: 'numeric', month: 'long' });
  const longDayWithYear = make({ day: 'numeric', month: 'long', year: 'numeric' });
  const full = lazily(() => ({ day: 'numeric', month: 'short', year: 'numeric', ...clock() }));
  const key =
    timeZone === undefined ? localDay : make({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA');
  let relative: Intl.RelativeTimeFormat | undefined;

  /** Whole days of the calendar between two moments. */
  const daysBetween = (ms: number, nowMs: number) =>
    Math.round((Date.parse(key(nowMs)) - Date.parse(key(ms))) / DAY_MS);
  const sameYear = (ms: number, nowMs: number) => key(ms).slice(0, 4) === key(nowMs).slice(0, 4);
  const relativeDay = (days: number) =>
    capital(
      (relative ??= new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })).format(-days, 'day'),
      locale
    );

  return {
    time,
    listTime(ms, nowMs) {
      const days = daysBetween(ms, nowMs);
      if (days <= 0) return time(ms);
      if (days === 1) return relativeDay(1);
      if (days < 7) return weekday(ms);
      return (sameYear(ms, nowMs) ? date : dateWithYear)(ms);
    },
    day(ms, nowMs) {
      const days = daysBetween(ms, nowMs);
      if (days === 0 || days === 1) return relativeDay(days);
      return (sameYear(ms, nowMs) ? longDay : longDayWithYear)(ms);
    },
    full,
    dayKey: key,
    minuteKey: (ms) => Math.floor(ms / MINUTE_MS)
  };
}

/** `09:31` */
function localTime(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `2026-03-01` of the reader's own time zone; a timeline asks for hundreds at once, which formats take long for. */
function localDay(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function capital(text: string, locale: string): string {
  return text.slice(0, 1).toLocaleUpperCase(locale) + text.slice(1);
}

/**
 * The reader's own variety of the catalogue's language (`en-US`, `en-IE`), else a plain one.
 * @param wanted the browser's languages, best first
 */
export function pickLocale(wanted: readonly string[], language: 'en'): string {
  return wanted.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? 'en-GB';
}
