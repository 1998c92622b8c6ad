// The life of one worker in a test. When it ends, everything the worker waits for stays unanswered and nothing it began
// takes effect any more, as when a browser kills it: at whatever await it stands, it stands there for good.
import type { Clock } from '../../src/lib/clock.ts';
import type { CryptoBackend } from '../../src/lib/crypto/index.ts';
import type { Channel, Locks } from '../../src/lib/messenger/index.ts';
import type { IndexedDbEnvironment } from '../../src/lib/storage/index.ts';

export interface Life {
  isOver(): boolean;
  end(): void;
  /** Ends when the worker has come to its `crossings`-th next step: a request, a transaction, a cipher, a sleep. */
  endAfter(crossings: number): void;
  /** Resolves when it is over. */
  readonly ended: Promise<void>;
  clock(clock: Clock): Clock;
  crypto(backend: CryptoBackend): CryptoBackend;
  fetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
  /** Transactions under way abort when life ends. */
  indexedDb(environment: IndexedDbEnvironment): IndexedDbEnvironment;
  /** What is held is given back when life ends. */
  locks(locks: Locks): Locks;
  channel(channel: Channel): Channel;
}

const never = () => new Promise<never>(() => {});

export function createLife(): Life {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const transactions = new Set<IDBTransaction>();
  const connections = new Set<IDBDatabase>();
  let crossingsLeft = Infinity;

  function end(): void {
    if (signal.aborted) return;
    controller.abort();
    for (const transaction of transactions) {
      try {
        transaction.abort();
      } catch {
        // It had just ended.
      }
    }
    for (const connection of connections) connection.close();
  }

  function cross(): void {
    if (--crossingsLeft <= 0) end();
  }

  /** Nothing begins after the end, and nobody learns what came of what began before. */
  async function gate<T>(work: () => Promise<T>): Promise<T> {
    cross();
    if (signal.aborted) return never();
    try {
      const result = await work();
      return signal.aborted ? await never() : result;
    } catch (error) {
      if (signal.aborted) return never();
      throw error;
    }
  }

  function watch(connection: IDBDatabase): void {
    if (signal.aborted) return connection.close();
    connections.add(connection);
    const begin = connection.transaction.bind(connection);
    connection.transaction = (...parameters: Parameters<IDBDatabase['transaction']>) => {
      cross();
      if (signal.aborted) throw new DOMException('the worker is gone', 'InvalidStateError');
      const transaction = begin(...parameters);
      transactions.add(transaction);
      const isOver = () => transactions.delete(transaction);
      transaction.addEventListener('complete', isOver);
      transaction.addEventListener('abort', isOver);
      return transaction;
    };
  }

  return {
    isOver: () => signal.aborted,
    end,
    endAfter(crossings) {
      crossingsLeft = crossings;
    },
    ended,
    clock: (clock) => ({ ...clock, sleep: (ms, stop) => gate(() => clock.sleep(ms, stop)) }),
    crypto: (backend) =>
      new Proxy(backend, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...parameters: unknown[]) => {
            const result: unknown = Reflect.apply(value, target, parameters);
            return result instanceof Promise ? gate(() => result as Promise<unknown>) : result;
          };
        }
      }),
    fetch: (fetch) => (input, init) =>
      gate(() => {
        const stops = init?.signal ? AbortSignal.any([init.signal, signal]) : signal;
        return fetch(input, { ...init, signal: stops });
      }),
    indexedDb: ({ indexedDB, IDBKeyRange }) => ({
      IDBKeyRange,
      indexedDB: new Proxy(indexedDB, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (name !== 'open') return typeof value === 'function' ? value.bind(target) : value;
          return (...parameters: Parameters<IDBFactory['open']>) => {
            if (signal.aborted) throw new DOMException('the worker is gone', 'InvalidStateError');
            const request = target.open(...parameters);
            request.addEventListener('success', () => watch(request.result));
            return request;
          };
        }
      })
    }),
    locks: (locks) => ({
      request(name, options, callback) {
        const stops = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
        const hold = async (isHeld: boolean) => {
          if (!signal.aborted) await Promise.race([callback(isHeld), ended]);
        };
        const isInstant = options.steal || options.ifAvailable;
        return gate(() => locks.request(name, isInstant ? options : { ...options, signal: stops }, hold));
      }
    }),
    channel(channel) {
      void ended.then(() => channel.close());
      return {
        ...channel,
        post: (message) => {
          if (!signal.aborted) channel.post(message);
        }
      };
    }
  };
}
