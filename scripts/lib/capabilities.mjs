// From the JSON reports of a test run to the list of what works: every test that ran, under the capability its file belongs to.

/**
 * Capabilities and the files whose tests speak for them; the first that matches counts. Files that none names speak for no
 * capability of their own and are counted under `other`.
 */
export const CAPABILITY_FILES = [
  [
    'Accounts, restore and several profiles',
    /(first-run|restore|profiles|recovery|identity|mnemonic)[\w-]*\.(spec|test)/
  ],
  [
    'One-to-one messages',
    /(two-people|one-to-one|conversation|chats|start|kinds|both-ways|outbox|receive|inbox)[\w-]*\.(spec|test)/
  ],
  ['Disappearing messages', /(disappear|timer|deadline)[\w-]*\.(spec|test)/],
  ['Files, pictures and voice', /(attachment|media|picture|transfer|\/files\/|voice|image|camera)/],
  ['Several devices of one account', /(config|devices|device)[\w-]*\.(spec|test)|\/config\//],
  ['Forward secrecy and post-quantum keys', /\/hfs\/|hfs-|ml-kem/],
  ['Onion paths and the gateway', /\/(onion|swarm|gateway)\/|gateway|lying|exposure/],
  ['What others can see', /(exposure|gateway-view|path)[\w-]*\.(spec|test)/],
  [
    'Storage at rest, locks and backups',
    /(dump|backup|lock|vault|slots|unsealed|profile-)[\w-]*|\/(storage|backup)\//
  ],
  ['Search and storage control', /(search|storage|usage|pressure)/],
  ['Offline, several tabs and wake-ups', /(offline|tabs|wake|leader|election|crash)/],
  ['Updates and checkable code', /(update|release|integrity|verify|finish-build|policy)/],
  ['Hostile input', /(xss|hostile|fuzz|traces|broken)/],
  ['Accessibility and keyboard', /(accessibility|keyboard|shell|styles)/],
  ['Wire formats and cryptography', /\/(wire|crypto|bytes)\/|vectors/],
  ['The embedded network', /\/localnet\//],
  ['Screens', /\/state\/|tests\/e2e\//]
];

const OTHER = 'Everything else';

/** Tests whose names say something to people; the small ones are counted. */
const TELLING = /tests[\\/](e2e|integration)[\\/]/;

const namesOf = (tests) => [...new Set(tests.map(({ name }) => name))].sort();

/** @typedef {{ file: string, name: string, passed: boolean }} TestResult */

/** Results of vitest's JSON report; what was skipped says nothing. @returns {TestResult[]} */
export function vitestResults(report) {
  return report.testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ fullName, status }) => ({ file, name: fullName, passed: status === 'passed' }))
  );
}

/** Results of Playwright's JSON report, a story once for each window it ran in. @returns {TestResult[]} */
export function playwrightResults(report) {
  const walk = (suite, above) => {
    const titles = suite.title === suite.file ? above : [...above, suite.title];
    const own = (suite.specs ?? []).flatMap(({ title, file, tests }) =>
      tests
        .filter(({ status }) => status !== 'skipped')
        .map(({ status, projectName }) => ({
          file: `tests/e2e/${file}`,
          name: [...titles, title].join(' ').replaceAll(/\s*@\w+/g, '') + ` (${projectName})`,
          passed: status === 'expected'
        }))
    );
    return [...own, ...(suite.suites ?? []).flatMap((inner) => walk(inner, titles))];
  };
  return report.suites.flatMap((suite) => walk(suite, []));
}

/** When a report was made, as a date; both kinds say when they began. */
export function dateOfReport(report) {
  const began = report.startTime ?? report.stats?.startTime;
  return new Date(began).toISOString().slice(0, 10);
}

/**
 * @param {TestResult[]} results @param {{ version: string, date: string }} about
 * @returns the file the app shows: groups in the order of the table, names in order
 */
export function capabilitiesOf(results, { version, date }) {
  const groups = new Map([...CAPABILITY_FILES.map(([name]) => [name, []]), [OTHER, []]]);
  for (const result of results) {
    const path = result.file.replaceAll('\\', '/').replace(/^.*(?=tests\/)/, '');
    const [group] = CAPABILITY_FILES.find(([, files]) => files.test(path)) ?? [OTHER];
    groups.get(group).push(result);
  }
  return {
    version,
    date,
    groups: [...groups]
      .filter(([, tests]) => tests.length > 0)
      .map(([name, tests]) => ({
        name,
        passed: tests.filter(({ passed }) => passed).length,
        failed: namesOf(tests.filter(({ passed }) => !passed)),
        tests: namesOf(tests.filter(({ passed, file }) => passed && TELLING.test(file)))
      }))
  };
}
