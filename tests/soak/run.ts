// npm run test:soak: chaos and long fuzzing, bounded in time, replayable from the seed it prints.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChaos, type ChaosOutcome } from './chaos.ts';
import { seedOf } from './draw.ts';
import { createFuzzTargets } from './fuzz-targets.ts';
import { runFuzz } from './fuzz.ts';
import { createReport, type Report } from './report.ts';

const USAGE = `node tests/soak/run.ts [options]
  --minutes <n>    about how long in all, default 20; from 40 on the long form
  --seed <n>       what decides everything drawn; default: another each time
  --only <part>    fuzz or chaos
  --target <name>  fuzz this parser alone
  --case <n>       run this case of each parser alone
  --rounds <n>     most rounds of chaos; with 1, --seed is the seed of that round
  --seconds <n>    how long people write in a round, default 60
  --forward-secret people write forward-secret messages, on linked devices
  --part <i>/<n>   of the parsers every n-th, beginning with the i-th

The long form feeds every parser a million cases (20,000 where a key operation stands in front), on two cores, and then
lets people write for ten minutes.`;

const ROUND = { settleMs: 120_000, devicesOf: [2, 2, 1, 1], sickNodes: { least: 3, most: 4 } };
/** What a round takes on top of its writing: starting, settling as a rule, stopping. */
const ROUND_EXTRA_MS = 30_000;
const FUZZ_SHARE = 0.4;

const LONG_MS = 40 * 60_000;
const LONG_FUZZ_MS = 24 * 60_000;
const LONG_WANTED = { plain: 1_000_000, keyed: 20_000 };
const LONG_ROUND = { writeMs: 600_000, writeEveryMs: [250, 650] as const };
/** What ten minutes have to hold, else they prove too little. */
const LONG_LEAST = { messages: 5_000, kills: 20, gatewayRestarts: 2 };
const FUZZ_PROCESSES = 2;

