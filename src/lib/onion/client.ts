// The face of the floor: takes requests to a node or a server over three hops. Composes what the other files do.
import type { AccountName } from '../account-name.ts';
import type { Clock } from '../clock.ts';
import type { AccountId } from '../account-id.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { NetworkDescriptor } from '../networks.ts';
import type { RandomBytes } from '../random.ts';
import type { RpcRequest, V4Request, V4Response } from '../wire/index.ts';
import { createBackground } from './background.ts';
import { DEFAULT_ONION_CONFIG, type OnionConfig } from './config.ts';
import type { ConnectionState, GatewayStatus } from './connection-state.ts';
import { createConnection } from './connection.ts';
import { OnionError } from './errors.ts';
import { createExposureLedger, type ExposureFacts } from './exposure-ledger.ts';
import { withLedger } from './exposure-transport.ts';
import { createMaintenance } from './maintenance.ts';
import { createOnionMemory } from './memory.ts';
import { lookUpName, type NameAnswer } from './name-lookup.ts';
import { createNetworkClock } from './network-clock.ts';
import { createNodeKeys } from './node-pool.ts';
import { askForTime } from './node-survey.ts';
import type { PacketEvent } from './packet-trace.ts';
import { createPathKeeper } from './path-keeper.ts';
import { createPathSender, type NodeReply, type ServerAddress, type V3Request } from './path-sender.ts';
import { createRequester, type NodeAddress, type PathSnapshot, type RequestOptions } from './requester.ts';
import type { OnionStore } from './snapshot.ts';
import type { GatewayTransport } from './transport.ts';
import type { VerifiedNode } from './verified-node.ts';
import { createVerifier } from './verifier.ts';

export interface OnionDependencies {
  readonly crypto: CryptoBackend;
  readonly transport: GatewayTransport;
  readonly network: NetworkDescriptor;
  readonly store: OnionStore;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly config?: Partial<OnionConfig>;
}

export interface OnionClient {
  /** Loads what was saved and begins to connect. Once. */
  start(): void;
  /** Ends everything, saves, and resolves when nothing runs any more. Requests under way fail with `onion-stopped`. */
  stop(): Promise<void>;
  /**
   * Sends an RPC to one node over a path that does not contain it. The node's own status is a value.
   * @throws OnionError on the path's side: `no-path`, `path-*`, `guard-*`, `hop-*`, `response-unreadable`;
   *   `destination-unreachable`, `destination-garbage`; `gateway-*`, `offline`, and the reasons of a blocked connection
   */
  requestNode(node: NodeAddress, rpc: RpcRequest, options?: RequestOptions): Promise<NodeReply>;
  /**
   * Sends a v4 request to a server outside the network; its code is a value.
   * @throws OnionError as `requestNode`, and `server-refused`
   */
  requestServer(server: ServerAddress, request: V4Request, options?: RequestOptions): Promise<V4Response>;
  /** The older payload; gives the opened answer as text bytes. */
  requestServerV3(server: ServerAddress, request: V3Request, options?: RequestOptions): Promise<Uint8Array>;
  /**
   * Whose a name of the name service is, as three nodes say.
   * @throws OnionError as `requestNode`; `no-path` also when fewer than three answered
   */
  lookUpName(name: AccountName, signal?: AbortSignal): Promise<NameAnswer>;
  /** The verified pool, nodes with strikes included. */
  nodes(): readonly VerifiedNode[];
  /** Whether a node has fewer strikes than the limit. */
  isUsable(edHex: string): boolean;
  /** Something a node did wrong that only the caller could see. */
  strikeNode(edHex: string, reason: string): void;
  /** Asks for a fresh pool now. @returns whether it was replaced */
  refreshNodes(signal?: AbortSignal): Promise<boolean>;
  /** Resolves when the network is verified and a path stands. */
  ready(signal?: AbortSignal): Promise<void>;
  /**
   * Waits for a connection as long as a request would.
   * @throws OnionError `no-path`, `offline`, or why no gateway can be used
   */
  whenUsable(signal?: AbortSignal): Promise<void>;
  /** Network time, milliseconds since 1970; device time until something is known. */
  networkTimeMs(): number;
  /** Device time minus network time; null before anything is known. */
  clockOffsetMs(): number | null;
  /** A node's `t`, just received. */
  observeNodeTime(nodeTimeMs: number): void;
  /**
   * After a node refused our time (406): measures anew, unless that was done moments ago.
   * @returns whether the offset is new
   */
  resyncClock(signal?: AbortSignal): Promise<boolean>;
  state(): ConnectionState;
  /** The gateways of this build, and what is known to be wrong with them. */
  gateways(): readonly GatewayStatus[];
  onState(listener: (state: ConnectionState) => void): () => void;
  onPacket(listener: (packet: PacketEvent) => void): () => void;
  /** A request took this path. */
  onPath(listener: (path: PathSnapshot) => void): () => void;
  lastPath(): PathSnapshot | null;
  /** New hops behind the same guard nodes. */
  newPath(): Promise<void>;
  setOnline(online: boolean): void;
  /** Tries the gateways again at once. */
  retryNow(): void;
  /** Whose swarm is our own, for `exposure`. */
  setOwnAccount(accountId: AccountId): void;
  /** Whom this client has been in touch with since it was made. */
  exposure(): ExposureFacts;
}

