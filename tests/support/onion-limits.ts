import type { OnionConfig } from '../../src/lib/onion/index.ts';

/** Time limits that a test can wait for; what a real client waits for, these give up in a fraction of. */
export const IMPATIENT: Partial<OnionConfig> = {
  requestTimeoutMs: 1_500,
  pathPatienceMs: 600,
  probePatienceMs: 300,
  guardTestTimeoutMs: 800,
  pathTestTimeoutMs: 800,
  recheckAfterMs: 300,
  gatewayTimeoutMs: 1_500,
  clockTimeoutMs: 1_000,
  retryMinMs: 50,
  retryMaxMs: 200,
  saveDelayMs: 10
};
