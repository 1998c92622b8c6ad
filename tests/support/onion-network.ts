// A network of service nodes in memory, with real keys and real layers, behind a gateway that records what it is given.
// For tests of the onion and swarm floors that must decide what each node answers.
import { ed25519 } from '@noble/curves/ed25519.js';
import { systemClock, type Clock } from '../../src/lib/clock.ts';
import {
  bytesToBase64,
  bytesToHex,
  bytesToUtf8,
  hexToBytes,
  utf8ToBytes
} from '../../src/lib/bytes/index.ts';
import {
  decryptLayer,
  deriveHopKey,
  encryptLayer,
  x25519PublicKeyFromEd25519,
  type CryptoBackend
} from '../../src/lib/crypto/index.ts';
import type { NetworkDescriptor } from '../../src/lib/networks.ts';
import { withDeadline } from '../../src/lib/onion/deadline.ts';
import { OnionError } from '../../src/lib/onion/errors.ts';
import type { GatewayTransport } from '../../src/lib/onion/transport.ts';
import { shuffled, type RandomBytes } from '../../src/lib/random.ts';
import {
  decodeInnerRequest,
  decodeOuterRequest,
  encodeActiveNodesBin,
  encodeGatewayNodeList,
  type JsonObject,
  type JsonValue,
  type ServiceNode
} from '../../src/lib/wire/index.ts';

export interface FakeNode extends ServiceNode {
  readonly ed25519Seed: Uint8Array;
  readonly x25519SecretKey: Uint8Array;
  /** What goes wrong at this node as a hop or guard; null when nothing does. */
  fault: FakeFault | null;
  /** Added to the node's clock. */
  clockSkewMs: number;
}

export type FakeFault =
  | { readonly kind: 'dead' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'plain'; readonly status: number; readonly body: string };

export interface NodeAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

export interface FakeNetworkOptions {
  readonly crypto: CryptoBackend;
  readonly random: RandomBytes;
  readonly nodes?: number;
  readonly swarms?: number;
  readonly now: () => number;
  /** Answers methods the network does not know itself; null falls through to 400. */
  readonly handle?: (node: FakeNode, method: string, params: JsonObject) => Promise<NodeAnswer | null>;
}

/** One thing a node decrypted. */
export interface Opened {
  readonly nodeHex: string;
  readonly role: 'node' | 'server' | 'final';
  readonly plaintext: Uint8Array;
}

export interface Posted {
  readonly gateway: string;
  readonly guardHex: string;
  readonly body: Uint8Array;
}

export function createFakeNode(random: RandomBytes, index: number, swarmIdHex: string | null): FakeNode {
  const ed25519Seed = random(32);
  const ed25519PublicKey = ed25519.getPublicKey(ed25519Seed);
  return {
    ed25519Seed,
    x25519SecretKey: ed25519.utils.toMontgomerySecret(ed25519Seed),
    ed25519PublicKeyHex: bytesToHex(ed25519PublicKey),
    x25519PublicKeyHex: bytesToHex(x25519PublicKeyFromEd25519(ed25519PublicKey)),
    ip: `192.0.${index + 2}.1`,
    port: 22_000 + index,
    swarmIdHex,
    fault: null,
    clockSkewMs: 0
  };
}

export interface FakeNetwork {
  readonly nodes: FakeNode[];
  readonly opened: Opened[];
  /** Lists what nodes say is the network; change it to make nodes join, leave or lie. */
  listOf: (node: FakeNode) => readonly ServiceNode[];
  /** Whether nodes know `active_nodes_bin`. */
  knowsCompactList: boolean;
  node(edHex: string): FakeNode;
  /** What `/onion_req/v2` of a node answers. */
  onion(
    guardHex: string,
    body: Uint8Array,
    signal?: AbortSignal
  ): Promise<{ status: number; body: Uint8Array }>;
  rpc(node: FakeNode, method: string, params: JsonObject): Promise<NodeAnswer>;
}

