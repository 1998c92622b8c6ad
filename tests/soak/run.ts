// npm run test:soak: chaos and long fuzzing, bounded in time, replayable from the seed it prints.
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';
import { seedOf } from './draw.ts';
import { createFuzzTargets } from './fuzz-targets.ts';
import { runFuzz } from './fuzz.ts';
import { createReport, type Report } from './report.ts';

const USAGE = `node tests/soak/run.ts [options]
  --minutes <n>    about how long in all, default 20
  --seed <n>       what decides everything drawn; default: another each time
  --only <part>    fuzz or chaos
  --target <name>  fuzz this parser alone
  --case <n>       run this case of each parser alone
  --rounds <n>     most rounds of chaos; with 1, --seed is the seed of that round
  --seconds <n>    how long people write in a round, default 60`;

const ROUND = { settleMs: 120_000, devicesOf: [2, 2, 1, 1], sickNodes: { least: 3, most: 4 } };
/** What a round takes on top of its writing: starting, settling as a rule, stopping. */
const ROUND_EXTRA_MS = 30_000;
const FUZZ_SHARE = 0.4;

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
    help: values.help
  };
}

type Options = ReturnType<typeof readOptions>;

async function fuzz({ seed, target, onlyCase }: Options, budgetMs: number, report: Report): Promise<void> {
  const all = await createFuzzTargets();
  const targets = target === '' ? all : all.filter(({ name }) => name === target);
  if (targets.length === 0)
    throw new Error(`there are these parsers: ${all.map(({ name }) => name).join(', ')}`);
  await runFuzz({ targets, seed, budgetMs, onlyCase, report });
}

async function chaos({ seed, rounds, writeMs }: Options, budgetMs: number, report: Report): Promise<void> {
  const deadlineMs = performance.now() + budgetMs;
  let round = 0;
  do {
    const roundSeed = rounds === 1 ? seed : seedOf(seed, 'round', round);
    const name = `chaos of seed ${roundSeed}`;
    try {
      const { accepted, faults, lateTexts, problems } = await runChaos({
        seed: roundSeed,
        ...ROUND,
        writeMs
      });
      const struck = Object.entries(faults).map(([fault, count]) => `${count} × ${fault}`);
      const late = lateTexts > 0 ? `${lateTexts} only when members were level; ` : '';
      const detail = `${accepted} messages; ${late}${struck.join(', ')}`;
      if (problems.length > 0) report.failed(name, `${detail}\n  ${problems.slice(0, 20).join('\n  ')}`);
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
