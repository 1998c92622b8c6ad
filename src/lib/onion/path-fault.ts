// Who pays for a failed request (network.md §2.1). Plain errors are unauthenticated, so a named node pays only where it
// could really be the one: as a hop of this very path, or as its destination.
import { errorCode } from '../errors.ts';
import { classifyPathError } from '../wire/index.ts';
import { OnionError } from './errors.ts';

/** Longest plain error worth reading. */
const MAX_ERROR_TEXT_BYTES = 1_024;

/**
 * The typed error of an answer whose HTTP status is not 200.
 * @param destinationHex Ed25519 key of the destination node; null for a server
 */
export function pathErrorOf(status: number, body: Uint8Array, destinationHex: string | null): OnionError {
  const text = new TextDecoder().decode(body.subarray(0, MAX_ERROR_TEXT_BYTES));
  const fault = classifyPathError(status, text, destinationHex);
  const node = fault.nodeEd25519Hex ?? undefined;
  const details = { status, ...(node === undefined ? {} : { node }) };
  switch (fault.class) {
    case 'intermediate-node-unreachable':
      return new OnionError('hop-failed', { retry: 'other-path', details });
    case 'destination-unreachable':
      return new OnionError('destination-unreachable', { retry: 'other-path', details });
    case 'snode-not-ready':
      return new OnionError('hop-not-ready', { retry: 'other-path', details });
    case 'edge-not-ready':
      return new OnionError('guard-not-ready', { retry: 'other-path', details });
    case 'path-timed-out':
      return new OnionError('path-timeout', { retry: 'other-path', details });
    case 'request-refused':
    case 'server-error':
      return new OnionError('request-refused', { retry: 'later', details });
    case 'invalid-hop-response':
    case 'path-error':
      return new OnionError('path-failed', { retry: 'other-path', details });
  }
}

export interface Penalty {
  /** Counts against the path; at the limit it is rebuilt. */
  readonly pathFailure: boolean;
  /** Nodes that get one strike. */
  readonly strikes: readonly string[];
  /** A hop that the hop before it cannot reach: out of the pool, and replaced in this path. */
  readonly remove: string | null;
  /** The culprit is unknown, so the path is tested before more is held against it. */
  readonly test: boolean;
}

/** Nobody pays. */
export const NO_PENALTY: Penalty = { pathFailure: false, strikes: [], remove: null, test: false };

/**
 * @param hops Ed25519 keys of the path, guard node first
 * @param destinationHex null for a server
 */
export function penaltyFor(error: unknown, hops: readonly string[], destinationHex: string | null): Penalty {
  const [guard = '', ...others] = hops;
  const named = error instanceof OnionError ? error.details.node : undefined;
  const namedHop = typeof named === 'string' && hops.includes(named) ? named : null;
  const destination = destinationHex === null ? [] : [destinationHex];
  const unknownCulprit: Penalty = { pathFailure: true, strikes: others, remove: null, test: true };
  switch (errorCode(error)) {
    case 'guard-unreachable':
    case 'guard-not-ready':
      return { ...NO_PENALTY, pathFailure: true, strikes: [guard] };
    case 'hop-failed': {
      // No hop comes before the guard node that could complain about it.
      if (namedHop === null || namedHop === guard) return unknownCulprit;
      // Either the named hop is gone or the one before it lies; a guard node is not given up on such a word.
      const reporter = hops[hops.indexOf(namedHop) - 1] as string;
      const strikes = reporter === guard ? [] : [reporter];
      return { ...NO_PENALTY, pathFailure: true, strikes, remove: namedHop };
    }
    case 'hop-not-ready':
      if (named !== undefined && destination.includes(named as string)) {
        return { ...NO_PENALTY, strikes: destination };
      }
      return namedHop === null ? unknownCulprit : { ...NO_PENALTY, pathFailure: true, strikes: [namedHop] };
    case 'destination-unreachable':
      // The last hop says so; whether it can be believed shows when the path is tried with another destination.
      return { ...NO_PENALTY, strikes: destination, test: true };
    case 'destination-garbage':
      return { ...NO_PENALTY, strikes: destination };
    case 'path-timeout':
    case 'path-failed':
    case 'response-unreadable':
      return unknownCulprit;
    default:
      return NO_PENALTY;
  }
}

/** What a node says whose own daemon is broken; it is no use to anybody before it is listed anew. */
const BROKEN_DAEMON = 'oxend returned unparsable data';

/** Whether a destination's answer tells that it cannot be used at all. */
export function isDestinationBroken(status: number, body: unknown): boolean {
  return status === 502 && typeof body === 'string' && body.startsWith(BROKEN_DAEMON);
}

/** Whether a destination's own status counts against it (network.md §2.1, destination errors). */
export function isDestinationFault(status: number): boolean {
  return status >= 500;
}
