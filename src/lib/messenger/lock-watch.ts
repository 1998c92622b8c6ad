// Locks a profile that nobody uses, or that nobody sees, if the person wants that. Time is told by two clocks, and the one that
// says more counts: one stands still while the device sleeps, the other can be set.
import type { Clock } from '../clock.ts';

export interface LockRules {
  /** Without use; 0: never. */
  readonly lockAfterMinutes: number;
  /** As soon as no tab of the profile is on screen. */
  readonly lockWhenHidden: boolean;
}

export interface LockWatch {
  /** Somebody typed, pressed or scrolled, here or in another tab. */
  used(): void;
  setVisible(isVisible: boolean): void;
  readonly isVisible: boolean;
  stop(): void;
}

/** Between two looks. */
const LOOK_MS = 5_000;
/** From one tab to the next a profile is on no screen for a moment. */
const HIDDEN_GRACE_MS = 1_500;
const MINUTE_MS = 60_000;

/**
 * @param deps.rules null: the profile has no lock
 * @param deps.onDue called once
 */
export function createLockWatch(deps: {
  clock: Clock;
  rules: () => Promise<LockRules | null>;
  isSeenElsewhere: () => Promise<boolean>;
  onDue: () => void;
}): LockWatch {
  const { clock } = deps;
  const over = new AbortController();
  let lastUse = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
  let isVisible = true;

  const idleMs = () => Math.max(clock.monotonic() - lastUse.monotonicMs, clock.now() - lastUse.wallMs);

  async function look(): Promise<void> {
    const rules = await deps.rules();
    if (!rules || over.signal.aborted) return;
    const { lockAfterMinutes, lockWhenHidden } = rules;
    const isIdle = lockAfterMinutes > 0 && idleMs() >= lockAfterMinutes * MINUTE_MS;
    if (isIdle || (lockWhenHidden && !isVisible && !(await deps.isSeenElsewhere()))) due();
  }

  function due(): void {
    if (over.signal.aborted) return;
    over.abort();
    deps.onDue();
  }

  const lookQuietly = () => look().catch(() => {});

  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      await clock.sleep(LOOK_MS, over.signal).catch(() => {});
      if (!over.signal.aborted) await lookQuietly();
    }
  }
  void run();

  return {
    used() {
      // Coming back after too long is no use: what is due stays due.
      void lookQuietly().then(() => {
        lastUse = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
      });
    },
    setVisible(visible) {
      const wasVisible = isVisible;
      isVisible = visible;
      if (visible && !wasVisible) void lookQuietly();
      if (visible || !wasVisible) return;
      clock.sleep(HIDDEN_GRACE_MS, over.signal).then(
        () => (isVisible ? undefined : lookQuietly()),
        () => {}
      );
    },
    get isVisible() {
      return isVisible;
    },
    stop: () => over.abort()
  };
}
