import { describe, expect, it } from 'vitest';
import { bytesToBase64 } from '../../../src/lib/bytes/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createGatewayTransport } from '../../../src/lib/onion/transport.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const GUARD = 'ab'.repeat(32);
const OPTIONS = { timeoutMs: 1_000 };
const BYTES = 'application/octet-stream';
const JSON_TYPE = 'application/json';

type Call = { url: string; init: RequestInit };

function create(respond: (call: Call) => Response | Promise<Response>, clock = systemClock) {
  const calls: Call[] = [];
  const transport = createGatewayTransport({
    fetch: (async (url: string, init: RequestInit) => {
      calls.push({ url, init });
      return respond({ url, init });
    }) as typeof fetch,
    gateways: ['https://own.test', 'https://second.test'],
    clock
  });
  return { transport, calls };
}
const reply = (body: BodyInit | null, status: number, headers: Record<string, string> = {}) =>
  new Response(body, { status, headers: { 'content-type': BYTES, ...headers } });
const post = (respond: Parameters<typeof create>[0]) =>
  create(respond).transport.postOnion(GUARD, new Uint8Array(8), OPTIONS);

describe('posting an onion through a gateway', () => {
  it('names the guard by its key and sends nothing that tells who asks', async () => {
    const { transport, calls } = create(() => reply('answer', 200));
    await transport.postOnion(GUARD, Uint8Array.of(1, 2, 3, 4, 5), OPTIONS);
    expect(calls[0]!.url).toBe(`https://own.test/gateway/v1/onion/${GUARD}`);
    expect(calls[0]!.init).toMatchObject({
      method: 'POST',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      headers: { 'content-type': BYTES }
    });
  });

  it.each([200, 400, 500, 502, 503, 504])(
    'hands on status %i and the body of the guard unchanged',
    async (status) => {
      const answer = await post(() => reply(Uint8Array.of(0, 255, 1), status));
      expect(answer).toEqual({ status, body: Uint8Array.of(0, 255, 1) });
    }
  );

  it.each(['guard-unreachable', 'guard-timeout'])(
    'blames the guard when the gateway says %s',
    async (gatewayCode) => {
      await expect(post(() => reply('', 502, { 'x-gateway-error': gatewayCode }))).rejects.toMatchObject({
        code: 'guard-unreachable',
        retry: 'other-path',
        details: { gatewayCode }
      });
    }
  );

  it.each(['unknown-guard', 'address-refused', 'reply-too-large', 'request-timeout', 'something-new'])(
    'blames nobody on the path when the gateway says %s',
    async (gatewayCode) => {
      await expect(post(() => reply('', 502, { 'x-gateway-error': gatewayCode }))).rejects.toMatchObject({
        code: 'gateway-refused',
        details: { gatewayCode }
      });
    }
  );

  it('learns from a busy gateway when to come again, within reason', async () => {
    const busy = (seconds: string) => () =>
      reply('', 429, { 'x-gateway-error': 'rate-limited', 'retry-after': seconds });
    await expect(post(busy('2'))).rejects.toMatchObject({
      code: 'gateway-busy',
      details: { retryAfterMs: 2_000 }
    });
    await expect(post(busy('999999'))).rejects.toMatchObject({ details: { retryAfterMs: 60_000 } });
    await expect(post(busy('soon'))).rejects.toMatchObject({ details: { retryAfterMs: 1_000 } });
  });

  it('takes no page of a proxy for an answer of the guard', async () => {
    await expect(post(() => reply('<html>', 502, { 'content-type': 'text/html' }))).rejects.toMatchObject({
      code: 'gateway-unreachable'
    });
  });

  it('calls a gateway that cannot be reached what it is', async () => {
    await expect(post(() => Promise.reject(new TypeError('failed')))).rejects.toMatchObject({
      code: 'gateway-unreachable',
      retry: 'later'
    });
  });

  it('calls an answer that breaks off unreadable', async () => {
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(10));
        controller.error(new Error('cut'));
      }
    });
    await expect(post(() => reply(broken, 200))).rejects.toMatchObject({ code: 'response-unreadable' });
  });

  it('stops reading an answer that does not end', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1024 * 1024));
      }
    });
    await expect(post(() => reply(endless, 200))).rejects.toMatchObject({ code: 'response-unreadable' });
    expect(pulled).toBeLessThan(20);
  });

  it('sends no body over the limit of a node', async () => {
    const { transport, calls } = create(() => reply('', 200));
    const body = new Uint8Array(10 * 1024 * 1024 + 1);
    await expect(transport.postOnion(GUARD, body, OPTIONS)).rejects.toMatchObject({
      code: 'onion-too-large'
    });
    expect(calls).toHaveLength(0);
  });

  it('gives up after its time, aborts the call, and leaves no timer behind', async () => {
    const clock = createFakeClock();
    let aborted = false;
    const { transport } = create(
      ({ init }) =>
        new Promise((_, reject) =>
          init.signal!.addEventListener('abort', () => {
            aborted = true;
            reject(new DOMException('aborted', 'AbortError'));
          })
        ),
      clock
    );
    const pending = transport.postOnion(GUARD, new Uint8Array(8), { timeoutMs: 10_000 });
    const outcome = pending.catch((error: unknown) => error);
    await clock.advance(9_999);
    expect(aborted).toBe(false);
    await clock.advance(1);
    expect(await outcome).toMatchObject({ code: 'path-timeout', retry: 'other-path' });
    expect(aborted).toBe(true);
  });

  it('passes on the reason of its caller', async () => {
    const controller = new AbortController();
    const { transport } = create(() => new Promise(() => {}));
    const pending = transport.postOnion(GUARD, new Uint8Array(8), {
      timeoutMs: 10_000,
      signal: controller.signal
    });
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
  });
});

