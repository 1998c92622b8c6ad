// Sizes and lengths of files in figures and words. Decimal units, as the limit of the network is named in them.

const UNITS = [
  ['gigabyte', 1_000_000_000, 2],
  ['megabyte', 1_000_000, 1],
  ['kilobyte', 1_000, 0],
  ['byte', 1, 0]
] as const;

/** `1.25 GB`, `1.8 MB`, `12 kB`, `7 bytes`. @param bytes 0 or more */
export function formatBytes(bytes: number, locale: string): string {
  // What would be written as 1,000 kB is 1 MB.
  const [unit, size, digits] = UNITS.find(([, size]) => bytes >= size * 0.9995) ?? (['byte', 1, 0] as const);
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: digits
  });
  return format.format(bytes / size);
}

/** `0:48`, `1:02:03`. @param seconds cut to whole ones */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `1 minute, 2 seconds`, for being spoken. @param seconds cut to whole ones */
export function formatSpokenLength(seconds: number, locale: string): string {
  const whole = Math.max(0, Math.floor(seconds));
  const part = (value: number, unit: 'hour' | 'minute' | 'second') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  const parts: string[] = [];
  if (whole >= 3_600) parts.push(part(Math.floor(whole / 3_600), 'hour'));
  if (whole >= 60 && Math.floor(whole / 60) % 60 > 0) parts.push(part(Math.floor(whole / 60) % 60, 'minute'));
  if (whole % 60 > 0 || parts.length === 0) parts.push(part(whole % 60, 'second'));
  return new Intl.ListFormat(locale, { type: 'unit', style: 'long' }).format(parts);
}