export function createOnionClient(dependencies: OnionDependencies): OnionClient {
  const { crypto, network, clock, random, log } = dependencies;
  const ledger = createExposureLedger(clock);
  const transport = withLedger(dependencies.transport, ledger);
  const config: OnionConfig = {
    ...DEFAULT_ONION_CONFIG,
    // Where the list is signed by a key of the build, the gateway cannot slip in guard nodes.
    ...(network.kind === 'local' ? { freshGuardsPerDay: null } : {}),
    ...dependencies.config
  };
  const background = createBackground((error) => {
    log.error('onion-background-failed', { code: errorCode(error) });
  });
  const memory = createOnionMemory({
    store: dependencies.store,
    networkId: network.id,
    origins: transport.gateways,
    config,
    clock,
    log
  });
  const { pool, guards, gateways } = memory;
  const networkClock = createNetworkClock(clock);
  const sender = createPathSender({ crypto, transport, keyOf: createNodeKeys(), ledger, config });
  const base = { config, clock, random, log };

  const onChange = () => {
    memory.changed();
    connection.pathsChanged();
  };

  const verifier = createVerifier({ ...base, crypto, transport, sender, network, pool, networkClock });

  const keeper = createPathKeeper({
    ...base,
    pool,
    guards,
    test: (hops, destination, timeoutMs, signal) => verifier.testHops(hops, destination, timeoutMs, signal),
    isGatewayAlive,
    gateway: () => transport.current(),
    isListed: (edHex) => verifier.isListed(edHex),
    background: background.run,
    onChange
  });

  /** A gateway that no longer answers is left, so that another one is tried. */
  async function isGatewayAlive(signal: AbortSignal): Promise<boolean> {
    const asked = transport.current();
    const isAlive = await verifier.isGatewayAlive(signal);
    if (!isAlive && transport.current() === asked) connection.lost('gateway-unreachable');
    return isAlive;
  }

  const connection = createConnection({
    ...base,
    gateways,
    pathCount: () => keeper.paths().length,
    clockOffsetMs: () => (networkClock.ageMs() === null ? null : networkClock.offsetMs()),
    async connect(origin, onStep, signal) {
      if (transport.current() !== origin) keeper.gatewayChanged();
      transport.select(origin);
      const result = await verifier.verify(onStep, signal);
      if (result !== 'ok') return result;
      onStep('building-path');
      await keeper.ensure(signal);
      return 'ok';
    }
  });

  const requester = createRequester({
    ...base,
    sender,
    keeper,
    connection,
    gateway: () => transport.current(),
    hasOtherGateways: transport.gateways.length > 1,
    strike: (edHex) => strikeNode(edHex, 'destination-status'),
    stopped: background.signal
  });

  const maintenance = createMaintenance({
    ...base,
    pool,
    keeper,
    networkClock,
    survey: (signal) => verifier.refresh((node, rpc) => requester.toNode(node, rpc, { signal }), signal),
    askTime: (node, signal) =>
      askForTime((rpc) => requester.toNode(node, rpc, { timeoutMs: config.clockTimeoutMs, signal }), clock),
    isConnected: () => connection.state().phase === 'connected',
    lost: (reason) => connection.lost(reason),
    clockMeasured: () => connection.clockMeasured(),
    isGatewayExpired: () => gateways.isExpired(),
    onChange,
    minimumPool: network.minimumPool
  });

  function strikeNode(edHex: string, reason: string): void {
    log.debug('node-struck', { reason });
    if (pool.strike(edHex)) keeper.swapOut(edHex);
    onChange();
  }

  let isStarted = false;

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      background.run(async (signal) => {
        await memory.restore();
        background.run(memory.run);
        background.run(maintenance.run);
        connection.onState((state) => {
          if (state.phase !== 'connected') return;
          memory.changed();
          maintenance.wake();
        });
        await connection.run(signal);
      });
    },
    async stop() {
      await background.stop(new OnionError('onion-stopped'));
      await memory.flush();
    },
    requestNode: requester.toNode,
    requestServer: requester.toServer,
    requestServerV3: requester.toServerV3,
    async lookUpName(name, signal = background.signal) {
      await requester.whenUsable(signal);
      const request = (node: NodeAddress, rpc: RpcRequest, requestSignal: AbortSignal) =>
        requester.toNode(node, rpc, { signal: requestSignal, subject: 'names' });
      return lookUpName({ usableNodes: pool.usable, request, random }, name, signal);
    },
    nodes: pool.nodes,
    isUsable: pool.isUsable,
    strikeNode,
    refreshNodes: (signal) => maintenance.refresh(signal ?? background.signal),
    ready: (signal) =>
      connection.ready(signal ? AbortSignal.any([signal, background.signal]) : background.signal),
    whenUsable: requester.whenUsable,
    networkTimeMs: networkClock.nowMs,
    clockOffsetMs: networkClock.offsetMs,
    observeNodeTime: networkClock.observe,
    resyncClock: (signal) => maintenance.syncClock(signal ?? background.signal, true),
    state: connection.state,
    gateways: gateways.statuses,
    onState: connection.onState,
    onPacket: requester.onPacket,
    onPath: requester.onPath,
    lastPath: requester.lastPath,
    newPath: () => keeper.renew(background.signal),
    setOnline: connection.setOnline,
    retryNow: connection.retryNow,
    setOwnAccount: ledger.setOwnAccount,
    exposure: ledger.facts
  };
}