describe('asking a gateway', () => {
  it('gives the list as it came, with its signature', async () => {
    const signature = new Uint8Array(64).fill(7);
    const { transport } = create(() =>
      reply('{"a":1}', 200, { 'content-type': JSON_TYPE, 'x-network-signature': bytesToBase64(signature) })
    );
    const answer = await transport.fetchNodes(OPTIONS);
    expect(new TextDecoder().decode(answer.body)).toBe('{"a":1}');
    expect(answer.signature).toEqual(signature);
  });

  it.each(['', 'AAAA', '!'.repeat(88), 'A'.repeat(5_000)])('takes "%.8s" for no signature', async (text) => {
    const { transport } = create(() =>
      reply('{}', 200, { 'content-type': JSON_TYPE, 'x-network-signature': text })
    );
    expect((await transport.fetchNodes(OPTIONS)).signature).toBeNull();
  });

  it.each([
    ['{"network":"mainnet"}', 'mainnet'],
    ['{"network":5}', null],
    ['[]', null],
    ['nonsense', null]
  ])('reads %s as network %s', async (body, networkId) => {
    const { transport } = create(() => reply(body, 200, { 'content-type': JSON_TYPE }));
    expect(await transport.fetchInfo(OPTIONS)).toEqual({ networkId });
  });

  it('takes the start page of a static host for no gateway', async () => {
    const page = create(() => reply('<html>', 200, { 'content-type': 'text/html' }));
    await expect(page.transport.fetchInfo(OPTIONS)).rejects.toMatchObject({ code: 'gateway-unreachable' });
    const missing = create(() => reply('{}', 404, { 'content-type': JSON_TYPE }));
    await expect(missing.transport.fetchNodes(OPTIONS)).rejects.toMatchObject({
      code: 'gateway-unreachable'
    });
  });

  it('refuses a list without end', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024))
    });
    const { transport } = create(() => reply(endless, 200, { 'content-type': JSON_TYPE }));
    await expect(transport.fetchNodes(OPTIONS)).rejects.toMatchObject({ code: 'gateway-unreachable' });
  });

  it('uses another gateway of the build when told, and no other', async () => {
    const { transport, calls } = create(() => reply('{}', 200, { 'content-type': JSON_TYPE }));
    transport.select('https://second.test');
    await transport.fetchInfo(OPTIONS);
    transport.select('https://evil.test');
    await transport.fetchInfo(OPTIONS);
    expect(calls.map((call) => call.url)).toEqual([
      'https://second.test/gateway/v1/info',
      'https://second.test/gateway/v1/info'
    ]);
  });
});
