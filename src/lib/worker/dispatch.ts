// Worker side of the boundary: takes calls from a port, runs them, answers; knows no browser. Commands are a table, so
// that a missing one does not compile.
import { AppError, toErrorData } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CommandName, Commands, EngineEvent, ToPage, ToWorker } from './protocol.ts';

export type CommandHandlers = {
  readonly [Name in CommandName]: (
    input: Commands[Name]['in'],
    signal: AbortSignal
  ) => Promise<Commands[Name]['out']>;
};

/** Where answers go; a worker's global scope, or a `MessagePort`. */
export interface PagePort {
  postMessage(message: ToPage): void;
}

export interface Dispatcher {
  receive(message: ToWorker): void;
  emit(event: EngineEvent): void;
}

/** Calls under way at most; a page that asks for more has a fault. */
const MAX_OPEN_CALLS = 256;

/**
 * @param handlers given once the engine is composed; calls that come earlier wait for it
 * @param onClose the page is going
 */
export function createDispatcher(deps: {
  port: PagePort;
  handlers: Promise<CommandHandlers>;
  onClose: () => void;
  log: Log;
}): Dispatcher {
  const { port, log } = deps;
  const calls = new Map<number, AbortController>();

  async function run({ id, name, input }: Extract<ToWorker, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    try {
      if (calls.size >= MAX_OPEN_CALLS) throw new AppError('too-many-calls', { retry: 'later' });
      calls.set(id, controller);
      const handlers = await deps.handlers;
      if (!Object.hasOwn(handlers, name)) throw new AppError('unknown-command');
      const handler = handlers[name] as (input: unknown, signal: AbortSignal) => Promise<unknown>;
      const output = await handler(input, controller.signal);
      port.postMessage({ kind: 'answer', id, output });
    } catch (error) {
      const data = toErrorData(error);
      if (data.code === 'unexpected') log.error('command-failed', { name });
      port.postMessage({ kind: 'failure', id, error: data });
    } finally {
      calls.delete(id);
    }
  }

  return {
    receive(message) {
      if (message.kind === 'call') void run(message);
      else if (message.kind === 'cancel') calls.get(message.id)?.abort();
      else deps.onClose();
    },
    emit: (event) => port.postMessage({ kind: 'event', event })
  };
}
