// How far the connection has come, as screens are told.

export interface GatewayStatus {
  readonly origin: string;
  /** `ok`, `unknown`, or the code of what is wrong with it. */
  readonly state: GatewayState;
}

export type GatewayState =
  | 'ok'
  | 'unknown'
  | 'gateway-unreachable'
  /** It keeps saying that it has too much to do. */
  | 'gateway-busy'
  | 'wrong-network'
  | 'list-not-verified'
  /** It let too many guard nodes look dead today (design.md §3.1). */
  | 'guards-exhausted'
  /** It answers, but no path could be built through it. */
  | 'no-path';

export type BlockReason = 'wrong-network' | 'list-not-verified' | 'gateway-unreachable' | 'clock-wrong';

export type ConnectionState =
  | { readonly phase: 'offline' }
  | {
      readonly phase: 'connecting';
      /** Device time, milliseconds since 1970. */
      readonly sinceMs: number;
      readonly step: 'node-list' | 'verifying' | 'building-path';
    }
  | {
      readonly phase: 'connected';
      readonly pathCount: number;
      /** What the person should know although messages go. */
      readonly warning?: ConnectionWarning;
    }
  | {
      readonly phase: 'blocked';
      readonly reason: BlockReason;
      readonly gateways: readonly GatewayStatus[];
    };

export type ConnectionWarning =
  /** A gateway of this build that may not be used, and is not. */
  | {
      readonly kind: 'gateway-distrusted';
      readonly origin: string;
      readonly state: 'list-not-verified' | 'wrong-network' | 'guards-exhausted';
    }
  /** Device time minus network time, whole minutes in milliseconds. Messages carry network time all the same. */
  | { readonly kind: 'clock-wrong'; readonly offMs: number };

/** A device clock that is off by less is nobody's business. */
const MIN_CLOCK_WARNING_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
/** No device that runs this code can have an earlier date, or a later one. */
const EARLIEST_DATE_MS = Date.UTC(2025, 0, 1);
const LATEST_DATE_MS = Date.UTC(2060, 0, 1);

/**
 * What to warn of while connected: a gateway that lies before a clock that is wrong.
 * @param clockOffsetMs as several nodes agree; null when nothing was measured
 */
export function connectionWarning(
  gateways: readonly GatewayStatus[],
  clockOffsetMs: number | null
): ConnectionWarning | null {
  for (const { origin, state } of gateways) {
    if (state === 'list-not-verified' || state === 'wrong-network' || state === 'guards-exhausted') {
      return { kind: 'gateway-distrusted', origin, state };
    }
  }
  if (clockOffsetMs === null || Math.abs(clockOffsetMs) < MIN_CLOCK_WARNING_MS) return null;
  return { kind: 'clock-wrong', offMs: Math.round(clockOffsetMs / MINUTE_MS) * MINUTE_MS };
}

/** Whether certificates of gateways must look invalid to this device, whatever the gateways do. */
export function isDateImpossible(deviceTimeMs: number): boolean {
  return deviceTimeMs < EARLIEST_DATE_MS || deviceTimeMs >= LATEST_DATE_MS;
}

/** The most telling reason when no gateway can be used: lies before absence. A wrong date explains absence alone. */
export function blockReason(gateways: readonly GatewayStatus[], deviceTimeMs: number): BlockReason {
  for (const reason of ['list-not-verified', 'wrong-network'] as const) {
    if (gateways.some((gateway) => gateway.state === reason)) return reason;
  }
  return isDateImpossible(deviceTimeMs) ? 'clock-wrong' : 'gateway-unreachable';
}

export function sameState(a: ConnectionState, b: ConnectionState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
