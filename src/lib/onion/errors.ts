// What can go wrong between here and a destination, told apart by who is to blame (network.md §2.1).
import { AppError, errorCode } from '../errors.ts';

/** Nobody on the path is to blame: the gateway did not answer, refused, or is not to be trusted. */
export type GatewayErrorCode =
  'gateway-unreachable' | 'gateway-refused' | 'gateway-busy' | 'wrong-network' | 'list-not-verified';

/** A node of the path failed; plain text that anyone on the path could have written. */
export type PathErrorCode =
  | 'guard-unreachable'
  | 'guard-not-ready'
  | 'hop-failed'
  | 'hop-not-ready'
  | 'path-timeout'
  | 'path-failed'
  | 'response-unreadable'
  /** Nobody is to blame; the same request would be refused again. */
  | 'request-refused';

/** The destination could not be reached, or authenticated itself and then answered garbage. */
export type DestinationErrorCode = 'destination-unreachable' | 'destination-garbage' | 'server-refused';

export type OnionErrorCode =
  | GatewayErrorCode
  | PathErrorCode
  | DestinationErrorCode
  | 'offline'
  | 'no-path'
  /** No gateway can be reached, and the date of this device would make every certificate look invalid. */
  | 'clock-wrong'
  /** The gateway changed while the request was made; nothing was sent. */
  | 'reconnecting'
  | 'onion-stopped'
  | 'onion-too-large';

/**
 * `details.node`: Ed25519 key (hex) of the node the error names; `details.gatewayCode`: what the gateway said;
 * `details.status`: plain HTTP status of a path error.
 */
export class OnionError extends AppError<OnionErrorCode> {
  override readonly name = 'OnionError';
}

/** Whether the failure is the gateway's, or ours while offline or stopping: nothing is learned about nodes. */
export function isGatewayFault(error: unknown): boolean {
  const code = errorCode(error);
  return (
    ['offline', 'onion-stopped', 'reconnecting', 'clock-wrong'].includes(code) || code.startsWith('gateway-')
  );
}
