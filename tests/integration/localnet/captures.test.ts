// The embedded node performs the captured pairs of a real storage server 2.8.0 (network.md §9.1), from its own rules.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesToUtf8, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, type CryptoBackend } from '../../../src/lib/crypto/index.ts';
import { clockOf, loadCaptures, type CapturedPair } from './support/capture-file.ts';
import { createCaptureNetwork, type CaptureNetwork } from './support/capture-network.ts';
import { buildOnion } from './support/onion-builder.ts';
import { performPair, RELAY_HEADERS_LEFT_OUT } from './support/perform.ts';

/**
 * Every deliberate difference from the captured server, with its reason. Further differences fail the tests.
 * docs/decisions/embedded-network.md holds the same list.
 */
const DELIBERATE_DIFFERENCES: Readonly<Record<string, string>> = {
  'onion_to_server_1hop_raw: status line and doubled headers':
    "a guard that relays itself copies the server's headers beside its own and sends a broken status line; network.md §9.1 says not to copy it, so ours answers as over any other path",
  'onion_to_server: accept-encoding':
    'a hop of ours hands the body on as it is and cannot decompress, so it does not invite compression',
  'rate_limit: number of answers':
    'how many tokens were earned while the calls ran depends on the speed of the machine; the bucket and its rate are compared',
  '*_hangs, *_down: time limits': 'shortened by the test, as network.md §9.1 allows'
};

const file = loadCaptures();
const SPECIAL = new Set(['rate_limit', 'onion_to_server_1hop_raw']);
const ordinary = file.captures.filter(({ name }) => !SPECIAL.has(name));

let network: CaptureNetwork;
let crypto: CryptoBackend;

beforeAll(async () => {
  crypto = await createCryptoBackend();
  network = await createCaptureNetwork(file, clockOf(file.captures[0] as CapturedPair));
});

afterAll(() => network.close());

function special(name: string): CapturedPair {
  return file.captures.find((pair) => pair.name === name) as CapturedPair;
}

describe('the captured pairs, in the order they were made', () => {
  for (const pair of ordinary) {
    test(`${pair.name}: ${pair.note || pair.request.path}`, async () => {
      expect(await performPair(network, crypto, pair)).toEqual([]);
    });
  }
});

describe('pairs that are not one request and one answer', () => {
  test('rate_limit: a client gets 600 calls at once and 300 a second, then 429', async () => {
    const { counts, response_429: refused } = special('rate_limit');
    const total = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
    // A full bucket, and no time passes: no token is earned meanwhile.
    await network.clock.setTime(network.clock.now() + 10_000);
    const [node] = network.net.nodes;
    const body = utf8ToBytes('{"method":"info","params":{}}');
    const answers = await Promise.all(
      Array.from({ length: total }, () =>
        network.client.send(node as never, { method: 'POST', path: '/storage_rpc/v1', body })
      )
    );
    const accepted = answers.filter(({ status }) => status === 200);
    const refusals = answers.filter(({ status }) => status === 429);
    expect([accepted.length, refusals.length]).toEqual([600, total - 600]);
    expect(counts?.['200']).toBeGreaterThanOrEqual(600);
    const [refusal] = refusals;
    expect(bytesToUtf8(refusal?.body as Uint8Array)).toBe(refused?.body);
    const dated = (headers: readonly string[]) =>
      headers.map((text, i, all) => (all[i - 1] === 'Date' ? '' : text));
    expect(dated(refusal?.rawHeaders ?? [])).toEqual(dated(refused?.headers ?? []));
    await network.clock.setTime(network.clock.now() + 1_000);
    const again = await network.client.send(node as never, { method: 'POST', path: '/storage_rpc/v1', body });
    expect(again.status).toBe(200);
  });

  test("onion_to_server_1hop_raw: the server's body comes through, without its headers", async () => {
    const captured = special('onion_to_server_1hop_raw').raw_response ?? '';
    const [, sent = ''] = captured.split('\r\n\r\n');
    const headers = { 'Access-Control-Allow-Origin': '*', 'X-Test': '1' };
    network.server.answer = { status: 200, headers, body: utf8ToBytes(sent) };
    const [guard] = network.net.nodes;
    const control = {
      host: '127.0.0.1',
      port: network.server.port,
      protocol: 'http',
      target: '/oxen/v4/lsrpc'
    };
    const { body } = await buildOnion(
      crypto,
      [
        {
          x25519PublicKeyHex: guard?.x25519PublicKeyHex ?? '',
          cipher: 'xchacha20',
          control: { enc_type: 'xchacha20' }
        }
      ],
      { blob: utf8ToBytes('inner'), control: JSON.stringify(control) }
    );
    const answer = await network.client.send(guard as never, { method: 'POST', path: '/onion_req/v2', body });
    expect(answer.status).toBe(200);
    expect(bytesToUtf8(answer.body)).toBe(sent);
    const names = answer.rawHeaders.filter((_, index) => index % 2 === 0);
    expect(names).toEqual(['Server', 'Content-Type', 'Date', 'Content-Length']);
  });
});

test('every deliberate difference names a pair of the file, and its reason', () => {
  const names = new Set(file.captures.map(({ name }) => name));
  for (const [what, reason] of Object.entries(DELIBERATE_DIFFERENCES)) {
    const patterns = (what.split(':')[0] as string)
      .split(', ')
      .map((name) => new RegExp(`${name.replace('*', '.*')}$`));
    expect(patterns.every((pattern) => [...names].some((name) => pattern.test(name)))).toBe(true);
    expect(reason.length).toBeGreaterThan(20);
  }
  expect([...RELAY_HEADERS_LEFT_OUT]).toEqual(['accept-encoding']);
});

test('comparing notices a wrong answer', async () => {
  const pair = file.captures.find(({ name }) => name === 'rpc_invalid_json') as CapturedPair;
  const wrong = { ...pair, response: { ...pair.response, status: 200, body: { text: 'other' } } };
  expect((await performPair(network, crypto, wrong)).length).toBeGreaterThanOrEqual(2);
});
