import { describe, expect, it } from 'vitest';
import { formatTable, formatValue, verdictOf } from '../../bench/table.ts';

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
    const table = formatTable([{ what: 'a', value: 1, unit: 'ms', atMost: 2, note: 'n' }]);
    expect(table.split('\n')[2]).toMatch(/^\| a +\| 1\.00 ms +\| ≤ 2\.00 +\| met +\| n +\|$/);
  });
});
