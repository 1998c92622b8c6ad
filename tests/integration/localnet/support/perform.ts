// Performs one captured pair against our network and says what differs.
import { bytesToUtf8, equalBytes, utf8ToBytes } from '../../../../src/lib/bytes/index.ts';
import type { CryptoBackend } from '../../../../src/lib/crypto/index.ts';
import type { LocalNode } from '../../../../localnet/index.ts';
import {
  encodeFinalControl,
  encodeRpc,
  parseAccountKey,
  type JsonValue
} from '../../../../src/lib/wire/index.ts';
import { arrange } from './arrange.ts';
import { answerOf, bodyBytes, clockOf, jsonOf, rpcOf, type CapturedPair } from './capture-file.ts';
import type { CaptureNetwork } from './capture-network.ts';
import { differences } from './compare.ts';
import type { RawAnswer } from './https.ts';
import { buildOnion, openAnswer, type OnionHop } from './onion-builder.ts';
import { wrongMembers } from './verify-members.ts';

/** The member that was stopped, frozen or shut down in the captured run. */
const FAULTY_NODE = 6;

/** What the name of a pair says about the faulty node. */
async function setFaults({ net }: CaptureNetwork, name: string): Promise<void> {
  const node = net.nodes[FAULTY_NODE] as LocalNode;
  const isDown = /_down(_|$)/.test(name) && !/shutting_down/.test(name);
  if (isDown && node.isRunning) await node.stop();
  if (!isDown && !node.isRunning) await node.start();
  node.setFault({ hang: /_hangs(_|$)/.test(name), shuttingDown: /shutting_down/.test(name) });
}

/** The outermost control, as the captured body has it. */
function outerControl(body: Uint8Array): Record<string, unknown> {
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  return JSON.parse(bytesToUtf8(body.subarray(4 + length))) as Record<string, unknown>;
}

/** Which layer a note says was damaged, or null. */
function damagedLayer(note: string, layers: number): number | null {
  const which = /flip a byte for the (first|second|middle|third|last|final) hop/.exec(note)?.[1];
  if (which === undefined) return null;
  return { first: 0, second: 1, middle: 1, third: 2, last: layers - 1, final: layers - 1 }[which] ?? null;
}

interface Prepared {
  readonly body: Uint8Array;
  /** Reads the answer of the innermost recipient; null where nobody encrypts one. */
  readonly open: ((answer: Uint8Array, isBase64: boolean) => Promise<string>) | null;
}

/** The captured onion, rebuilt for our nodes. */
async function rebuildOnion(
  network: CaptureNetwork,
  crypto: CryptoBackend,
  pair: CapturedPair
): Promise<Prepared> {
  const { onion, request } = pair;
  if (!onion) throw new Error('no onion');
  const controls = [outerControl(bodyBytes(request.body)), ...onion.layer_json];
  const hops = onion.path.map((key, index): OnionHop => {
    const control = { ...controls[index] };
    const next =
      typeof control['destination'] === 'string' ? network.nodeFor(control['destination']) : undefined;
    if (next) control['destination'] = next.ed25519PublicKeyHex;
    return {
      x25519PublicKeyHex: (network.nodeFor(key) as LocalNode).x25519PublicKeyHex,
      cipher: onion.enc_type,
      control
    };
  });
  const { body, control } = onion.final_plain;
  const final = typeof control === 'string' ? control : { ...control };
  if (typeof final !== 'string' && 'host' in final) final['port'] = network.server.port;
  const damaged = damagedLayer(pair.note, hops.length);
  const built = await buildOnion(
    crypto,
    hops,
    {
      blob: utf8ToBytes(body),
      control: typeof final === 'string' ? final : JSON.stringify(final)
    },
    (layer, ciphertext) => {
      if (layer === damaged) ciphertext[20] = (ciphertext[20] as number) ^ 1;
    }
  );
  const key = built.keys.at(-1);
  return {
    body: built.body,
    open: key ? (answer, isBase64) => openAnswer(crypto, key, answer, isBase64) : null
  };
}

/** Pairs with a faulty hop came without their onion: the second hop is the faulty one. */
async function onionOverFaultyNode(network: CaptureNetwork, crypto: CryptoBackend, pair: CapturedPair) {
  const { nodes } = network.net;
  const guard = network.nodeFor(pair.request.to) as LocalNode;
  const path = [guard, nodes[FAULTY_NODE] as LocalNode, nodes[0] as LocalNode];
  const hops = path.map((node, index): OnionHop => ({
    x25519PublicKeyHex: node.x25519PublicKeyHex,
    cipher: 'xchacha20',
    control: { enc_type: 'xchacha20', ...(index > 0 && { destination: node.ed25519PublicKeyHex }) }
  }));
  const { body } = await buildOnion(crypto, hops, {
    blob: encodeRpc({ method: 'info', params: {} }),
    control: bytesToUtf8(encodeFinalControl())
  });
  return { body, open: null };
}

async function prepare(
  network: CaptureNetwork,
  crypto: CryptoBackend,
  pair: CapturedPair
): Promise<Prepared> {
  if (pair.onion) return rebuildOnion(network, crypto, pair);
  if (pair.request.path === '/onion_req/v2' && /_hop_/.test(pair.name)) {
    return onionOverFaultyNode(network, crypto, pair);
  }
  return { body: bodyBytes(pair.request.body), open: null };
}

