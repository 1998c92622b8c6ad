// Order in which a page does what can wait.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whenDrawn } from '../../../src/lib/state/when-idle.ts';

const frames = new Map<number, () => void>();
const idle = new Map<number, () => void>();
let handles = 0;

function keep(calls: Map<number, () => void>) {
  return (work: () => void) => {
    handles += 1;
    calls.set(handles, work);
    return handles;
  };
}

function run(calls: Map<number, () => void>): void {
  const due = [...calls.values()];
  calls.clear();
  for (const work of due) work();
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('requestAnimationFrame', keep(frames));
  vi.stubGlobal('cancelAnimationFrame', (handle: number) => frames.delete(handle));
  vi.stubGlobal('requestIdleCallback', keep(idle));
  vi.stubGlobal('cancelIdleCallback', (handle: number) => idle.delete(handle));
});
afterEach(() => {
  frames.clear();
  idle.clear();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('work waits for a frame, then for an idle time, and is done once', () => {
  const work = vi.fn();
  whenDrawn(work);
  run(idle);
  expect(work).not.toHaveBeenCalled();
  run(frames);
  expect(work).not.toHaveBeenCalled();
  run(idle);
  vi.advanceTimersByTime(60_000);
  run(idle);
  expect(work).toHaveBeenCalledOnce();
});

test('a page in the background draws nothing and does it after a moment', () => {
  const work = vi.fn();
  whenDrawn(work);
  vi.advanceTimersByTime(999);
  run(idle);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  run(idle);
  run(frames);
  run(idle);
  expect(work).toHaveBeenCalledOnce();
});

test.each([0, 1])('called off after %i steps, it is not done', (steps) => {
  const work = vi.fn();
  const callOff = whenDrawn(work);
  if (steps === 1) run(frames);
  callOff();
  run(frames);
  vi.advanceTimersByTime(60_000);
  run(idle);
  expect(work).not.toHaveBeenCalled();
});
