// One service node: its HTTPS server, its place among its peers, and the faults it was given.
import { createServer, type Server } from 'node:https';
import type { Clock } from '../../src/lib/clock.ts';
import { signText, type CryptoBackend } from '../../src/lib/crypto/index.ts';
import type { AccountKey, JsonObject } from '../../src/lib/wire/index.ts';
import type { Activity } from '../activity.ts';
import type { Directory, DirectoryNode } from '../directory.ts';
import type { NodeFaults } from '../faults.ts';
import type { HashOf } from '../hash-memory.ts';
import { closeServer, listen } from '../listening.ts';
import type { NameTable } from '../names.ts';
import { answerForwarded, answerRequest, answerRpc } from '../rpc/dispatch.ts';
import { base64Text } from '../rpc/parameters.ts';
import { RpcRefusal, type RpcReply } from '../rpc/reply.ts';
import type { Chain } from '../service-node-states.ts';
import type { MessageStore } from '../storage/message-store.ts';
import { silence, TIMED_OUT, withinLimit } from '../time-limit.ts';
import type { ForwardedCall, NodeContext, SwarmView } from './context.ts';
import { faultyStore } from './faulty-store.ts';
import { refuseUnparsable, serve, type SurfaceReply } from './http-surface.ts';
import { openOnion, plainReply, type Opened, type OnionNode } from './onion.ts';
import { parseOuterFrame } from './outer-frame.ts';
import type { HopReply, HopRequest, MemberReply, Peer, PeerTable, TimeLimits } from './peers.ts';
import { createRateLimit, type RateLimitOptions } from './rate-limit.ts';
import type { RelayTable } from './relay.ts';

