import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createWorkerClient, type WorkerPort } from '../../../src/lib/worker/client.ts';
import { createDispatcher, type CommandHandlers, type PagePort } from '../../../src/lib/worker/dispatch.ts';
import type { EngineEvent, ToPage, ToWorker } from '../../../src/lib/worker/protocol.ts';

type Handlers = Partial<CommandHandlers>;

/** A client and a dispatcher joined as a worker joins them: by structured cloning, later. */
function boundary(handlers: Handlers | Promise<Handlers>) {
  const toPage = new Set<(event: { data: ToPage }) => void>();
  const failures = new Set<() => void>();
  let isClosed = false;
  let isTerminated = false;
  let started = 0;
  const pagePort: PagePort = {
    postMessage(message) {
      const copy = structuredClone(message);
      queueMicrotask(() => toPage.forEach((listener) => listener({ data: copy })));
    }
  };
  const dispatcher = createDispatcher({
    port: pagePort,
    handlers: Promise.resolve(handlers) as Promise<CommandHandlers>,
    onClose: () => (isClosed = true),
    log: silentLog
  });
  const workerPort: WorkerPort = {
    postMessage(message: ToWorker) {
      const copy = structuredClone(message);
      queueMicrotask(() => dispatcher.receive(copy));
    },
    addEventListener(type: string, listener: unknown) {
      if (type === 'message') toPage.add(listener as (event: { data: ToPage }) => void);
      else failures.add(listener as () => void);
    },
    terminate: () => (isTerminated = true)
  };
  const client = createWorkerClient({
    createWorker: () => {
      started += 1;
      return workerPort;
    }
  });
  return {
    client,
    dispatcher,
    crash: () => failures.forEach((listener) => listener()),
    state: () => ({ isClosed, isTerminated, started })
  };
}

describe('the worker boundary', () => {
  test('starts the worker with the first call, once, and brings answers to their calls', async () => {
    const { client, state } = boundary({
      'message.send': async ({ text }) => ({ messageId: `id of ${text}` })
    });
    expect(state().started).toBe(0);
    const answers = await Promise.all(
      ['a', 'b'].map((text) => client.call('message.send', { conversationId: 'c', text }))
    );
    expect(answers).toEqual([{ messageId: 'id of a' }, { messageId: 'id of b' }]);
    expect(state().started).toBe(1);
  });

  test('a typed error arrives with code, retry and details; a foreign one without its text', async () => {
    const { client } = boundary({
      'message.send': async () => {
        throw new AppError('message-too-long', { retry: 'never', details: { limit: 2000 } });
      },
      'message.retry': async () => {
        throw new TypeError('secret text');
      }
    });
    const tooLong = client.call('message.send', { conversationId: 'c', text: 'x' });
    await expect(tooLong).rejects.toBeInstanceOf(AppError);
    await expect(tooLong).rejects.toMatchObject({ code: 'message-too-long', details: { limit: 2000 } });
    const foreign = await client.call('message.retry', { messageId: 'm' }).catch((error: unknown) => error);
    expect(foreign).toMatchObject({ code: 'unexpected' });
    expect(String(foreign)).not.toContain('secret');
  });

  test('an aborted call rejects at once and reaches the handler as an abort', async () => {
    let handlerSignal: AbortSignal | undefined;
    const { client } = boundary({
      'path.renew': (_, signal) => {
        handlerSignal = signal;
        return new Promise(() => {});
      }
    });
    const controller = new AbortController();
    const call = client.call('path.renew', {}, { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('not needed any more'));
    await expect(call).rejects.toThrow('not needed any more');
    await new Promise((resolve) => setImmediate(resolve));
    expect(handlerSignal?.aborted).toBe(true);
    await expect(client.call('path.renew', {}, { signal: controller.signal })).rejects.toThrow();
  });

  test('events reach every listener until it unsubscribes', () => {
    const { client, dispatcher } = boundary({ 'path.current': async () => null });
    const seen: EngineEvent[] = [];
    const off = client.onEvent((event) => seen.push(event));
    return client
      .call('path.current', {})
      .then(() => {
        dispatcher.emit({ type: 'notice', code: 'one' });
        return new Promise((resolve) => setImmediate(resolve));
      })
      .then(() => {
        off();
        dispatcher.emit({ type: 'notice', code: 'two' });
        return new Promise((resolve) => setImmediate(resolve));
      })
      .then(() => expect(seen).toEqual([{ type: 'notice', code: 'one' }]));
  });

  test('an unknown command is refused, also one that every object has', async () => {
    const { client } = boundary({});
    for (const name of ['nonsense', 'toString', '__proto__']) {
      await expect(client.call(name as 'path.current', {})).rejects.toMatchObject({
        code: 'unknown-command'
      });
    }
  });

  test('an engine that cannot be composed fails the calls with its code', async () => {
    const { client } = boundary(
      Promise.reject(new AppError('unsupported-browser', { details: { missing: 'x' } }))
    );
    await expect(client.call('engine.open', {})).rejects.toMatchObject({
      code: 'unsupported-browser',
      details: { missing: 'x' }
    });
  });

  test('a worker that dies fails what is open and what comes later', async () => {
    const { client, crash } = boundary({ 'path.current': () => new Promise(() => {}) });
    const call = client.call('path.current', {});
    crash();
    await expect(call).rejects.toMatchObject({ code: 'worker-failed' });
    await expect(client.call('path.current', {})).rejects.toMatchObject({ code: 'worker-failed' });
  });

  test('closing lets the engine hand over and fails what is open', async () => {
    const { client, state } = boundary({ 'path.current': () => new Promise(() => {}) });
    const call = client.call('path.current', {});
    client.close();
    await expect(call).rejects.toMatchObject({ code: 'worker-closed' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(state()).toMatchObject({ isClosed: true, isTerminated: false });
    client.close();
  });
});
