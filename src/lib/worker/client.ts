// Page side of the boundary: commands as typed promises, cancellation, error revival (style.md §2.5). It starts the
// worker when the first command is called and knows nothing of what the engine does.
import { AppError } from '../errors.ts';
import type { CommandName, Commands, EngineEvent, ToPage, ToWorker } from './protocol.ts';

/** The part of a `Worker` (or `MessagePort`) the client uses. */
export interface WorkerPort {
  postMessage(message: ToWorker): void;
  addEventListener(type: 'message', listener: (event: { data: ToPage }) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: () => void): void;
  terminate(): void;
}

export interface WorkerClient {
  /**
   * Calls a command of the engine.
   * @throws AppError with the engine's `code`, `retry` and `details`; `worker-failed` when the worker died or did not
   *   start, `worker-closed` after `close`; the signal's reason when aborted
   */
  call<Name extends CommandName>(
    name: Name,
    input: Commands[Name]['in'],
    options?: { signal?: AbortSignal }
  ): Promise<Commands[Name]['out']>;
  /** @returns a function that ends the subscription */
  onEvent(callback: (event: EngineEvent) => void): () => void;
  /** Lets the engine hand over, then ends the worker. Open calls fail with `worker-closed`. */
  close(): void;
}

interface OpenCall {
  resolve(output: unknown): void;
  reject(reason: unknown): void;
  release(): void;
}

/** Time given to the worker to release its lock after `close`, milliseconds. */
const CLOSE_GRACE_MS = 500;

/**
 * @param deps.createWorker starts the worker; called once, at the first command
 */
export function createWorkerClient(deps: { createWorker: () => WorkerPort }): WorkerClient {
  const calls = new Map<number, OpenCall>();
  const listeners = new Set<(event: EngineEvent) => void>();
  let worker: WorkerPort | null = null;
  let nextId = 1;
  let endedWith: 'worker-failed' | 'worker-closed' | null = null;

  function endAll(code: 'worker-failed' | 'worker-closed'): void {
    endedWith ??= code;
    for (const call of calls.values()) {
      call.release();
      call.reject(new AppError(code, { retry: 'never' }));
    }
    calls.clear();
  }

  function receive(message: ToPage): void {
    if (message.kind === 'event') {
      for (const listener of [...listeners]) listener(message.event);
      return;
    }
    const call = calls.get(message.id);
    // A cancelled call may still be answered.
    if (!call) return;
    calls.delete(message.id);
    call.release();
    if (message.kind === 'answer') call.resolve(message.output);
    else call.reject(reviveError(message.error));
  }

  function start(): WorkerPort {
    const started = deps.createWorker();
    started.addEventListener('message', (event) => receive(event.data));
    started.addEventListener('error', () => endAll('worker-failed'));
    started.addEventListener('messageerror', () => endAll('worker-failed'));
    return started;
  }

  return {
    call<Name extends CommandName>(
      name: Name,
      input: Commands[Name]['in'],
      options: { signal?: AbortSignal } = {}
    ) {
      const { signal } = options;
      return new Promise<Commands[Name]['out']>((resolve, reject) => {
        if (endedWith) return reject(new AppError(endedWith));
        if (signal?.aborted) return reject(signal.reason);
        worker ??= start();
        const port = worker;
        const id = nextId++;
        const onAbort = () => {
          calls.delete(id);
          port.postMessage({ kind: 'cancel', id });
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        calls.set(id, {
          resolve: resolve as (output: unknown) => void,
          reject,
          release: () => signal?.removeEventListener('abort', onAbort)
        });
        port.postMessage({ kind: 'call', id, name, input });
      });
    },
    onEvent(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    close() {
      if (endedWith) return;
      const closing = worker;
      closing?.postMessage({ kind: 'close' });
      endAll('worker-closed');
      listeners.clear();
      if (closing) setTimeout(() => closing.terminate(), CLOSE_GRACE_MS);
    }
  };
}

/** An error as it crossed the worker, as a typed error again. */
function reviveError(data: {
  code: string;
  retry: AppError['retry'];
  details: AppError['details'];
}): AppError {
  return new AppError(data.code, { retry: data.retry, details: data.details });
}
