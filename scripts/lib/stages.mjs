// Runs the stages of a check one after another and counts what passed. A stage says little while all is well and
// shows its output when it fails.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PlainError, ROOT, capture } from './project.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ stdout: string, report: () => unknown, exitCode: number }} Outcome */
/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[][]} commands  arguments for Node, run one after another until one fails
 * @property {Record<string, string>} [env]
 * @property {string} [reportFile]  JSON the last command writes; deleted before the run
 * @property {(outcome: Outcome) => Counts} [count]  without it the stage counts as one check
 * @property {string[]} [needs]     stages that must have passed
 * @property {boolean} [loud]       its output is worth reading even when all is well
 */

export const NOTHING = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

/** @param {Counts} a @param {Counts} b @returns {Counts} */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param {Counts} counts */
export function countingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Counts of vitest's JSON report; a file that did not load counts as one failure. */
export function countVitest({ report }) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report();
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed')
  ).length;
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken,
    skipped: numPendingTests + (numTodoTests ?? 0)
  };
}

/** Counts of Playwright's JSON report; a test that passed only on a second try counts as failed. */
export function countPlaywright({ report }) {
  const { stats, errors } = report();
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + (errors ?? []).length,
    skipped: stats.skipped
  };
}

/** Counts of a program that ends with a counting line of its own. */
export function countLastLine({ stdout }) {
  const found = [...stdout.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  if (!found) throw new Error('no counting line');
  return { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) };
}

/**
 * The counts of a stage, made true: an exit code that the count does not explain, an unreadable report and a
 * test stage without a single test are failures.
 * @param {Stage} stage @param {Outcome} outcome @returns {Counts}
 */
export function judge(stage, outcome) {
  if (!stage.count) return outcome.exitCode === 0 ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1 };
  try {
    const counts = stage.count(outcome);
    const total = counts.passed + counts.failed + counts.skipped;
    if (counts.failed === 0 && (outcome.exitCode !== 0 || total === 0)) return { ...counts, failed: 1 };
    return counts;
  } catch {
    return { ...NOTHING, failed: 1 };
  }
}

/** @param {Stage} stage */
async function runStage(stage, environment) {
  const reportPath = stage.reportFile && join(ROOT, stage.reportFile);
  if (reportPath) {
    rmSync(reportPath, { force: true });
    mkdirSync(dirname(reportPath), { recursive: true });
  }
  let outcome = { exitCode: 0, stdout: '' };
  for (const args of stage.commands) {
    const { exitCode, stdout } = await capture(args, { ...environment, ...stage.env });
    outcome = { exitCode, stdout: outcome.stdout + stdout };
    if (exitCode !== 0) break;
  }
  const counts = judge(stage, {
    ...outcome,
    report: () => JSON.parse(readFileSync(reportPath, 'utf8'))
  });
  return { counts, stdout: outcome.stdout };
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs groups of stages; those of one group side by side. A stage whose needs failed counts as skipped.
 * Prints one line a stage, the output of those that failed, and the counting line last.
 * @param {Stage[][]} groups
 * @returns {Promise<Counts>}
 */
export async function runStages(groups, environment = process.env) {
  const failed = new Set();
  let total = NOTHING;
  const started = performance.now();
  for (const group of groups) {
    const running = group.map(async (stage) => {
      const missing = stage.needs?.find((name) => failed.has(name));
      if (missing) {
        failed.add(stage.name);
        total = add(total, { ...NOTHING, skipped: 1 });
        console.log(`– ${stage.name.padEnd(12)} skipped: ${missing} failed`);
        return;
      }
      const start = performance.now();
      const { counts, stdout } = await runStage(stage, environment);
      total = add(total, counts);
      if (counts.failed > 0) failed.add(stage.name);
      if (counts.failed > 0 || stage.loud) console.log(stdout.trimEnd());
      const logPath = join(ROOT, 'test-results/logs', `${stage.name.replaceAll(' ', '-')}.log`);
      mkdirSync(dirname(logPath), { recursive: true });
      writeFileSync(logPath, stdout);
      const detail = stage.count ? `  ${countingLine(counts)}` : '';
      const mark = counts.failed > 0 ? '✗' : '✓';
      console.log(
        `${mark} ${stage.name.padEnd(12)} ${seconds(performance.now() - start).padStart(8)}${detail}`
      );
    });
    await Promise.all(running);
  }
  console.log(`${' '.repeat(2)}${'in all'.padEnd(12)} ${seconds(performance.now() - started).padStart(8)}`);
  return total;
}

/** Picks the stages named in `only` (all when it is empty), without their needs. */
export function selectStages(groups, only) {
  if (only.length === 0) return groups;
  const names = new Set(groups.flat().map((stage) => stage.name));
  const unknown = only.find((name) => !names.has(name));
  if (unknown) throw new PlainError(`no stage "${unknown}"; there are: ${[...names].join(', ')}`, 2);
  return groups
    .map((group) => group.filter((stage) => only.includes(stage.name)))
    .filter((group) => group.length > 0);
}
