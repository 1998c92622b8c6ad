import type { BenchRow } from './types.ts';

export type Verdict = 'met' | 'missed' | '–';

/** Whether a row keeps its bound; a row without one is neither. */
export function verdictOf({ value, atLeast, atMost }: BenchRow): Verdict {
  if (atLeast === undefined && atMost === undefined) return '–';
  const isKept = (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
  return isKept ? 'met' : 'missed';
}

/**
 * A row with its bound as it would have been set on a machine of another speed; null where it has none that depends on it.
 * @param speed of that machine, as a share of the one at which bounds were set
 */
export function atSpeed(row: BenchRow, speed: number): BenchRow | null {
  if (!row.scales || (row.atLeast === undefined && row.atMost === undefined)) return null;
  return {
    ...row,
    ...(row.atLeast !== undefined && { atLeast: row.atLeast * speed }),
    ...(row.atMost !== undefined && { atMost: row.atMost / speed })
  };
}

/** Three significant digits, thousands set apart. */
export function formatValue(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function budgetText({ atLeast, atMost }: BenchRow): string {
  if (atLeast !== undefined) return `≥ ${formatValue(atLeast)}`;
  return atMost === undefined ? '' : `≤ ${formatValue(atMost)}`;
}

/** The rows as a table in Markdown. @param speed of this machine, as a share of the one at which bounds were set */
export function formatTable(rows: readonly BenchRow[], speed: number): string {
  const cells = rows.map((row) => {
    const scaled = atSpeed(row, speed);
    return [
      row.what,
      `${formatValue(row.value)} ${row.unit}`,
      budgetText(row),
      verdictOf(row),
      scaled ? `${budgetText(scaled)} ${verdictOf(scaled)}` : '',
      row.note ?? ''
    ];
  });
  const table = [['what', 'measured', 'budget', '', 'at this speed', 'note'], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(3, ...table.map((row) => (row[column] ?? '').length))
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join(
    '\n'
  );
}
