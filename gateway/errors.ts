import { AppError } from '../src/lib/errors.ts';

/** What `X-Gateway-Error` may say. Only `guard-unreachable` and `guard-timeout` are a guard's fault. */
export type GatewayErrorCode =
  | 'host-refused'
  | 'origin-refused'
  | 'not-found'
  | 'method-refused'
  | 'malformed-guard'
  | 'unknown-guard'
  | 'address-refused'
  | 'content-type-refused'
  | 'length-required'
  | 'body-too-small'
  | 'body-too-large'
  | 'request-timeout'
  | 'rate-limited'
  | 'guard-busy'
  | 'gateway-busy'
  | 'guard-unreachable'
  | 'guard-timeout'
  | 'reply-too-large';

/** Why the gateway does not start. `details` name the setting. */
export class GatewayStartError extends AppError<
  'address-in-use' | 'address-not-permitted' | 'build-missing' | 'no-verified-list'
> {
  override readonly name = 'GatewayStartError';
}

/** Why one seed gave no list. */
export class SeedError extends AppError<
  'seed-unreachable' | 'seed-pin-mismatch' | 'seed-refused' | 'seed-malformed' | 'seed-list-too-short'
> {
  override readonly name = 'SeedError';
}
