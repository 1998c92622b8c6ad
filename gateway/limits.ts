// Every bound of the gateway, with its default (design.md §3). Rates are off on the local network, where all
// browsers of a machine share one address.

export interface GatewayLimits {
  /** Requests to `/gateway/` per second and address; an IPv6 /64 counts as one address. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Open connections per address, where no proxy stands in front; a browser opens six to one host. */
  readonly connectionsPerAddress: number;
  /** Bytes relayed a minute and address, both ways together. */
  readonly bytesPerMinute: number;
  /**
   * Onion requests under way, per address, per guard and in all. Less per address than per guard, so that nobody alone
   * can keep others from a guard by sending slowly.
   */
  readonly inFlightPerAddress: number;
  readonly inFlightPerGuard: number;
  readonly inFlight: number;
  /** Body of an onion request, bytes: its framing alone takes four (network.md §3.1). */
  readonly minBodyBytes: number;
  readonly maxBodyBytes: number;
  /** Answer of a guard, bytes: base64 of the largest `retrieve` and some (network.md §3.8). */
  readonly maxReplyBytes: number;
  /** One onion request from head to end; a node itself gives up after 30 s. */
  readonly relayTimeoutMs: number;
  /** TCP and TLS to a guard. */
  readonly connectTimeoutMs: number;
  /** The head of a client's request. */
  readonly headersTimeoutMs: number;
}

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_LIMITS: GatewayLimits = {
  requestsPerSecond: 20,
  burst: 60,
  connectionsPerAddress: 64,
  bytesPerMinute: 64 * MEBIBYTE,
  inFlightPerAddress: 48,
  inFlightPerGuard: 64,
  inFlight: 1_024,
  minBodyBytes: 5,
  maxBodyBytes: 10 * MEBIBYTE,
  maxReplyBytes: 15 * MEBIBYTE,
  relayTimeoutMs: 35_000,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 10_000
};

export const LOCAL_LIMITS: GatewayLimits = {
  ...DEFAULT_LIMITS,
  requestsPerSecond: Infinity,
  burst: Infinity,
  connectionsPerAddress: Infinity,
  bytesPerMinute: Infinity,
  inFlightPerAddress: Infinity,
  inFlightPerGuard: Infinity,
  inFlight: Infinity
};
