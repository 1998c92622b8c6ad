// How fast this machine is beside the one at which budgets were set, so that a reader can tell machine from code.
import { runInWorker } from './in-worker.ts';
import type { BenchRow } from './types.ts';

/** Agreements with verifications per second where the budgets were set (design.md §9). */
const BUDGETED_PER_SECOND = 11_900;

/** Resolves with agreements and verifications per second in Chromium's WebCrypto. */
export function measureMachine(): Promise<number> {
  return runInWorker<number>('machine-worker.ts');
}

/** @param measured at different times; the fastest counts */
export function machineRow(measured: readonly number[]): { row: BenchRow; speed: number } {
  const value = Math.max(...measured);
  const speed = value / BUDGETED_PER_SECOND;
  const least = Math.min(...measured).toFixed(0);
  return {
    speed,
    row: {
      what: 'this machine: an agreement and a verification, WebCrypto',
      value,
      unit: '/s',
      note: `${speed.toFixed(2)} of the ${BUDGETED_PER_SECOND.toLocaleString('en')}/s at which budgets were set; the best of ${measured.length} looks, the least was ${least}`
    }
  };
}
