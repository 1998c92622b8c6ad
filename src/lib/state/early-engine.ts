// The engine that static/before-paint.js started for who has an account: the page takes it over with all it said so
// far. Its first call, `engine.open`, was made there already.
import type { WorkerPort } from '../worker/client.ts';
import type { ToPage, ToWorker } from '../worker/protocol.ts';

/** What the script before the first paint leaves behind. */
export interface EarlyEngine {
  /** The one policy for addresses of scripts; null where the browser has no Trusted Types. */
  readonly policy: { createScriptURL(url: string): object } | null;
  readonly worker: WorkerPort & { onmessage: unknown; onerror: unknown };
  readonly said: readonly ToPage[];
  /** Its script could not be run. */
  readonly failed: boolean;
}

/** The call that was made with this id before there was a page. */
const EARLY_CALL_ID = 1;

export function readEarlyEngine(page: object): EarlyEngine | null {
  return (page as { onionskinEngine?: EarlyEngine }).onionskinEngine ?? null;
}

/** Takes it over as the worker of the client; null when there is none, or none that works. */
export function adoptEngine(early: EarlyEngine | null): WorkerPort | null {
  if (!early || early.failed) return null;
  const { worker, said } = early;
  return {
    postMessage(message: ToWorker) {
      const wasMade =
        message.kind === 'call' && message.id === EARLY_CALL_ID && message.name === 'engine.open';
      if (!wasMade) worker.postMessage(message);
    },
    addEventListener(type: string, listener: (event: { data: ToPage }) => void) {
      worker.addEventListener(type as 'message', listener);
      if (type !== 'message') return;
      worker.onmessage = null;
      // Once the client has noted the call that is answered here.
      queueMicrotask(() => said.forEach((data) => listener({ data })));
    },
    terminate: () => worker.terminate()
  };
}
