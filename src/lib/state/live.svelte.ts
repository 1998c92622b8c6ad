// A query of the database as state that follows the rows, whichever context writes them, and is run again when the page
// wakes up: what may be shown depends on the time too.
import { liveQuery } from 'dexie';
import { onWake } from './wake.ts';

export interface Live<Value> {
  /** Undefined until the first answer. */
  readonly current: Value | undefined;
  /** Whether the last run failed: the database is gone or closed. */
  readonly failed: boolean;
  stop(): void;
}

/**
 * @param query reads all its rows before it awaits anything else (storage/queries.ts)
 * @param onValue told of each answer, outside the query, so that what it reads is not followed too
 */
export function createLive<Value>(
  query: () => Promise<Value>,
  onValue?: (value: Value) => void
): Live<Value> {
  let current = $state.raw<Value | undefined>(undefined);
  let failed = $state(false);
  const follow = () =>
    liveQuery(query).subscribe({
      next(value) {
        current = value;
        onValue?.(value);
        failed = false;
      },
      error() {
        failed = true;
      }
    });
  let subscription = follow();
  const stopWaking = onWake(() => {
    subscription.unsubscribe();
    subscription = follow();
  });
  return {
    get current() {
      return current;
    },
    get failed() {
      return failed;
    },
    stop() {
      stopWaking();
      subscription.unsubscribe();
    }
  };
}
