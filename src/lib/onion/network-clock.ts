// Network time (network.md §1.6): device time minus an offset measured on three nodes, so that a wrong device clock
// does not stop messaging. Single answers only ever give a first guess or a reason to measure again.
import type { Clock } from '../clock.ts';
import { AGREEING_NODES } from './config.ts';

/** 2021 began; a node that says less has no clock. */
const MIN_NODE_TIME_MS = 1_609_419_600_000;
/** 2100 begins. */
const MAX_NODE_TIME_MS = 4_102_444_800_000;
const OBSERVED_SAMPLES = 10;
/** Samples that must agree before a measured offset is doubted. */
const DOUBTING_SAMPLES = 3;
/** A sixth of what nodes tolerate. */
const DOUBT_MS = 10_000;
/** Device time and monotonic time drift apart by this much when the date was changed or the device slept. */
const JUMP_MS = 2_000;

export interface TimeSample {
  readonly nodeTimeMs: number;
  /** Device time when the node said so, as well as one can tell. */
  readonly deviceTimeMs: number;
  /** How far off that may be: half of the round trip. */
  readonly uncertaintyMs: number;
}

export interface NetworkClock {
  nowMs(): number;
  /** Device time minus network time; null before anything is known. */
  offsetMs(): number | null;
  /**
   * Takes the median of at least two plausible samples, of different nodes; nothing where two of them cannot tell the
   * device clock from theirs.
   * @returns whether it could
   */
  measured(samples: readonly TimeSample[]): boolean;
  /** A node's `t`, just received. */
  observe(nodeTimeMs: number): void;
  /** Monotonic time since the last measurement; null before the first. */
  ageMs(): number | null;
  /** Whether the offset should be measured again: never measured, contradicted, or the device time jumped. */
  isDoubtful(): boolean;
}

export function createNetworkClock(clock: Clock): NetworkClock {
  let measuredOffset: number | null = null;
  let measuredAt = 0;
  let baseline = 0;
  let observed: number[] = [];

  const drift = () => clock.now() - clock.monotonic();
  const offset = () => measuredOffset ?? (observed.length > 0 ? median(observed) : null);

  return {
    nowMs: () => Math.round(clock.now() - (offset() ?? 0)),
    offsetMs: offset,
    measured(samples) {
      const plausible = samples.filter(({ nodeTimeMs }) => isPlausible(nodeTimeMs));
      if (plausible.length < AGREEING_NODES) return false;
      // A slow answer would move a right clock by what it cannot measure, and reorder messages of two devices.
      const agreeing = plausible.filter((sample) => Math.abs(offsetOf(sample)) <= sample.uncertaintyMs);
      measuredOffset = agreeing.length >= AGREEING_NODES ? 0 : median(plausible.map(offsetOf));
      measuredAt = clock.monotonic();
      baseline = drift();
      observed = [];
      return true;
    },
    observe(nodeTimeMs) {
      if (!isPlausible(nodeTimeMs)) return;
      observed = [...observed, clock.now() - nodeTimeMs].slice(-OBSERVED_SAMPLES);
    },
    ageMs: () => (measuredOffset === null ? null : clock.monotonic() - measuredAt),
    isDoubtful() {
      if (measuredOffset === null) return true;
      if (Math.abs(drift() - baseline) > JUMP_MS) return true;
      const recent = observed.slice(-DOUBTING_SAMPLES);
      return recent.length === DOUBTING_SAMPLES && Math.abs(median(recent) - measuredOffset) > DOUBT_MS;
    }
  };
}

function offsetOf({ deviceTimeMs, nodeTimeMs }: TimeSample): number {
  return deviceTimeMs - nodeTimeMs;
}

function isPlausible(nodeTimeMs: number): boolean {
  return Number.isFinite(nodeTimeMs) && nodeTimeMs > MIN_NODE_TIME_MS && nodeTimeMs < MAX_NODE_TIME_MS;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
