// Listeners of one event.

export interface Emitter<T> {
  /** @returns removes the listener */
  on(listener: (value: T) => void): () => void;
  emit(value: T): void;
}

/** A listener that throws is the caller's bug and does not reach the others: `onError` is told. */
export function createEmitter<T>(onError: (error: unknown) => void): Emitter<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(value) {
      for (const listener of [...listeners]) {
        try {
          listener(value);
        } catch (error) {
          onError(error);
        }
      }
    }
  };
}
