// Long fuzzing: damaged real input and random input for every parser, each case known by (seed, parser, number).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { damaged, DAMAGE_KINDS, TELLING_BYTES } from '../support/damage.ts';
import { createDraw, seedOf, type Draw } from './draw.ts';
import { isAnswer, type FuzzTarget } from './fuzz-targets.ts';
import type { Report } from './report.ts';

export interface FuzzOptions {
  readonly targets: readonly FuzzTarget[];
  readonly seed: number;
  /** For all parsers together; each gets its part. */
  readonly budgetMs: number;
  /** Each parser gets at least so many, as long as the time allows; else time alone decides. */
  readonly wanted?: { readonly plain: number; readonly keyed: number };
  /** Runs this case of each parser alone. */
  readonly onlyCase?: number;
  readonly report: Report;
}

/** A parser that thinks longer about one input is a way to stop a client. */
const MAX_CASE_MS = 2_000;
/** What a parser may leave behind after all its cases; what is kept grows with the cases, so it is found. */
const MAX_HEAP_GROWTH_BYTES = 24 * 1024 * 1024;
/** Caches and compiled code settle in these. */
const WARM_UP_CASES = 100;
/** A slow parser may take this many times its part, since most are quick. */
const PATIENCE = 8;
/** Run even when the time is over, so that growth is seen on a busy machine too. */
const LEAST_CASES = 300;
const MAX_RANDOM_BYTES = 2_000;

function createHeapGauge(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}

/** Input number `index` of a parser. */
function drawInput(draw: Draw, seeds: readonly Uint8Array[]): Uint8Array {
  const kind = draw.below(10);
  if (kind === 0) return draw.bytes(draw.below(MAX_RANDOM_BYTES));
  const start = draw.pick(seeds);
  // The head of one and the tail of another: lengths and types that belong to something else.
  const base =
    kind === 1
      ? Buffer.concat([
          start.subarray(0, draw.below(start.length)),
          draw.pick(seeds).subarray(draw.below(start.length))
        ])
      : start;
  let bytes: Uint8Array = base;
  for (let count = 1 + draw.below(4); count > 0; count--) {
    const value = draw.below(2) === 0 ? draw.pick(TELLING_BYTES) : draw.below(256);
    bytes = damaged(bytes, { kind: draw.pick(DAMAGE_KINDS), at: draw.share(), value });
  }
  return bytes;
}

interface Outcome {
  readonly accepted: boolean;
  readonly elapsedMs: number;
}

/** @throws whatever a parser throws that is no answer */
async function runCase(target: FuzzTarget, seed: number, index: number): Promise<Outcome> {
  const input = drawInput(createDraw(seedOf(seed, target.name, index)), target.seeds);
  const bytes = target.seal ? await target.seal(input) : input;
  const startedMs = performance.now();
  let accepted = true;
  try {
    await target.parse(bytes);
  } catch (error) {
    if (!isAnswer(error)) throw error;
    accepted = false;
  }
  return { accepted, elapsedMs: performance.now() - startedMs };
}

/** Whether the parser reads what it is known to read: without this, refusing everything would pass. */
async function acceptsSeeds({ seeds, parse, seal }: FuzzTarget): Promise<boolean> {
  for (const seed of seeds) {
    try {
      const value = await parse(seal ? await seal(seed) : seed);
      if (value !== null && value !== undefined && value !== false) return true;
    } catch (error) {
      if (!isAnswer(error)) throw error;
    }
  }
  return false;
}

async function fuzzTarget(
  target: FuzzTarget,
  budgetMs: number,
  heapUsed: () => number,
  options: FuzzOptions
) {
  const { seed, onlyCase, report } = options;
  const name = `fuzz ${target.name}`;
  let index = onlyCase ?? 0;
  let accepted = 0;
  let slowestMs = 0;
  let heapBefore = 0;
  const startMs = performance.now();
  const isKeyed = target.isKeyed === true || target.seal !== undefined;
  const wanted = isKeyed ? options.wanted?.keyed : options.wanted?.plain;
  const isDone = () => {
    const elapsedMs = performance.now() - startMs;
    if (wanted === undefined) return elapsedMs >= budgetMs && index >= LEAST_CASES;
    return index >= wanted || elapsedMs >= budgetMs;
  };
  try {
    if (!(await acceptsSeeds(target))) return report.failed(name, 'refuses what it should read');
    do {
      const outcome = await runCase(target, seed, index);
      if (outcome.elapsedMs > MAX_CASE_MS) throw new Error(`took ${Math.round(outcome.elapsedMs)} ms`);
      slowestMs = Math.max(slowestMs, outcome.elapsedMs);
      if (outcome.accepted) accepted += 1;
      index += 1;
      if (index === WARM_UP_CASES) heapBefore = heapUsed();
    } while (onlyCase === undefined && !isDone());
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return report.failed(name, `case ${index} of seed ${seed} (--target and --case show where): ${why}`);
  }
  const growth = heapBefore === 0 ? 0 : heapUsed() - heapBefore;
  const counts = `${index} cases, ${accepted} accepted, slowest ${slowestMs.toFixed(1)} ms`;
  if (growth > MAX_HEAP_GROWTH_BYTES) return report.failed(name, `${counts}; keeps ${growth} bytes`);
  if (wanted !== undefined && onlyCase === undefined && index < wanted)
    return report.failed(name, `${counts}; there was no time for ${wanted}`);
  report.passed(name, counts);
}

/** Feeds every parser until its time is over; one check in the report for each. */
export async function runFuzz(options: FuzzOptions): Promise<void> {
  // Most cases are refused, and taking down where costs more than parsing: a fault is run again to see it.
  const { stackTraceLimit } = Error;
  if (options.onlyCase === undefined) Error.stackTraceLimit = 0;
  try {
    await feedAll(options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function feedAll(options: FuzzOptions): Promise<void> {
  const heapUsed = createHeapGauge();
  const deadlineMs = performance.now() + options.budgetMs;
  for (const [index, target] of options.targets.entries()) {
    // What one parser does not need is there for those after it.
    const share = (deadlineMs - performance.now()) / (options.targets.length - index);
    await fuzzTarget(target, options.wanted ? share * PATIENCE : share, heapUsed, options);
  }
}