export function createFakeNetwork(options: FakeNetworkOptions): FakeNetwork {
  const { crypto, random, now } = options;
  const swarms = options.swarms ?? 3;
  const nodes = Array.from({ length: options.nodes ?? 9 }, (_, index) =>
    createFakeNode(random, index, (((index % swarms) + 1) * 0x1000).toString(16))
  );
  const byKey = new Map(nodes.map((node) => [node.ed25519PublicKeyHex, node]));
  const never = (signal?: AbortSignal) =>
    new Promise<never>((_, reject) => {
      if (signal?.aborted) reject(signal.reason as Error);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });

  const network: FakeNetwork = {
    nodes,
    opened: [],
    listOf: () => network.nodes,
    knowsCompactList: true,
    node(edHex) {
      const node = byKey.get(edHex) ?? network.nodes.find((other) => other.ed25519PublicKeyHex === edHex);
      if (!node) throw new Error('no such node');
      return node;
    },
    async onion(guardHex, body, signal) {
      const guard = network.nodes.find((node) => node.ed25519PublicKeyHex === guardHex);
      if (!guard || guard.fault?.kind === 'dead') {
        throw new OnionError('guard-unreachable', {
          retry: 'other-path',
          details: { gatewayCode: 'guard-unreachable' }
        });
      }
      const outer = decodeOuterRequest(body);
      return hop(guard, outer, signal);
    },
    async rpc(node, method, params) {
      const known = await knownMethod(node, method, params);
      const answer = known ?? (await options.handle?.(node, method, params)) ?? null;
      return answer ?? { status: 400, body: `no method ${method}` };
    }
  };

  const text = (status: number, body: string) => ({ status, body: utf8ToBytes(body) });

  async function hop(
    node: FakeNode,
    layer: { ciphertext: Uint8Array; ephemeralPublicKey: Uint8Array; cipher: 'aes-gcm' | 'xchacha20' },
    signal?: AbortSignal
  ): Promise<{ status: number; body: Uint8Array }> {
    const { fault } = node;
    if (fault?.kind === 'hang') return never(signal);
    if (fault?.kind === 'garbage') return { status: 200, body: random(64) };
    if (fault?.kind === 'not-ready') return text(503, `Snode not ready: ${node.ed25519PublicKeyHex}`);
    if (fault?.kind === 'plain') return text(fault.status, fault.body);
    const key = await deriveHopKey(crypto, {
      ownSecretKey: node.x25519SecretKey,
      clientPublicKey: layer.ephemeralPublicKey,
      serverPublicKey: hexToBytes(node.x25519PublicKeyHex),
      role: 'server',
      cipher: layer.cipher
    });
    let plaintext: Uint8Array;
    try {
      plaintext = await decryptLayer(crypto, key, layer.ciphertext);
    } catch {
      return text(400, 'Invalid ciphertext');
    }
    const inner = decodeInnerRequest(plaintext);
    network.opened.push({ nodeHex: node.ed25519PublicKeyHex, role: inner.role, plaintext });
    if (inner.role === 'node') {
      const next = network.nodes.find((other) => other.ed25519PublicKeyHex === inner.destinationEd25519Hex);
      if (!next) return text(502, `Next node not found: ${inner.destinationEd25519Hex}`);
      if (next.fault?.kind === 'dead') {
        return text(502, `Next node is currently unreachable: ${inner.destinationEd25519Hex}`);
      }
      return hop(next, inner, signal);
    }
    const answer =
      inner.role === 'server'
        ? { status: 400, body: 'Invalid url' }
        : await answerRpc(node, JSON.parse(bytesToUtf8(inner.rpc)) as { method: string; params: JsonObject });
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    const reply = await encryptLayer(
      crypto,
      key,
      utf8ToBytes(JSON.stringify({ body, status: answer.status }))
    );
    return text(200, bytesToBase64(reply));
  }

  const answerRpc = (node: FakeNode, rpc: { method: string; params: JsonObject }) =>
    network.rpc(node, rpc.method, rpc.params);

  async function knownMethod(node: FakeNode, method: string, params: JsonObject): Promise<NodeAnswer | null> {
    const t = now() + node.clockSkewMs;
    switch (method) {
      case 'info':
        return { status: 200, body: { version: [2, 8, 0], timestamp: t, t, hf: [19, 3] } };
      case 'active_nodes_bin': {
        if (!network.knowsCompactList) return { status: 400, body: 'no method active_nodes_bin' };
        const list = network
          .listOf(node)
          .map((entry) => ({ ...entry, omqPort: entry.port, version: [2, 8, 0] as const }));
        return { status: 200, body: bytesToBase64(encodeActiveNodesBin(list)) };
      }
      case 'oxend_request': {
        const service_node_states = network.listOf(node).map((entry) => ({
          pubkey_ed25519: entry.ed25519PublicKeyHex,
          pubkey_x25519: entry.x25519PublicKeyHex,
          public_ip: entry.ip,
          storage_port: entry.port,
          swarm: entry.swarmIdHex ?? 'ffffffffffffffff'
        }));
        return { status: 200, body: { result: { service_node_states, height: 1 }, t, hf: [19, 3] } };
      }
      case 'batch':
      case 'sequence': {
        const requests = params.requests as { method: string; params: JsonObject }[];
        const results: JsonValue[] = [];
        for (const request of requests) {
          const answer = await network.rpc(node, request.method, request.params);
          // A real node refuses the whole batch when it does not know one of its methods.
          if (answer.status === 400 && String(answer.body).startsWith('no method')) return answer;
          results.push({ code: answer.status, body: answer.body });
        }
        return { status: 200, body: { results } };
      }
      default:
        return null;
    }
  }

  return network;
}

