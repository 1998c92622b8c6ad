/** The middle value, the upper one of an even count; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** The value that nine of ten do not exceed; NaN of none. */
export function ninetieth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.9) - 1] ?? NaN;
}

/** How much of one core a busy loop gets just now, in percent: figures in time are only worth as much. */
export function freeCorePercent(): number {
  const before = process.cpuUsage();
  const begin = performance.now();
  while (performance.now() - begin < 300) Math.sqrt(begin);
  const { user, system } = process.cpuUsage(before);
  return Math.min(100, ((user + system) / 1000 / (performance.now() - begin)) * 100);
}

/** The note of a row that is bound in time. */
export function coreNote(percent: number): string {
  return `a busy loop got ${percent.toFixed(0)} % of a core beside it`;
}
