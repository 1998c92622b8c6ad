// The lock screen's state: one attempt at a time, what came of it, and how long until the next one.
import { AppError, errorCode } from '../errors.ts';
import type { LockView, Proof } from '../worker/protocol.ts';
import { askPasskey, type PasskeyPage } from './passkey.ts';

export interface UnlockingState {
  readonly busy: 'passphrase' | 'passkey' | null;
  /** Code of what went wrong last. */
  readonly failure: string | null;
  /** Whole seconds until the next attempt; 0: now. */
  readonly waitSeconds: number;
  /** The same as it was when the wait began: to be spoken once, not each second. */
  readonly saidSeconds: number;
  tryPassphrase(text: string): Promise<void>;
  tryPasskey(): Promise<void>;
  stop(): void;
}

const TICK_MS = 250;

export function createUnlocking(deps: {
  page: PasskeyPage;
  lock: LockView;
  open: (proof: Proof) => Promise<unknown>;
}): UnlockingState {
  const { page, lock } = deps;
  let busy = $state<'passphrase' | 'passkey' | null>(null);
  let failure = $state<string | null>(null);
  let untilMs = 0;
  let waitSeconds = $state(0);
  let saidSeconds = $state(0);
  let timer: ReturnType<typeof setInterval> | undefined;

  function waitFor(ms: number): void {
    untilMs = performance.now() + ms;
    clearInterval(timer);
    const tick = () => {
      waitSeconds = Math.max(0, Math.ceil((untilMs - performance.now()) / 1000));
      if (waitSeconds > 0) return;
      clearInterval(timer);
      saidSeconds = 0;
    };
    saidSeconds = Math.ceil(ms / 1000);
    tick();
    if (waitSeconds > 0) timer = setInterval(tick, TICK_MS);
  }
  waitFor(lock.waitMs);

  async function attempt(kind: 'passphrase' | 'passkey', proof: () => Promise<Proof>): Promise<void> {
    if (busy) return;
    busy = kind;
    failure = null;
    try {
      await deps.open(await proof());
    } catch (error) {
      failure = errorCode(error);
      const waitMs = error instanceof AppError ? error.details['waitMs'] : undefined;
      if (typeof waitMs === 'number') waitFor(waitMs);
    } finally {
      busy = null;
    }
  }

  return {
    get busy() {
      return busy;
    },
    get failure() {
      return failure;
    },
    get waitSeconds() {
      return waitSeconds;
    },
    get saidSeconds() {
      return saidSeconds;
    },
    tryPassphrase: (text) => attempt('passphrase', async () => ({ kind: 'passphrase', text })),
    tryPasskey: () =>
      attempt('passkey', async () => {
        const { passkey } = lock;
        if (!passkey) throw new AppError('passkey-refused');
        return { kind: 'passkey', secret: await askPasskey(page, passkey.credentialId) };
      }),
    stop: () => clearInterval(timer)
  };
}
