import { describe, expect, it } from 'vitest';
import {
  capabilitiesOf,
  dateOfReport,
  playwrightResults,
  vitestResults
} from '../../../scripts/lib/capabilities.mjs';

const UNITS = {
  startTime: Date.UTC(2026, 5, 17, 23),
  testResults: [
    {
      name: '/somewhere/tests/unit/hfs/rotation.test.ts',
      assertionResults: [
        { fullName: 'rotation makes new keys', status: 'passed' },
        { fullName: 'rotation forgets', status: 'failed' },
        { fullName: 'not yet', status: 'pending' }
      ]
    },
    {
      name: 'tests/unit/random.test.ts',
      assertionResults: [{ fullName: 'random is even', status: 'passed' }]
    }
  ]
};
const STORIES = {
  stats: { startTime: '2026-06-18T01:00:00.000Z' },
  suites: [
    {
      title: 'backup.spec.ts',
      file: 'backup.spec.ts',
      specs: [],
      suites: [
        {
          title: 'a backup @full',
          file: 'backup.spec.ts',
          specs: [
            {
              title: 'opens again @phone',
              file: 'backup.spec.ts',
              tests: [
                { projectName: 'desktop', status: 'expected' },
                { projectName: 'phone', status: 'skipped' }
              ]
            }
          ]
        }
      ]
    }
  ]
};

describe('the list of what works', () => {
  const results = [...vitestResults(UNITS), ...playwrightResults(STORIES)];
  const list = capabilitiesOf(results, { version: '1.0.0-abc', date: '2026-06-17' });

  it('counts every test that ran, under the capability of its file, and names stories and failures', () => {
    expect(list.groups).toEqual([
      {
        name: 'Forward secrecy and post-quantum keys',
        passed: 1,
        failed: ['rotation forgets'],
        tests: []
      },
      {
        name: 'Storage at rest, locks and backups',
        passed: 1,
        failed: [],
        tests: ['a backup opens again (desktop)']
      },
      { name: 'Everything else', passed: 1, failed: [], tests: [] }
    ]);
  });

  it('is the same for the same results in another order', () => {
    expect(capabilitiesOf([...results].reverse(), { version: '1.0.0-abc', date: '2026-06-17' })).toEqual(
      list
    );
  });

  it('takes its date from the reports', () => {
    expect([dateOfReport(UNITS), dateOfReport(STORIES)]).toEqual(['2026-06-17', '2026-06-18']);
  });
});
