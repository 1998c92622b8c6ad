// What a swarm can answer that is not success (network.md §2.1, destination errors). Failures on the way are OnionError.
import { AppError } from '../errors.ts';

export type SwarmErrorCode =
  /** No known member holds the account, even after asking again. */
  | 'wrong-swarm'
  /** Members refuse our time, even after it was measured again. */
  | 'clock-skew'
  /** Two members, or the last one tried, refused the request itself: `details.status`. */
  | 'rejected'
  /** The network has no swarms, or none is known yet. */
  | 'no-swarm'
  /** Answers came, but none that a member had signed rightly. */
  | 'unverified-answer'
  | 'rate-limited'
  /** Members answered with faults of their own: `details.status`. */
  | 'swarm-failed';

export class SwarmError extends AppError<SwarmErrorCode> {
  override readonly name = 'SwarmError';
}
