// A query of the database as state that follows the rows, whichever context writes them.
import { liveQuery } from 'dexie';

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
  const subscription = liveQuery(query).subscribe({
    next(value) {
      current = value;
      onValue?.(value);
      failed = false;
    },
    error() {
      failed = true;
    }
  });
  return {
    get current() {
      return current;
    },
    get failed() {
      return failed;
    },
    stop: () => subscription.unsubscribe()
  };
}
