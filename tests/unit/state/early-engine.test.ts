import { describe, expect, it } from 'vitest';
import { adoptEngine, type EarlyEngine } from '../../../src/lib/state/early-engine.ts';
import { createWorkerClient } from '../../../src/lib/worker/client.ts';
import type { ToPage, ToWorker } from '../../../src/lib/worker/protocol.ts';

function earlyEngine(said: ToPage[], failed = false) {
  const posted: ToWorker[] = [];
  const early: EarlyEngine = {
    policy: null,
    failed,
    said,
    worker: {
      onmessage: () => {},
      onerror: null,
      postMessage: (message: ToWorker) => void posted.push(message),
      addEventListener: () => {},
      terminate: () => {}
    }
  };
  return { early, posted };
}

const NO_PROFILE = { state: 'no-profile' } as const;

describe('an engine that was started before the page', () => {
  it('answers the first call with what it said already, and is not asked twice', async () => {
    const { early, posted } = earlyEngine([{ kind: 'answer', id: 1, output: NO_PROFILE }]);
    const port = adoptEngine(early);
    const client = createWorkerClient({ createWorker: () => port ?? expect.fail('not taken over') });
    await expect(client.call('engine.open', {})).resolves.toEqual(NO_PROFILE);
    expect(posted).toEqual([]);
    void client.call('path.current', {});
    expect(posted).toEqual([{ kind: 'call', id: 2, name: 'path.current', input: {} }]);
  });

  it('is left when its script failed, and where there is none', () => {
    expect(adoptEngine(null)).toBeNull();
    expect(adoptEngine(earlyEngine([], true).early)).toBeNull();
  });
});