export interface FakeGateway extends GatewayTransport {
  readonly posted: Posted[];
  readonly fetched: { readonly gateway: string; readonly what: 'nodes' | 'info' }[];
  /** What each gateway says; change it to make one lie. */
  readonly claims: Map<string, GatewayClaim>;
}

export interface GatewayClaim {
  networkId: string;
  nodes: readonly ServiceNode[];
  isDown?: boolean;
  /** Overrides the body's own network field. */
  listNetworkId?: string;
  sign?: (body: Uint8Array) => Promise<Uint8Array>;
}

/** A transport to a fake network; one claim for each gateway, the page's own first. */
export function createFakeTransport(
  network: FakeNetwork,
  claims: Readonly<Record<string, GatewayClaim>>,
  clock: Clock = systemClock
): FakeGateway {
  const gateways = Object.keys(claims);
  const claimsByOrigin = new Map(Object.entries(claims));
  let current = gateways[0] as string;
  const claim = () => {
    const found = claimsByOrigin.get(current) as GatewayClaim;
    if (found.isDown) throw new OnionError('gateway-unreachable', { retry: 'later' });
    return found;
  };
  const transport: FakeGateway = {
    gateways,
    claims: claimsByOrigin,
    posted: [],
    fetched: [],
    current: () => current,
    select(origin) {
      if (gateways.includes(origin)) current = origin;
    },
    async postOnion(guardHex, body, options) {
      claim();
      transport.posted.push({ gateway: current, guardHex, body });
      const onDeadline = () => new OnionError('path-timeout', { retry: 'other-path' });
      return withDeadline(clock, options, onDeadline, (signal) => network.onion(guardHex, body, signal));
    },
    async fetchNodes() {
      transport.fetched.push({ gateway: current, what: 'nodes' });
      const { nodes, networkId, listNetworkId, sign } = claim();
      const body = encodeGatewayNodeList({
        network: listNetworkId ?? networkId,
        height: 1,
        fetchedAtMs: 1,
        nodes
      });
      return { body, signature: (await sign?.(body)) ?? null };
    },
    async fetchInfo() {
      transport.fetched.push({ gateway: current, what: 'info' });
      return { networkId: claim().networkId };
    }
  };
  return transport;
}

/** A descriptor whose anchors are some of the nodes, drawn at random; with `signing` the local form instead. */
export function descriptorFor(
  network: FakeNetwork,
  options: { random: RandomBytes; anchors?: number; listSigningKeyHex?: string; minimumPool?: number }
): NetworkDescriptor {
  const { listSigningKeyHex = null } = options;
  return {
    id: listSigningKeyHex ?? 'mainnet',
    kind: listSigningKeyHex === null ? 'mainnet' : 'local',
    seeds: [],
    anchors: shuffled(options.random, network.nodes)
      .slice(0, listSigningKeyHex === null ? (options.anchors ?? 5) : 0)
      .map(({ ed25519PublicKeyHex, ip, port }) => ({ ed25519PublicKeyHex, ip, port })),
    listSigningKeyHex,
    minimumPool: options.minimumPool ?? 4,
    fileServer: {
      protocol: 'http',
      host: 'files.invalid',
      port: 80,
      ed25519PublicKeyHex: '00'.repeat(32),
      x25519PublicKeyHex: '00'.repeat(32)
    },
    echoAccountId: null
  };
}
