// Which gateway is used: the page's own origin first; the one that works is kept for a day (design.md §3).
import type { GatewayState, GatewayStatus } from './connection-state.ts';

export interface GatewayChoice {
  restore(saved: { readonly origin: string; readonly sinceMs: number } | null): void;
  /** Gateways in the order in which they are to be tried now. */
  order(): readonly string[];
  /** The gateway proved usable. */
  chosen(origin: string): void;
  mark(origin: string, state: GatewayState): void;
  statuses(): readonly GatewayStatus[];
  /** Whether the day is over and an earlier gateway should be tried again. */
  isExpired(): boolean;
  current(): { readonly origin: string; readonly sinceMs: number } | null;
}

/**
 * @param options.origins the page's own first
 * @param options.now device time, milliseconds
 */
export function createGatewayChoice(options: {
  readonly origins: readonly string[];
  readonly stickyMs: number;
  readonly now: () => number;
}): GatewayChoice {
  const { origins, stickyMs, now } = options;
  const states = new Map<string, GatewayState>(origins.map((origin) => [origin, 'unknown']));
  let current: { readonly origin: string; readonly sinceMs: number } | null = null;

  const isOver = () => current !== null && Math.abs(now() - current.sinceMs) >= stickyMs;

  return {
    restore(saved) {
      current = saved && origins.includes(saved.origin) ? saved : null;
    },
    order() {
      const first = current === null || isOver() ? [] : [current.origin];
      const order = [...new Set([...first, ...origins])];
      // A gateway that was found wanting comes last, not first, even on its day.
      const isGood = (origin: string) => ['ok', 'unknown'].includes(states.get(origin) ?? 'unknown');
      return [...order.filter(isGood), ...order.filter((origin) => !isGood(origin))];
    },
    chosen(origin) {
      if (current?.origin !== origin || isOver()) current = { origin, sinceMs: now() };
      states.set(origin, 'ok');
    },
    mark(origin, state) {
      states.set(origin, state);
    },
    statuses: () => [...states].map(([origin, state]) => ({ origin, state })),
    isExpired: () => isOver() && current?.origin !== origins[0],
    current: () => current
  };
}
