// Time limits that respect the caller's signal and leave nothing behind.
import type { Clock } from '../clock.ts';

/**
 * Runs `work` with a signal that is aborted after `timeoutMs` or with the caller's signal.
 * @returns what `work` gives, also when it comes after the limit but before the limit was noticed
 * @throws what `onDeadline` makes when the time is over; the caller's reason when it aborted; what `work` throws
 */
export async function withDeadline<T>(
  clock: Clock,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  onDeadline: () => Error,
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  options.signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), {
      once: true
    });
  });
  aborted.catch(() => {});
  clock.sleep(options.timeoutMs, timer.signal).then(
    () => controller.abort(onDeadline()),
    () => {}
  );
  try {
    return await Promise.race([work(controller.signal), aborted]);
  } catch (error) {
    // Platforms turn an abort into errors of their own; the reason is what the caller understands.
    if (controller.signal.aborted) throw controller.signal.reason;
    throw error;
  } finally {
    timer.abort();
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** What `work` gives, unless the signal is aborted first: then its reason is thrown, and `work` goes on unwatched. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
