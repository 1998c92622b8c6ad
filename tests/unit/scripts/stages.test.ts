import { describe, expect, it } from 'vitest';
import {
  countLastLine,
  countPlaywright,
  countVitest,
  countingLine,
  judge,
  selectStages
} from '../../../scripts/lib/stages.mjs';

const vitestReport = {
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults: [
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] }
  ]
};
const outcome = (report: unknown, exitCode = 0, stdout = '') => ({ exitCode, stdout, report: () => report });

describe('the count of a stage', () => {
  it('takes tests of vitest', () => {
    expect(countVitest(outcome(vitestReport))).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });

  it('counts a test file that did not load as a failure', () => {
    const report = {
      ...vitestReport,
      numFailedTests: 0,
      testResults: [{ status: 'failed', assertionResults: [] }]
    };
    expect(countVitest(outcome(report)).failed).toBe(1);
  });

  it('takes tests of Playwright, those that passed on a second try as failed', () => {
    const report = { stats: { expected: 7, unexpected: 1, flaky: 2, skipped: 3 }, errors: [{}] };
    expect(countPlaywright(outcome(report))).toEqual({ passed: 7, failed: 4, skipped: 3 });
  });

  it('takes the last counting line a program wrote', () => {
    const stdout = 'a\n1 passed, 0 failed, 0 skipped\nb\n2 passed, 1 failed, 0 skipped\n';
    expect(countLastLine(outcome(null, 0, stdout))).toEqual({ passed: 2, failed: 1, skipped: 0 });
  });
});

describe('the judgement of a stage', () => {
  const check = { name: 'lint', commands: [] };
  const tests = { name: 'unit', commands: [], count: countVitest };
  const green = { ...vitestReport, numFailedTests: 0, testResults: [] };

  it('counts a check as one', () => {
    expect(judge(check, outcome(null, 0))).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(judge(check, outcome(null, 2))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('fails a stage that ended badly with no test to show for it', () => {
    expect(judge(tests, outcome(green, 0))).toMatchObject({ passed: 5, failed: 0 });
    expect(judge(tests, outcome(green, 1))).toMatchObject({ passed: 5, failed: 1 });
  });

  it('fails a stage without a report and one without a test', () => {
    const unreadable = { ...outcome(null), report: () => JSON.parse('') as unknown };
    expect(judge(tests, unreadable).failed).toBe(1);
    const empty = { ...green, numPassedTests: 0, numPendingTests: 0, numTodoTests: 0 };
    expect(judge(tests, outcome(empty)).failed).toBe(1);
  });
});

describe('the choice of stages', () => {
  const groups = [
    [
      { name: 'lint', commands: [] },
      { name: 'types', commands: [] }
    ],
    [{ name: 'unit', commands: [] }]
  ];

  it('is all of them, or those named', () => {
    expect(selectStages(groups, [])).toBe(groups);
    expect(selectStages(groups, ['unit', 'types'])).toEqual([[groups[0]?.[1]], [groups[1]?.[0]]]);
  });

  it('names one that does not exist', () => {
    expect(() => selectStages(groups, ['nothing'])).toThrow(
      'no stage "nothing"; there are: lint, types, unit'
    );
  });
});

it('writes the counting line', () => {
  expect(countingLine({ passed: 3, failed: 2, skipped: 1 })).toBe('3 passed, 2 failed, 1 skipped');
});