export interface NodeKeys {
  readonly ed25519Seed: Uint8Array;
  readonly ed25519PublicKeyHex: string;
  readonly x25519SecretKey: Uint8Array;
  readonly x25519PublicKey: Uint8Array;
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface NodeDependencies {
  readonly activity: Activity;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly crypto: CryptoBackend;
  readonly directory: Directory;
  readonly hashOf: HashOf;
  readonly limits: TimeLimits;
  readonly names: NameTable;
  readonly peers: PeerTable;
  readonly rateLimit: RateLimitOptions | null;
  readonly relays: RelayTable;
  readonly store: MessageStore;
  opened(ed25519PublicKeyHex: string, event: Opened): void;
  stored(accountHex: string): void;
}

export interface ServiceNodeServer {
  readonly context: NodeContext;
  readonly peer: Peer;
  /** Begins to listen. @returns the port */
  listen(host: string, port: number): Promise<number>;
  /** A request without any transport, as the node's own parts make it. */
  call(request: { method: string; params: JsonObject }): Promise<RpcReply>;
  setFaults(faults: NodeFaults): void;
  close(): Promise<void>;
}

function swarmViewOf(
  directory: Directory,
  self: string,
  faults: NodeFaults,
  account: AccountKey
): SwarmView | null {
  const swarm = directory.swarmOf(account.key);
  if (!swarm) return null;
  const isMember = swarm.members.some((member) => member.ed25519PublicKeyHex === self);
  const { wrongSwarm, forgedSwarm } = faults;
  const elsewhere = directory.all().filter((node) => node.swarmIdHex !== swarm.swarmIdHex);
  const honest = wrongSwarm === 'empty' ? [] : wrongSwarm === 'elsewhere' ? elsewhere : swarm.members;
  return {
    swarmIdHex: swarm.swarmIdHex,
    isMine: isMember && wrongSwarm === undefined,
    listed: forgedSwarm ?? honest,
    members: swarm.members
  };
}

function failedEntry(reply: MemberReply | typeof TIMED_OUT): JsonObject {
  if (reply === TIMED_OUT) return { failed: true, timeout: true };
  switch (reply.kind) {
    case 'entry':
      return reply.entry;
    case 'refused':
      return { code: reply.code, failed: true, reason: reply.reason };
    case 'bad-reply':
      return { bad_peer_response: true, failed: true };
    case 'query-failure':
      return { failed: true, query_failure: true };
  }
}

function createContext(
  dependencies: NodeDependencies,
  keys: NodeKeys,
  faults: () => NodeFaults
): NodeContext {
  const { clock, crypto, directory, limits, peers, store } = dependencies;
  const self = keys.ed25519PublicKeyHex;
  const ask = async (member: DirectoryNode, call: ForwardedCall) => {
    const answer = peers.get(member.ed25519PublicKeyHex)?.member(call) ?? silence();
    const reply = await withinLimit(clock, limits.memberMs, answer);
    return [member.ed25519PublicKeyHex, failedEntry(reply)] as const;
  };
  return {
    crypto,
    directory,
    chain: dependencies.chain,
    names: dependencies.names,
    faults,
    hashOf: dependencies.hashOf,
    stored: dependencies.stored,
    store: faultyStore(store, crypto.random, faults),
    self: () => directory.byKey(self) as DirectoryNode,
    swarmOf: (account) => swarmViewOf(directory, self, faults(), account),
    now: () => Math.floor(clock.now() + (faults().clockOffsetMs ?? 0)),
    async sign(signed) {
      const signature = await signText(crypto, keys, signed);
      if (faults().wrongSignature) signature[0] = (signature[0] as number) ^ 1;
      return base64Text(signature);
    },
    async forward(members, call) {
      return Object.fromEntries(await Promise.all(members.map((member) => ask(member, call))));
    }
  };
}

function surfaceReply({ status, body }: RpcReply): SurfaceReply {
  if (typeof body === 'string') return { status, contentType: 'text/plain', body };
  if (body instanceof Uint8Array) return { status, contentType: 'application/octet-stream', body };
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

/** Answers as a member, with the failure it was told to show. */
async function memberReply(context: NodeContext, call: ForwardedCall): Promise<MemberReply> {
  const { asMember } = context.faults();
  switch (asMember?.kind) {
    case 'timeout':
      return silence();
    case 'code':
      return { kind: 'refused', code: asMember.code, reason: asMember.reason ?? '' };
    case 'bad-peer-response':
      return { kind: 'bad-reply' };
    case 'query-failure':
      return { kind: 'query-failure' };
    case undefined:
  }
  try {
    return { kind: 'entry', entry: await answerForwarded(context, call) };
  } catch (error) {
    if (!(error instanceof RpcRefusal)) return { kind: 'refused', code: 500, reason: 'request failed' };
    const { status, body } = error.reply;
    return { kind: 'refused', code: status, reason: typeof body === 'string' ? body : '' };
  }
}

/** The answer of a node that does not take onion requests now, or null. */
function unready(faults: NodeFaults, self: string, isGuard: boolean): HopReply | null {
  const reason = faults.notReady ?? (faults.shuttingDown ? 'shutting down' : undefined);
  if (reason !== undefined) {
    return plainReply(503, isGuard ? `Service node is not ready: ${reason}\n` : `Snode not ready: ${self}`);
  }
  return isGuard && faults.busy ? plainReply(503, 'Server busy, try again later') : null;
}

async function takeOnion(node: OnionNode, request: HopRequest, isGuard: boolean): Promise<HopReply> {
  const faults = node.context.faults();
  const refused = unready(faults, node.context.self().ed25519PublicKeyHex, isGuard);
  if (refused) return refused;
  if (faults.garbage === 'http') return { status: 200, body: node.context.crypto.random(120) };
  return openOnion(node, request);
}

async function takeOuter(node: OnionNode, body: Uint8Array): Promise<HopReply> {
  try {
    return await takeOnion(node, parseOuterFrame(body), true);
  } catch (error) {
    if (error instanceof RpcRefusal) return plainReply(error.reply.status, String(error.reply.body));
    throw error;
  }
}

/** @param keys of the node; `dependencies` of the network */
export function createServiceNode(dependencies: NodeDependencies, keys: NodeKeys): ServiceNodeServer {
  const { activity, clock } = dependencies;
  let faults: NodeFaults = {};
  const context = createContext(dependencies, keys, () => faults);
  const node: OnionNode = {
    ...dependencies,
    ...keys,
    context,
    opened: (event) => dependencies.opened(keys.ed25519PublicKeyHex, event)
  };
  /** Runs `work` after what the faults do to everything that arrives. */
  const arrive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (faults.drop || faults.hang) return silence();
    return activity.run(async () => {
      if (faults.delayMs) await clock.sleep(faults.delayMs);
      return work();
    });
  };
  const mayCall = dependencies.rateLimit ? createRateLimit(clock, dependencies.rateLimit) : () => true;
  let server: Server | null = null;
  return {
    context,
    peer: {
      onion: (request) => arrive(() => takeOnion(node, request, false)),
      member: (call) => arrive(() => memberReply(context, call))
    },
    async listen(host, port) {
      const { certificatePem: cert, keyPem: key } = keys;
      const handlers = {
        ed25519PublicKeyHex: keys.ed25519PublicKeyHex,
        now: () => context.now(),
        mayCall,
        notReady: () => faults.notReady ?? null,
        rpc: (body: Uint8Array) => arrive(async () => surfaceReply(await answerRpc(context, body))),
        onion: (body: Uint8Array) => arrive(() => takeOuter(node, body))
      };
      server = createServer({ cert, key, keepAliveTimeout: 60_000 }, (request, response) => {
        if (faults.drop) request.socket.destroy();
        else void serve(request, response, handlers);
      });
      server.on('clientError', refuseUnparsable);
      return listen(server, host, port);
    },
    call: (request) => answerRequest(context, request),
    setFaults(next) {
      faults = next;
    },
    async close() {
      if (server) await closeServer(server);
      server = null;
    }
  };
}
