// A small client that sends RPC through a path of given nodes: for tests of the network itself, which must not depend
// on the product's client.
import { bytesToUtf8 } from '../../../../src/lib/bytes/index.ts';
import { decryptLayer, type CryptoBackend } from '../../../../src/lib/crypto/index.ts';
import {
  decodeV4Response,
  encodeFinalControl,
  encodeRpc,
  encodeV4Request,
  type JsonObject,
  type RpcRequest,
  type V4Request,
  type V4Response
} from '../../../../src/lib/wire/index.ts';
import type { LocalNode, Localnet } from '../../../../localnet/index.ts';
import type { RawAnswer, RawClient } from './https.ts';
import { buildOnion, openAnswer, type OnionHop } from './onion-builder.ts';

export type OnionResult =
  | { readonly kind: 'reply'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'path-error'; readonly status: number; readonly text: string }
  | { readonly kind: 'unreadable'; readonly status: number };

function nodeHops(nodes: readonly LocalNode[]): OnionHop[] {
  return nodes.map((node, index) => ({
    x25519PublicKeyHex: node.x25519PublicKeyHex,
    cipher: 'aes-gcm',
    control: index === 0 ? {} : { destination: node.ed25519PublicKeyHex }
  }));
}

function post(client: RawClient, guard: LocalNode, body: Uint8Array): Promise<RawAnswer> {
  return client.send(guard, { method: 'POST', path: '/onion_req/v2', body });
}

/** @param nodes guard first, destination last */
export async function requestOverPath(
  client: RawClient,
  crypto: CryptoBackend,
  nodes: readonly LocalNode[],
  rpc: RpcRequest
): Promise<OnionResult> {
  const control = bytesToUtf8(encodeFinalControl());
  const { body, keys } = await buildOnion(crypto, nodeHops(nodes), { blob: encodeRpc(rpc), control });
  const answer = await post(client, nodes[0] as LocalNode, body);
  const key = keys.at(-1);
  if (answer.status !== 200 || !key) {
    return { kind: 'path-error', status: answer.status, text: bytesToUtf8(answer.body) };
  }
  try {
    const reply = JSON.parse(await openAnswer(crypto, key, answer.body)) as { status: number; body: unknown };
    const value =
      typeof reply.body === 'string' && reply.body.startsWith('{') ? JSON.parse(reply.body) : reply.body;
    return { kind: 'reply', status: reply.status, body: value as unknown };
  } catch {
    return { kind: 'unreadable', status: answer.status };
  }
}

/** A request to the network's file server; null when the answer was none of its own. */
export async function requestFile(
  client: RawClient,
  crypto: CryptoBackend,
  net: Localnet,
  nodes: readonly LocalNode[],
  request: V4Request
): Promise<V4Response | { readonly status: number }> {
  const { host, port, protocol, x25519PublicKeyHex } = net.descriptor.fileServer;
  const server: OnionHop = {
    x25519PublicKeyHex,
    cipher: 'xchacha20',
    control: { host, port, protocol, target: '/oxen/v4/lsrpc', method: 'POST', enc_type: 'xchacha20' }
  };
  const { body, keys } = await buildOnion(crypto, [...nodeHops(nodes), server], encodeV4Request(request));
  const answer = await post(client, nodes[0] as LocalNode, body);
  if (answer.status !== 200) return { status: answer.status };
  const key = keys.at(-1);
  if (!key) throw new Error('no key');
  return decodeV4Response(await decryptLayer(crypto, key, answer.body));
}

export function infoRpc(): RpcRequest {
  return { method: 'info', params: {} as JsonObject };
}
