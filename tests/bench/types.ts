// A measurement and what it is held against (design.md §4, §9). Figures vary with the machine, so where a budget is
// a ratio both sides are measured in the same run.

export interface BenchRow {
  /** What was measured, in the words of the budget. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The bound to keep, in the same unit; without one the row is for information. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The bound is time of a processor: it is also judged as it would be on a machine as fast as this one. */
  readonly scales?: true;
  /** What it was compared with, or how it was measured. */
  readonly note?: string;
}

/** One file `*.bench.ts` exports one of these as `bench`. */
export interface Bench {
  readonly name: string;
  /** May be slow; is run alone. */
  run(): Promise<BenchRow[]>;
}