/** `1/2`: every second one, beginning with the second. */
function partOf(text: string): { readonly first: number; readonly step: number } | null {
  const [, first, step] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (first === undefined || step === undefined || Number(step) === 0) return null;
  return { first: Number(first), step: Number(step) };
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '20' },
      seed: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      target: { type: 'string', default: '' },
      case: { type: 'string', default: '' },
      rounds: { type: 'string', default: '' },
      seconds: { type: 'string', default: '' },
      part: { type: 'string', default: '' },
      'forward-secret': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  });
  const number = (name: 'minutes' | 'seed' | 'case' | 'rounds' | 'seconds'): number | undefined => {
    if (values[name] === '') return undefined;
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} wants a number`);
    return value;
  };
  if (!['', 'fuzz', 'chaos'].includes(values.only)) throw new Error('--only wants fuzz or chaos');
  return {
    budgetMs: (number('minutes') ?? 20) * 60_000,
    seed: (number('seed') ?? Math.floor(Math.random() * 2 ** 32)) >>> 0,
    only: values.only,
    target: values.target,
    onlyCase: number('case'),
    rounds: number('rounds') ?? Infinity,
    writeMs: (number('seconds') ?? 60) * 1_000,
    part: partOf(values.part),
    isForwardSecret: values['forward-secret'],
    isLong: (number('minutes') ?? 0) * 60_000 >= LONG_MS,
    help: values.help
  };
}

type Options = ReturnType<typeof readOptions>;

async function fuzz(options: Options, budgetMs: number, report: Report): Promise<void> {
  const { seed, target, onlyCase, part, isLong } = options;
  const all = await createFuzzTargets();
  const named = target === '' ? all : all.filter(({ name }) => name === target);
  if (named.length === 0)
    throw new Error(`there are these parsers: ${all.map(({ name }) => name).join(', ')}`);
  const targets = part ? named.filter((_, index) => index % part.step === part.first) : named;
  await runFuzz({ targets, seed, budgetMs, onlyCase, report, ...(isLong ? { wanted: LONG_WANTED } : {}) });
}

/** One process a core; their lines become lines of this report. */
async function fuzzInProcesses({ seed }: Options, report: Report): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const runOne = (part: number) =>
    new Promise<void>((resolve) => {
      const settings = ['--only', 'fuzz', '--minutes', String(LONG_MS / 60_000), '--seed', String(seed)];
      const child = spawn(process.execPath, [script, ...settings, '--part', `${part}/${FUZZ_PROCESSES}`], {
        stdio: ['ignore', 'pipe', 'inherit']
      });
      let checks = 0;
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, mark, name = '', detail = ''] = /^([✓✗]) (.*?): (.*)$/.exec(line) ?? [];
        if (mark === undefined) return;
        checks += 1;
        if (mark === '✓') report.passed(name, detail);
        else report.failed(name, detail);
      });
      child.on('close', () => {
        if (checks === 0) report.failed(`fuzz, part ${part}`, 'ended without a word');
        resolve();
      });
    });
  await Promise.all(Array.from({ length: FUZZ_PROCESSES }, (_, part) => runOne(part)));
}

/** What each device shows of each conversation. */
function tableOf({ shown }: ChaosOutcome): string {
  const rows = shown.map(({ device, conversation, texts, expected }) => {
    const lost = expected.filter(({ text }) => !texts.includes(text)).length;
    const doubled = texts.length - new Set(texts).size;
    return `  ${device} with ${conversation}: ${expected.length} written, ${lost} lost, ${doubled} doubled`;
  });
  return rows.join('\n');
}

/** The first problems, and what tells where they come from. */
function problemsOf({ problems, traces }: ChaosOutcome, most: number): string {
  const more = problems.length > most ? [`and ${problems.length - most} more`] : [];
  return [...problems.slice(0, most), ...more, ...traces].map((line) => `\n  ${line}`).join('');
}

/** Ten minutes of it, with the figures they have to reach. */
async function longChaos({ seed, isForwardSecret }: Options, report: Report): Promise<void> {
  const roundSeed = seedOf(seed, 'long');
  const name = `ten minutes of chaos of seed ${roundSeed}`;
  const outcome = await runChaos({ seed: roundSeed, ...ROUND, ...LONG_ROUND, isForwardSecret });
  const { accepted, faults, problems } = outcome;
  console.log(tableOf(outcome));
  const kills = faults['engine is killed'] ?? 0;
  const restarts = faults['gateway restarts'] ?? 0;
  const detail = `${accepted} messages, ${kills} workers killed, ${restarts} gateway restarts`;
  const isEnough =
    accepted >= LONG_LEAST.messages && kills >= LONG_LEAST.kills && restarts >= LONG_LEAST.gatewayRestarts;
  if (problems.length > 0) report.failed(name, detail + problemsOf(outcome, 40));
  else if (!isEnough) report.failed(name, `${detail}: too few to tell`);
  else report.passed(name, detail);
}

async function chaos(
  { seed, rounds, writeMs, isForwardSecret }: Options,
  budgetMs: number,
  report: Report
): Promise<void> {
  const deadlineMs = performance.now() + budgetMs;
  let round = 0;
  do {
    const roundSeed = rounds === 1 ? seed : seedOf(seed, 'round', round);
    const name = `chaos of seed ${roundSeed}`;
    try {
      const outcome = await runChaos({ seed: roundSeed, ...ROUND, writeMs, isForwardSecret });
      const { accepted, faults, lateTexts, problems } = outcome;
      const struck = Object.entries(faults).map(([fault, count]) => `${count} × ${fault}`);
      const late = lateTexts > 0 ? `${lateTexts} only when members were level; ` : '';
      const detail = `${accepted} messages; ${late}${struck.join(', ')}`;
      if (problems.length > 0) report.failed(name, detail + problemsOf(outcome, 20));
      else if (accepted === 0 || struck.length === 0) report.failed(name, `nothing happened: ${detail}`);
      else report.passed(name, detail);
    } catch (error) {
      report.failed(name, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    round += 1;
  } while (round < rounds && performance.now() + writeMs + ROUND_EXTRA_MS < deadlineMs);
}

/** @returns whether nothing failed */
async function run(options: Options): Promise<boolean> {
  const report = createReport((line) => console.log(line));
  console.log(`seed ${options.seed}`);
  if (options.isLong && options.part === null && options.target === '') {
    if (options.only !== 'chaos') await fuzzInProcesses(options, report);
    if (options.only !== 'fuzz') await longChaos(options, report);
    return report.finish();
  }
  if (options.isLong) {
    await fuzz(options, LONG_FUZZ_MS, report);
    return report.finish();
  }
  const fuzzMs = options.only === 'fuzz' ? options.budgetMs : options.budgetMs * FUZZ_SHARE;
  const startedMs = performance.now();
  if (options.only !== 'chaos') await fuzz(options, fuzzMs, report);
  const leftMs = options.budgetMs - (performance.now() - startedMs);
  if (options.only !== 'fuzz') await chaos(options, leftMs, report);
  return report.finish();
}

let options: Options;
try {
  options = readOptions();
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exit(2);
}
if (options.help) console.log(USAGE);
else process.exit((await run(options)) ? 0 : 1);
