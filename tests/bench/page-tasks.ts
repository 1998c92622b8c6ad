// How long the page's own thread was kept busy at a stretch, and its workers in all, out of Chromium's trace.
import type { Browser, Page } from '@playwright/test';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds: wall time and processor time of this thread. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export interface PageTasks {
  /** Longest task in milliseconds of processor time, which other programs do not lengthen. */
  readonly longestCpuMs: number;
  /** Longest task in milliseconds of the clock. */
  readonly longestMs: number;
  /** Tasks over 50 ms of processor time. */
  readonly blocking: number;
  /** Processor time of all tasks of the page, seconds. */
  readonly pageCpuSeconds: number;
  /** Processor time of all tasks of the page's dedicated workers, seconds. */
  readonly workerCpuSeconds: number;
}

const BLOCKING_MS = 50;
/** By which the page's own thread is found among those of all pages, the browser's own included. */
const MARK = 'bench-page';

/** Records until the returned function is called. */
export async function recordTasks(browser: Browser, page: Page): Promise<() => Promise<PageTasks>> {
  await browser.startTracing(page, {
    categories: ['disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata']
  });
  return async () => {
    await page.evaluate((mark) => void performance.mark(mark), MARK);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: TraceEvent[];
    };
    const marked = traceEvents.find(({ name }) => name === MARK);
    if (!marked) throw new Error('the trace holds no tasks of the page');
    const tasksOf = (tids: readonly number[]) =>
      traceEvents.filter(
        ({ name, ph, pid, tid }) =>
          name === 'RunTask' && ph === 'X' && pid === marked.pid && tids.includes(tid)
      );
    const workers = traceEvents.filter(
      ({ name, args }) => name === 'thread_name' && args?.name?.startsWith('DedicatedWorker')
    );
    const tasks = tasksOf([marked.tid]);
    // One that was under way when recording began or ended has no processor time of its own.
    const cpuMs = tasks.flatMap(({ tdur }) => (tdur === undefined ? [] : tdur / 1000));
    if (cpuMs.length === 0) throw new Error('the trace holds no processor times of the page');
    return {
      longestCpuMs: Math.max(...cpuMs),
      longestMs: Math.max(...tasks.map(({ dur = 0 }) => dur / 1000)),
      blocking: cpuMs.filter((ms) => ms > BLOCKING_MS).length,
      pageCpuSeconds: cpuSeconds(tasks),
      workerCpuSeconds: cpuSeconds(
        tasksOf(workers.filter(({ pid }) => pid === marked.pid).map(({ tid }) => tid))
      )
    };
  };
}

function cpuSeconds(tasks: readonly TraceEvent[]): number {
  return tasks.reduce((total, { tdur = 0 }) => total + tdur, 0) / 1_000_000;
}
