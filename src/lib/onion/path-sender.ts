// One request over given hops: wrap, post, open. Tries nothing twice and punishes nobody.
import { utf8ToBytes } from '../bytes/index.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import {
  encodeRpc,
  encodeV4Request,
  type JsonValue,
  type RpcRequest,
  type V4Request,
  type V4Response
} from '../wire/index.ts';
import { buildOnionRequest, type BuiltOnion, type OnionDestination, type OnionHop } from './build-request.ts';
import type { OnionConfig } from './config.ts';
import { OnionError } from './errors.ts';
import type { ExposureLedger, RequestSubject, SentRequest } from './exposure-ledger.ts';
import type { DeriveNodeKey } from './node-pool.ts';
import { openNodeResponse, openServerResponse, openV3Response } from './open-response.ts';
import { pathErrorOf } from './path-fault.ts';
import type { GatewayTransport } from './transport.ts';
import type { VerifiedNode } from './verified-node.ts';

export interface NodeReply {
  readonly status: number;
  readonly body: JsonValue;
}

export interface ServerAddress {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** 32 bytes. */
  readonly x25519PublicKey: Uint8Array;
}

export interface V3Request {
  readonly method: string;
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SendOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** The request is on its way to the gateway; the answer has come back from it. */
  readonly onSent?: () => void;
  readonly onAnswered?: () => void;
  /** Bytes of the sealed answer that have come so far. */
  readonly onReceived?: (bytes: number) => void;
  /** Whom the destination learns that it is about. */
  readonly subject?: RequestSubject;
}

type KeyedNode = Pick<VerifiedNode, 'ed25519PublicKeyHex'> & Partial<Pick<VerifiedNode, 'ip'>>;

/** All methods throw OnionError: `gateway-*`, path errors, and `destination-*` (network.md §2.1). */
export interface PathSender {
  toNode(
    hops: readonly KeyedNode[],
    destination: KeyedNode,
    rpc: RpcRequest,
    options: SendOptions
  ): Promise<NodeReply>;
  toServer(
    hops: readonly KeyedNode[],
    server: ServerAddress,
    request: V4Request,
    options: SendOptions
  ): Promise<V4Response>;
  /** The older payload; gives the opened answer as text bytes. */
  toServerV3(
    hops: readonly KeyedNode[],
    server: ServerAddress,
    request: V3Request,
    options: SendOptions
  ): Promise<Uint8Array>;
}

/** Place of the stop that could not be reached, as `ExposureLedger` counts it; null when the error names none. */
function firstUnreached({ code, details }: OnionError, hops: readonly KeyedNode[]): number | null {
  if (code === 'destination-unreachable') return hops.length;
  if (code !== 'hop-failed') return null;
  const place = hops.findIndex((hop) => hop.ed25519PublicKeyHex === details.node);
  // Whoever reports it has got it.
  return place > 0 ? place : null;
}

const V4_TARGET = '/oxen/v4/lsrpc';
const V3_TARGET = '/loki/v3/lsrpc';

export function createPathSender(dependencies: {
  readonly crypto: CryptoBackend;
  readonly transport: GatewayTransport;
  readonly keyOf: DeriveNodeKey;
  readonly ledger: ExposureLedger;
  readonly config: OnionConfig;
}): PathSender {
  const { crypto, transport, keyOf, ledger, config } = dependencies;

  function hopOf({ ed25519PublicKeyHex }: KeyedNode): OnionHop {
    const x25519PublicKey = keyOf(ed25519PublicKeyHex);
    if (!x25519PublicKey) {
      throw new OnionError('hop-failed', { retry: 'other-path', details: { node: ed25519PublicKeyHex } });
    }
    return { ed25519PublicKeyHex, x25519PublicKey };
  }

  async function post(
    nodes: readonly KeyedNode[],
    destination: OnionDestination,
    payload: Uint8Array,
    options: SendOptions,
    goingTo: SentRequest['destination']
  ): Promise<BuiltOnion & { reply: Uint8Array }> {
    const hops = nodes.map(hopOf);
    const built = await buildOnionRequest(crypto, { hops, destination, payload, cipher: config.cipher });
    options.signal?.throwIfAborted();
    options.onSent?.();
    const guardHex = (hops[0] as OnionHop).ed25519PublicKeyHex;
    const { subject } = options;
    const lost = ledger.sent({ hops: nodes, destination: goingTo, ...(subject && { subject }) });
    const { status, body } = await transport
      .postOnion(guardHex, built.body, options)
      .catch((error: unknown) => {
        // After a time-out nobody knows how far it came.
        const isRefused = error instanceof OnionError && error.details.gatewayCode === 'guard-unreachable';
        if (isRefused) lost(0);
        throw error;
      });
    options.onAnswered?.();
    if (status !== 200) {
      const error = pathErrorOf(
        status,
        body,
        destination.kind === 'node' ? destination.ed25519PublicKeyHex : null
      );
      const firstLost = firstUnreached(error, nodes);
      if (firstLost !== null) lost(firstLost);
      throw error;
    }
    return { ...built, reply: body };
  }

  const serverOf = (server: ServerAddress, target: string): OnionDestination => ({
    kind: 'server',
    target,
    ...server
  });

  const goingToServer = ({ host }: ServerAddress) => ({ kind: 'server', host }) as const;

  return {
    async toNode(hops, destination, rpc, options) {
      const node = { kind: 'node', ...hopOf(destination) } as const;
      const goingTo = { kind: 'node', node: destination } as const;
      const { destinationKey, reply } = await post(hops, node, encodeRpc(rpc), options, goingTo);
      return openNodeResponse(crypto, destinationKey, reply);
    },
    async toServer(hops, server, request, options) {
      const sealed = serverOf(server, V4_TARGET);
      const answer = await post(hops, sealed, encodeV4Request(request), options, goingToServer(server));
      return openServerResponse(crypto, answer, answer.reply);
    },
    async toServerV3(hops, server, request, options) {
      const payload = utf8ToBytes(JSON.stringify(request));
      const sealed = serverOf(server, V3_TARGET);
      const answer = await post(hops, sealed, payload, options, goingToServer(server));
      return openV3Response(crypto, answer, answer.reply);
    }
  };
}