function surfaceDifferences(answer: RawAnswer, pair: CapturedPair): string[] {
  const { response } = pair;
  const ours = answer.rawHeaders;
  const names = ours.filter((_, index) => index % 2 === 0);
  const wanted = response.headers.map(([name]) => name);
  const valueOf = (name: string) => ours[ours.indexOf(name) + 1];
  return [
    ...(answer.status === response.status ? [] : [`status: ${answer.status}, not ${response.status}`]),
    ...(answer.statusText === response.statusText ? [] : [`status text: ${answer.statusText}`]),
    ...(names.join() === wanted.join() ? [] : [`headers: ${names.join()}`]),
    ...response.headers
      .filter(([name, value]) => ['Server', 'Content-Type'].includes(name) && valueOf(name) !== value)
      .map(([name]) => `header ${name}: ${valueOf(name)}`)
  ];
}

function serverDifferences(
  { server }: CaptureNetwork,
  saw: NonNullable<CapturedPair['server_saw']>
): string[] {
  const { seen } = server;
  if (!seen) return ['server: nothing came'];
  const own = String(server.port);
  const captured = saw.headers['host']?.split(':')[1] ?? '';
  const body = Buffer.from(bodyBytes(saw.body)).toString('latin1').replaceAll(captured, own);
  const names = Object.keys(saw.headers).filter((name) => !RELAY_HEADERS_LEFT_OUT.has(name));
  return [
    ...(seen.method === saw.method && seen.url === saw.url ? [] : [`server: ${seen.method} ${seen.url}`]),
    ...(seen.body.toString('latin1') === body ? [] : ['server: another body']),
    ...names
      .filter((name) => seen.headers[name] !== saw.headers[name]?.replace(captured, own))
      .map((name) => `server: header ${name}: ${String(seen.headers[name])}`)
  ];
}

/** A hop of ours hands bodies on as they are, so it must not invite a compressed one. */
export const RELAY_HEADERS_LEFT_OUT: ReadonlySet<string> = new Set(['accept-encoding']);

async function bodyDifferences(
  network: CaptureNetwork,
  crypto: CryptoBackend,
  pair: CapturedPair,
  answer: RawAnswer,
  open: Prepared['open']
): Promise<string[]> {
  const { response } = pair;
  const rpc = rpcOf(pair);
  let text: string | null = null;
  if (typeof pair.decrypted_response === 'string' && open) {
    const opened = await open(answer.body, response.body.text !== undefined).catch((error) => String(error));
    const ours = jsonOf(opened) as { status: number; body: JsonValue } | undefined;
    const theirs = jsonOf(pair.decrypted_response) as { status: number; body: JsonValue };
    if (!ours) return [`answer: ${opened}`];
    if (ours.status !== theirs.status) return [`inner status: ${ours.status}, not ${theirs.status}`];
    if (typeof ours.body !== typeof theirs.body) return [`inner body: ${typeof ours.body}`];
    text = typeof ours.body === 'string' ? ours.body : JSON.stringify(ours.body);
  } else if (response.body.base64 !== undefined) {
    return equalBytes(answer.body, bodyBytes(response.body)) ? [] : ['body: other bytes'];
  }
  text ??= bytesToUtf8(answer.body);
  const expected = answerOf(pair).body;
  if (expected === undefined) {
    const inner = jsonOf(pair.decrypted_response) as { body: string } | undefined;
    const wanted = inner?.body ?? response.body.text ?? '';
    const ours = text.replace(/[0-9a-f]{64}/g, network.asCaptured);
    return ours === wanted ? [] : [`text: ${ours}, not ${wanted}`];
  }
  const ours = jsonOf(text);
  return [
    ...differences(ours, expected, network.asCaptured),
    ...(rpc ? await wrongMembers(crypto, rpc.method, rpc.params, ours) : []).map(
      (key) => `signature of ${key}`
    )
  ];
}

/** Everything in which our network's answer differs from the captured one. */
export async function performPair(
  network: CaptureNetwork,
  crypto: CryptoBackend,
  pair: CapturedPair
): Promise<string[]> {
  const { net, clock, client, server } = network;
  const nowMs = clockOf(pair);
  await clock.setTime(nowMs);
  await setFaults(network, pair.name);
  arrange(pair, nowMs, (accountHex) => {
    const swarm = net.swarmOf(parseAccountKey(accountHex).hex);
    return swarm.map((node) => node.store);
  });
  server.seen = null;
  if (pair.server_saw) {
    server.answer = { status: pair.response.status, headers: {}, body: bodyBytes(pair.response.body) };
  }
  const { body, open } = await prepare(network, crypto, pair);
  const { method, path, headers } = pair.request;
  const answer = await client.send(network.nodeFor(pair.request.to) as LocalNode, {
    method,
    path,
    headers: { ...headers },
    ...(body.length > 0 && { body })
  });
  return [
    ...surfaceDifferences(answer, pair),
    ...(await bodyDifferences(network, crypto, pair, answer, open)),
    ...(pair.server_saw ? serverDifferences(network, pair.server_saw) : [])
  ];
}
