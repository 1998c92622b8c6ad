// An answer that is late: the path it has to come over is tested while it is waited for, so that a hop that hangs is
// found long before the time limit, and the caller can ask elsewhere meanwhile (network.md §2.2).
import type { Clock } from '../clock.ts';
import type { OnionConfig } from './config.ts';

export interface LateAnswerOptions {
  readonly clock: Clock;
  readonly config: Pick<OnionConfig, 'pathPatienceMs' | 'probePatienceMs'>;
  /** Whether the path works; null when nothing can be said. */
  readonly test: () => Promise<boolean | null>;
  /** What the destination itself may need; that of the path when absent. */
  readonly patienceMs?: number;
  readonly onLate?: () => void;
}

/**
 * Watches one request from the moment it is sent.
 * @param onTested told what came of the test, if one was made and ended before the answer
 * @param over aborted when the answer is there, or is given up
 */
export async function watchAnswer(
  options: LateAnswerOptions,
  onTested: (isPathAlive: boolean | null) => void,
  over: AbortSignal
): Promise<void> {
  const { clock, config, test, onLate } = options;
  const { pathPatienceMs, probePatienceMs } = config;
  const sentAt = clock.monotonic();
  const { patienceMs = pathPatienceMs } = options;
  try {
    await clock.sleep(pathPatienceMs, over);
    const verdict = test().then((isPathAlive) => {
      if (!over.aborted) onTested(isPathAlive);
      return isPathAlive === true;
    });
    const isPathAlive = await Promise.race([verdict, clock.sleep(probePatienceMs, over).then(() => false)]);
    if (isPathAlive) await clock.sleep(Math.max(0, sentAt + patienceMs - clock.monotonic()), over);
    over.throwIfAborted();
    onLate?.();
  } catch {
    // The answer came first.
  }
}
