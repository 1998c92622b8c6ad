// One request, up to the answer: takes a path, sends, and after a failure on the path's side takes another (network.md
// §2.2). Says which hops it used and when packets move.
import { withDeadline } from './deadline.ts';
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RpcRequest, V4Request, V4Response } from '../wire/index.ts';
import type { OnionConfig } from './config.ts';
import type { Connection } from './connection.ts';
import type { RequestSubject } from './exposure-ledger.ts';
import { createEmitter } from './emitter.ts';
import { isGatewayFault, OnionError } from './errors.ts';
import { isDestinationBroken, isDestinationFault } from './path-fault.ts';
import { watchAnswer } from './late-answer.ts';
import { createPacketTrace, type PacketEvent } from './packet-trace.ts';
import type { PathKeeper } from './path-keeper.ts';
import type { NodeReply, PathSender, SendOptions, ServerAddress, V3Request } from './path-sender.ts';
import type { Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

export interface RequestOptions {
  /** Milliseconds for the whole request, waiting for a connection included. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Bytes of the sealed answer that have come so far; begins anew with each attempt. */
  readonly onReceived?: (bytes: number) => void;
  /** How long the node may take for the request before `onLate`, milliseconds. */
  readonly patienceMs?: number;
  /**
   * Called at most once, when the answer is late: after `patienceMs`, or earlier when the path does not answer a test
   * either. The request goes on.
   */
  readonly onLate?: () => void;
  /** Whom the destination learns that it is about. */
  readonly subject?: RequestSubject;
}

/** The real hops of a request. */
export interface PathSnapshot {
  readonly pathId: string;
  readonly gatewayOrigin: string;
  /** Guard node first. */
  readonly hops: readonly { readonly ed25519PublicKeyHex: string; readonly ip: string }[];
  readonly destination: { readonly kind: 'node' | 'server'; readonly address: string };
}

/** What of a node is needed to send to it. */
export type NodeAddress = Pick<VerifiedNode, 'ed25519PublicKeyHex' | 'ip'>;

export interface Requester {
  toNode(node: NodeAddress, rpc: RpcRequest, options?: RequestOptions): Promise<NodeReply>;
  toServer(server: ServerAddress, request: V4Request, options?: RequestOptions): Promise<V4Response>;
  toServerV3(server: ServerAddress, request: V3Request, options?: RequestOptions): Promise<Uint8Array>;
  lastPath(): PathSnapshot | null;
  onPacket(listener: (packet: PacketEvent) => void): () => void;
  onPath(listener: (path: PathSnapshot) => void): () => void;
  /**
   * Waits for a connection as a request would.
   * @throws OnionError `no-path` after the time of a node request; `offline`, or why no gateway can be used
   */
  whenUsable(signal?: AbortSignal): Promise<void>;
}

export interface RequesterDependencies {
  readonly sender: PathSender;
  readonly keeper: PathKeeper;
  readonly connection: Connection;
  readonly gateway: () => string;
  /** Whether there is another one to turn to. */
  readonly hasOtherGateways: boolean;
  /** A destination that answered with a fault of its own. */
  readonly strike: (edHex: string) => void;
  readonly config: OnionConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the client stops. */
  readonly stopped: AbortSignal;
}

interface Destination {
  /** Null for a server. */
  readonly node: VerifiedNode | null;
  readonly shown: PathSnapshot['destination'];
}

/** Failures that say nothing about how long another path would take. */
const WORTH_ANOTHER_PATH: readonly string[] = [
  'guard-unreachable',
  'guard-not-ready',
  'hop-failed',
  'hop-not-ready',
  'path-failed',
  'response-unreadable'
];
/** Between two tries of a request to a server (network.md §2.2). */
const SERVER_RETRY_MS = 100;
const MAX_BUSY_WAIT_MS = 3_000;
/** Answers in a row that the gateway is too busy, before another gateway is tried. */
const BUSY_ANSWERS = 3;

/** The callback, for one call over all tries. */
function once(onLate: (() => void) | undefined): Pick<RequestOptions, 'onLate'> {
  let isCalled = false;
  if (!onLate) return {};
  return {
    onLate() {
      if (!isCalled) onLate();
      isCalled = true;
    }
  };
}

export function createRequester(dependencies: RequesterDependencies): Requester {
  const { sender, keeper, connection, config, clock, log } = dependencies;
  const onListenerError = (error: unknown) => log.error('listener-failed', { code: errorCode(error) });
  const packets = createEmitter<PacketEvent>(onListenerError);
  const pathsUsed = createEmitter<PathSnapshot>(onListenerError);
  const trace = createPacketTrace(clock, packets.emit);
  let lastPath: PathSnapshot | null = null;
  let busyAnswers = 0;

  function announce(path: Path, destination: PathSnapshot['destination']): void {
    lastPath = {
      pathId: path.id,
      gatewayOrigin: dependencies.gateway(),
      hops: path.hops.map(({ ed25519PublicKeyHex, ip }) => ({ ed25519PublicKeyHex, ip })),
      destination
    };
    pathsUsed.emit(lastPath);
  }

  async function request<T>(
    destination: Destination,
    options: RequestOptions & { readonly timeoutMs: number },
    send: (path: Path, sending: SendOptions) => Promise<T>
  ): Promise<T> {
    const { stopped } = dependencies;
    const signal = options.signal ? AbortSignal.any([options.signal, stopped]) : stopped;
    const endsAt = clock.monotonic() + options.timeoutMs;
    const leftMs = () => Math.max(1, endsAt - clock.monotonic());
    const tried = new Set<string>();
    const late = once(options.onLate);
    for (let attempt = 1; ; attempt++) {
      await usable(leftMs(), signal);
      const path = keeper.take(destination.node, tried);
      try {
        return await sendOver(path, destination, { ...options, ...late, timeoutMs: leftMs(), signal }, send);
      } catch (error) {
        signal.throwIfAborted();
        // The same path will do once there is a gateway again.
        if (!isGatewayFault(error) || errorCode(error) === 'gateway-refused') tried.add(path.id);
        if (attempt >= config.pathAttempts || clock.monotonic() >= endsAt) throw error;
        if (!(await mayRetry(error, endsAt, signal))) throw error;
        if (destination.node === null) await clock.sleep(SERVER_RETRY_MS, signal);
      }
    }
  }

  /** Waits for a connection that is being made. */
  function usable(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const onDeadline = () => new OnionError('no-path', { retry: 'later' });
    return withDeadline(clock, { timeoutMs, signal }, onDeadline, connection.usable);
  }

  async function sendOver<T>(
    path: Path,
    destination: Destination,
    options: RequestOptions & { readonly timeoutMs: number; readonly signal: AbortSignal },
    send: (path: Path, sending: SendOptions) => Promise<T>
  ): Promise<T> {
    let packetOver: (isAnswered: boolean) => void = () => {};
    const gateway = dependencies.gateway();
    const over = new AbortController();
    const late = { isPathAlive: null as boolean | null };
    try {
      const answer = await send(path, {
        timeoutMs: options.timeoutMs,
        signal: AbortSignal.any([options.signal, connection.inUse()]),
        ...(options.onReceived && { onReceived: options.onReceived }),
        ...(options.subject && { subject: options.subject }),
        onSent: () => {
          // While the layers were wrapped another gateway, not yet checked, may have come into use.
          if (connection.state().phase !== 'connected' || gateway !== dependencies.gateway()) {
            throw new OnionError('reconnecting', { retry: 'later' });
          }
          announce(path, destination.shown);
          packetOver = trace.sent(path.id);
          const { node } = destination;
          if (node) {
            void watchAnswer(
              { clock, config, test: () => keeper.suspected(path, node), ...options },
              (isPathAlive) => (late.isPathAlive = isPathAlive),
              over.signal
            );
          }
        },
        onAnswered: () => packetOver(true)
      });
      keeper.succeeded(path);
      busyAnswers = 0;
      return answer;
    } catch (error) {
      // An abort says nothing about the path, and neither does a gateway that is no longer used.
      if (error instanceof OnionError && gateway === dependencies.gateway()) {
        if (errorCode(error) === 'path-timeout' && late.isPathAlive !== null) {
          // The test of the path has named its culprit already; one that passed leaves the destination.
          if (late.isPathAlive && destination.node) dependencies.strike(destination.node.ed25519PublicKeyHex);
        } else blame(error, path, destination.node);
      }
      throw error;
    } finally {
      over.abort();
      packetOver(false);
    }
  }

  function blame(error: OnionError, path: Path, destination: VerifiedNode | null): void {
    switch (error.code) {
      case 'gateway-unreachable':
        return connection.lost('gateway-unreachable');
      case 'gateway-busy':
        // A guard node that is busy says nothing about the gateway.
        if (error.details.gatewayCode === 'guard-busy' || !dependencies.hasOtherGateways) return;
        if (++busyAnswers < BUSY_ANSWERS) return;
        busyAnswers = 0;
        return connection.lost('gateway-busy');
      case 'gateway-refused':
        return keeper.refused(path, String(error.details.gatewayCode));
      default:
        return keeper.failed(path, error, destination);
    }
  }

  async function mayRetry(error: unknown, endsAt: number, signal: AbortSignal): Promise<boolean> {
    if (!(error instanceof OnionError)) return false;
    if (WORTH_ANOTHER_PATH.includes(error.code)) return true;
    if (['gateway-unreachable', 'gateway-refused', 'reconnecting'].includes(error.code)) return true;
    if (error.code !== 'gateway-busy') return false;
    const waitMs = Number(error.details.retryAfterMs ?? MAX_BUSY_WAIT_MS);
    if (waitMs > MAX_BUSY_WAIT_MS || clock.monotonic() + waitMs >= endsAt) return false;
    await clock.sleep(waitMs, signal);
    return true;
  }

  const serverDestination = (server: ServerAddress) => ({
    node: null,
    shown: { kind: 'server', address: server.host } as const
  });
  const withDefault = (options: RequestOptions, timeoutMs: number) => ({
    ...options,
    timeoutMs: options.timeoutMs ?? timeoutMs
  });

  return {
    async toNode(node, rpc, options = {}) {
      const destination = {
        node: node as VerifiedNode,
        shown: { kind: 'node', address: node.ip } as const
      };
      const reply = await request(
        destination,
        withDefault(options, config.requestTimeoutMs),
        (path, sending) => sender.toNode(path.hops, node, rpc, sending)
      );
      const strikes = isDestinationBroken(reply.status, reply.body) ? config.strikeLimit : 1;
      if (isDestinationFault(reply.status)) {
        for (let count = 0; count < strikes; count++) dependencies.strike(node.ed25519PublicKeyHex);
      }
      return reply;
    },
    toServer: (server, v4, options = {}) =>
      request(serverDestination(server), withDefault(options, config.serverTimeoutMs), (path, sending) =>
        sender.toServer(path.hops, server, v4, sending)
      ),
    toServerV3: (server, v3, options = {}) =>
      request(serverDestination(server), withDefault(options, config.serverTimeoutMs), (path, sending) =>
        sender.toServerV3(path.hops, server, v3, sending)
      ),
    whenUsable: (signal) =>
      usable(
        config.requestTimeoutMs,
        signal ? AbortSignal.any([signal, dependencies.stopped]) : dependencies.stopped
      ),
    lastPath: () => lastPath,
    onPacket: packets.on,
    onPath: pathsUsed.on
  };
}
