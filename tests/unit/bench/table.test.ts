import { describe, expect, it } from 'vitest';
import { atSpeed, formatTable, formatValue, verdictOf } from '../../bench/table.ts';

describe('the table of measurements', () => {
  it('tells met from missed, at the bound and beside it', () => {
    const row = { what: 'x', unit: '/s' };
    expect(verdictOf({ ...row, value: 70, atLeast: 70 })).toBe('met');
    expect(verdictOf({ ...row, value: 69.9, atLeast: 70 })).toBe('missed');
    expect(verdictOf({ ...row, value: 4, atMost: 4 })).toBe('met');
    expect(verdictOf({ ...row, value: 4.1, atMost: 4 })).toBe('missed');
    expect(verdictOf({ ...row, value: NaN, atMost: 4 })).toBe('missed');
    expect(verdictOf({ ...row, value: 4 })).toBe('–');
  });

  it('writes numbers so that they can be compared', () => {
    expect([0.4, 12.34, 1234.5].map(formatValue)).toEqual(['0.40', '12.3', '1,235']);
  });

  it('has a line for each row', () => {
    const table = formatTable([{ what: 'a', value: 1, unit: 'ms', atMost: 2, note: 'n' }], 0.5);
    expect(table.split('\n')[2]).toMatch(/^\| a +\| 1\.00 ms +\| ≤ 2\.00 +\| met +\| +\| n +\|$/);
  });

  it('judges time of a processor by the speed of the machine too, and nothing else', () => {
    const row = { what: 'x', unit: 'ms', value: 3, atMost: 2 };
    expect(atSpeed(row, 0.5)).toBeNull();
    expect(atSpeed({ ...row, scales: true }, 0.5)?.atMost).toBe(4);
    expect(atSpeed({ what: 'x', unit: '/s', value: 3, atLeast: 6, scales: true }, 0.5)?.atLeast).toBe(3);
    expect(atSpeed({ what: 'x', unit: 'ms', value: 3, scales: true }, 0.5)).toBeNull();
    const [, , line] = formatTable([{ ...row, scales: true }], 0.5).split('\n');
    expect(line).toMatch(/^\| x +\| 3\.00 ms +\| ≤ 2\.00 +\| missed +\| ≤ 4\.00 met +\| +\|$/);
  });
});
