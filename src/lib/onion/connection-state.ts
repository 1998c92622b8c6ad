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
  | { readonly phase: 'connected'; readonly pathCount: number }
  | {
      readonly phase: 'blocked';
      readonly reason: BlockReason;
      readonly gateways: readonly GatewayStatus[];
    };

/** The most telling reason when no gateway can be used: lies before absence. */
export function blockReason(gateways: readonly GatewayStatus[]): BlockReason {
  for (const reason of ['list-not-verified', 'wrong-network'] as const) {
    if (gateways.some((gateway) => gateway.state === reason)) return reason;
  }
  return 'gateway-unreachable';
}

export function sameState(a: ConnectionState, b: ConnectionState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
