// A node as hop and as destination of onion requests (network.md §3): opens exactly one layer.
import { bytesToBase64, utf8ToBytes } from '../../src/lib/bytes/index.ts';
import { decryptLayer, deriveHopKey, encryptLayer, type HopKey } from '../../src/lib/crypto/index.ts';
import {
  decodeInnerRequest,
  isAllowedRelayTarget,
  MAX_HOP_NUMBER,
  type InnerRequest
} from '../../src/lib/wire/index.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { TIMED_OUT, silence, withinLimit } from '../time-limit.ts';
import { base64Text } from '../rpc/parameters.ts';
import { answerRpc } from '../rpc/dispatch.ts';
import type { RpcReply } from '../rpc/reply.ts';
import type { NodeContext } from './context.ts';
import type { HopReply, HopRequest, PeerTable, TimeLimits } from './peers.ts';
import { relayToServer, type RelayTable } from './relay.ts';

/** What a node found under its layer; for tests of privacy. */
export interface Opened {
  readonly role: InnerRequest['role'] | 'unreadable';
  readonly plaintext: Uint8Array;
}

export interface OnionNode {
  readonly context: NodeContext;
  readonly clock: Clock;
  readonly peers: PeerTable;
  readonly relays: RelayTable;
  readonly limits: TimeLimits;
  /** The node's X25519 keys, 32 bytes each. */
  readonly x25519SecretKey: Uint8Array;
  readonly x25519PublicKey: Uint8Array;
  opened(event: Opened): void;
}

interface ReplyForm {
  readonly base64: boolean;
  readonly json: boolean;
}

const DEFAULT_FORM: ReplyForm = { base64: true, json: false };

/** An unencrypted reply, which every hop hands back as it is. */
export function plainReply(status: number, text: string): HopReply {
  return { status, body: utf8ToBytes(text) };
}

/** Takes a request as guard, hop or destination. */
export async function openOnion(node: OnionNode, request: HopRequest): Promise<HopReply> {
  if (request.hopNumber > MAX_HOP_NUMBER) return plainReply(400, 'onion request max path length exceeded');
  const layer = await openLayer(node, request);
  if (!layer) return plainReply(400, 'Invalid ciphertext');
  const { key, plaintext } = layer;
  const inner = innerOf(plaintext);
  node.opened({ role: inner?.role ?? 'unreadable', plaintext });
  switch (inner?.role) {
    case undefined:
      return encryptedReply(node, key, { status: 400, body: 'Invalid json' }, DEFAULT_FORM);
    case 'node':
      return relayToNode(node, inner, request.hopNumber + 1);
    case 'server':
      if (!isAllowedRelayTarget(inner.target) || !/^https?$/.test(inner.protocol)) {
        return encryptedReply(node, key, { status: 400, body: 'Invalid url' }, DEFAULT_FORM);
      }
      return relayToServer(node.relays, inner, inner.raw, node.limits.relayMs);
    case 'final':
      return encryptedReply(node, key, await answerRpc(node.context, inner.rpc), inner);
  }
}

async function openLayer(
  node: OnionNode,
  { ciphertext, ephemeralPublicKey, cipher }: HopRequest
): Promise<{ key: HopKey; plaintext: Uint8Array } | null> {
  const { crypto } = node.context;
  try {
    const key = await deriveHopKey(crypto, {
      ownSecretKey: node.x25519SecretKey,
      clientPublicKey: ephemeralPublicKey,
      serverPublicKey: node.x25519PublicKey,
      role: 'server',
      cipher
    });
    return { key, plaintext: await decryptLayer(crypto, key, ciphertext) };
  } catch {
    return null;
  }
}

function innerOf(plaintext: Uint8Array): InnerRequest | null {
  try {
    return decodeInnerRequest(plaintext);
  } catch {
    return null;
  }
}

async function relayToNode(
  node: OnionNode,
  inner: Extract<InnerRequest, { role: 'node' }>,
  hopNumber: number
): Promise<HopReply> {
  const next = inner.destinationEd25519Hex;
  const isKnown =
    node.context.directory.byKey(next) !== null && !node.context.faults().unknownPeers?.includes(next);
  if (!isKnown) return plainReply(502, `Next node not found: ${next}`);
  const answer = node.peers.get(next)?.onion({ ...inner, hopNumber }) ?? silence();
  const reply = await withinLimit(node.clock, node.limits.hopMs, answer);
  return reply === TIMED_OUT ? plainReply(504, 'Request time out') : reply;
}

/** The RPC body as it stands in a reply: JSON as text unless `json`, bytes as base64. */
function replyBody({ body }: RpcReply, form: ReplyForm): unknown {
  if (body instanceof Uint8Array) return bytesToBase64(body);
  return typeof body === 'string' || form.json ? body : JSON.stringify(body);
}

async function encryptedReply(
  node: OnionNode,
  key: HopKey,
  reply: RpcReply,
  form: ReplyForm
): Promise<HopReply> {
  const { garbage } = node.context.faults();
  const { crypto } = node.context;
  const body = garbage === 'body' ? '{"messages":[{' : replyBody(reply, form);
  const plaintext =
    garbage === 'reply' ? crypto.random(200) : utf8ToBytes(JSON.stringify({ body, status: reply.status }));
  const sealed = await encryptLayer(crypto, key, plaintext);
  return { status: 200, body: form.base64 ? utf8ToBytes(base64Text(sealed)) : sealed };
}
