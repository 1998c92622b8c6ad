// Every number of the onion floor, in one place (network.md §1.4, §2, §2.2; design.md §3.1).
import type { HopCipher } from '../crypto/index.ts';

export interface OnionConfig {
  /** Layer cipher of every hop and destination; the common clients send AES-GCM without a name. */
  readonly cipher: HopCipher;
  readonly pathsWanted: number;
  /** Hops other than the guard are redrawn after this long. */
  readonly rotateAfterMs: number;
  /** Failures after which a path is rebuilt and strikes after which a node is not used. */
  readonly strikeLimit: number;
  readonly strikeLifetimeMs: number;
  /** One node request through a path. */
  readonly requestTimeoutMs: number;
  readonly serverTimeoutMs: number;
  /** An answer that takes longer has its path tested while it is waited for. */
  readonly pathPatienceMs: number;
  /** A test under way for longer speaks against the path. */
  readonly probePatienceMs: number;
  /** `info` through a new guard node, and through a new path. */
  readonly guardTestTimeoutMs: number;
  readonly pathTestTimeoutMs: number;
  /** Between two tests of a path that has failed, as long as there are requests. */
  readonly recheckAfterMs: number;
  /** Paths tried for one request that fails on the path's side. */
  readonly pathAttempts: number;
  /** Candidates tried to build one path. */
  readonly buildAttempts: number;
  readonly gatewayTimeoutMs: number;
  /** How long a gateway stays chosen before the first one is tried again. */
  readonly gatewayStickyMs: number;
  readonly refreshAfterMs: number;
  readonly refreshRetryMs: number;
  /** A pool verified longer ago than this is verified anew from anchors, since too many nodes will have left. */
  readonly poolLifetimeMs: number;
  /** Fresh guard nodes tried through one gateway within a day; null where the list is signed. */
  readonly freshGuardsPerDay: number | null;
  readonly clockSyncIntervalMs: number;
  readonly clockTimeoutMs: number;
  /** First pause after a failed connection; doubled up to the second. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly saveDelayMs: number;
}

export const DAY_MS = 86_400_000;

/** Fewest anchors with which a first list can be verified: three hops and a destination. */
export const MINIMUM_ANCHORS = 4;
/** Nodes asked for their list; two of them must agree. */
export const SURVEYED_NODES = 3;
export const AGREEING_NODES = 2;
export const HOPS = 3;

export const DEFAULT_ONION_CONFIG: OnionConfig = {
  cipher: 'aes-gcm',
  pathsWanted: 2,
  rotateAfterMs: 600_000,
  strikeLimit: 3,
  strikeLifetimeMs: 2 * DAY_MS,
  requestTimeoutMs: 10_000,
  serverTimeoutMs: 30_000,
  pathPatienceMs: 3_000,
  probePatienceMs: 1_500,
  guardTestTimeoutMs: 10_000,
  pathTestTimeoutMs: 5_000,
  recheckAfterMs: 5_000,
  pathAttempts: 3,
  buildAttempts: 10,
  gatewayTimeoutMs: 10_000,
  gatewayStickyMs: DAY_MS,
  refreshAfterMs: 7_200_000,
  refreshRetryMs: 60_000,
  poolLifetimeMs: 14 * DAY_MS,
  freshGuardsPerDay: 4,
  clockSyncIntervalMs: 600_000,
  clockTimeoutMs: 8_000,
  retryMinMs: 1_000,
  retryMaxMs: 30_000,
  saveDelayMs: 1_000
};
