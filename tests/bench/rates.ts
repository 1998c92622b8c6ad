// How often a second an operation is done beside another one, by turns, so that both meet the same machine.

/** Operations under way at a time, as when a backlog is opened. */
export const SLICE = 64;
const ROUNDS = 7;
const ROUND_MS = 100;

/** One operation beside its floor; per second each, medians of the rounds. */
export interface Pair {
  readonly perSecond: number;
  readonly floorPerSecond: number;
  /** Floor ÷ operation: how much time the operation takes for one of its floor. Median of the rounds' ratios. */
  readonly ratio: number;
}

/** Does `count` operations, all at once or one after the other. */
export type Work = (count: number) => Promise<void>;

export async function perSecond(work: Work, count: number): Promise<number> {
  const begin = performance.now();
  let done = 0;
  do {
    await work(count);
    done += count;
  } while (performance.now() - begin < ROUND_MS);
  return (done / (performance.now() - begin)) * 1000;
}

const middle = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

export async function compare(operation: Work, floor: Work, count: number): Promise<Pair> {
  await perSecond(floor, count);
  await perSecond(operation, count);
  const rounds: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push([await perSecond(operation, count), await perSecond(floor, count)]);
  }
  return {
    perSecond: middle(rounds.map(([own]) => own)),
    floorPerSecond: middle(rounds.map(([, bare]) => bare)),
    ratio: middle(rounds.map(([own, bare]) => bare / own))
  };
}

/** `count` times at once. */
export const atOnce =
  (one: (index: number) => unknown): Work =>
  async (count) => {
    await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  };

/** `count` times, one after the other. */
export const inTurn =
  (one: (index: number) => unknown): Work =>
  async (count) => {
    for (let index = 0; index < count; index++) await one(index);
  };
