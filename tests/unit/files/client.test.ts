import { describe, expect, it } from 'vitest';
import { createNobleBackend } from '../../../src/lib/crypto/index.ts';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { AppError, errorCode } from '../../../src/lib/errors.ts';
import { createFileClient, type FileClient, type TransferProgress } from '../../../src/lib/files/index.ts';
import { MAINNET } from '../../../src/lib/networks.ts';
import { OnionError, type RequestOptions, type ServerAddress } from '../../../src/lib/onion/index.ts';
import type { V4Request, V4Response } from '../../../src/lib/wire/index.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const FILE_ID = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR';
const URL = `http://filev2.getsession.org/file/${FILE_ID}`;
const OTHER_KEY = 'ff86dcd4b26d1bfec944c59859494248626d6428efc12168749d65a1b92f5e28';
const crypto = createNobleBackend();

type Answer = V4Response | AppError | (() => Promise<V4Response>);
interface Asked {
  server: ServerAddress;
  request: V4Request;
}

const answer = (code: number, body: Uint8Array | object = {}, headers = {}): V4Response => ({
  code,
  headers,
  body: body instanceof Uint8Array ? body : utf8ToBytes(JSON.stringify(body))
});

/** A client whose onion gives these answers, one after the other, the last one for ever. */
function clientWith(...answers: Answer[]) {
  const asked: Asked[] = [];
  const clock = createFakeClock();
  const requestServer = async (server: ServerAddress, request: V4Request, options?: RequestOptions) => {
    asked.push({ server, request });
    options?.signal?.throwIfAborted();
    const next = answers[Math.min(asked.length, answers.length) - 1] as Answer;
    if (next instanceof AppError) throw next;
    if (typeof next === 'function') return next();
    options?.onReceived?.(next.body.length);
    return next;
  };
  const client = createFileClient({ onion: { requestServer }, crypto, server: MAINNET.fileServer, clock });
  return { client, asked, clock };
}

/** The code it ends with, while the clock runs as far as its pauses need. */
async function codeOf(world: ReturnType<typeof clientWith>, work: (client: FileClient) => Promise<unknown>) {
  const end = work(world.client).then(
    () => null,
    (error: unknown) => errorCode(error)
  );
  let isOver = false;
  void end.then(() => (isOver = true));
  for (let step = 0; step < 20 && !isOver; step++) {
    await world.clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return end;
}

describe('an upload', () => {
  const file = Uint8Array.of(1, 2, 3);

  it('posts raw bytes and makes the address a message needs', async () => {
    const { client, asked } = clientWith(answer(200, { id: FILE_ID, expires: 1_700_000_000.25, size: 3 }));
    const uploaded = await client.upload(file, { stream: true, ttlSeconds: 3600 });
    expect(uploaded).toEqual({
      fileId: FILE_ID,
      pointerId: 0n,
      url: `${URL}#d`,
      expiresAtMs: 1_700_000_000_250,
      uploadedAtMs: null,
      size: 3
    });
    expect(asked[0]?.request).toEqual({
      method: 'POST',
      endpoint: '/file',
      headers: {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': 'attachment',
        'X-FS-TTL': '3600'
      },
      body: file
    });
    expect(bytesToHex(asked[0]?.server.x25519PublicKey ?? new Uint8Array())).toBe(
      MAINNET.fileServer.x25519PublicKeyHex
    );
  });

  it('gives old decimal ids, as text or number, to field 1 of the pointer', async () => {
    for (const id of ['987654321', 987654321]) {
      const { client } = clientWith(answer(200, { id }));
      const uploaded = await client.upload(file, { stream: false });
      expect(uploaded).toMatchObject({ fileId: '987654321', pointerId: 987654321n, expiresAtMs: null });
    }
    const { client } = clientWith(answer(200, { id: '99999999999999999999' }));
    expect((await client.upload(file, { stream: false })).pointerId).toBe(0n);
  });

  it('refuses more than 10,000,000 bytes before anything is sent', async () => {
    const world = clientWith(answer(200, { id: FILE_ID }));
    const upload = (bytes: number) => world.client.upload(new Uint8Array(bytes), { stream: false });
    await expect(upload(10_000_001)).rejects.toMatchObject({
      code: 'file-too-large',
      details: { limit: 10_000_000 }
    });
    await expect(upload(0)).rejects.toMatchObject({ code: 'usage' });
    expect(world.asked).toEqual([]);
    await upload(10_000_000);
    expect(world.asked.length).toBe(1);
  });

  it.each([
    ['no JSON', new Uint8Array([1, 2])],
    ['an id with a path in it', { id: '../../etc/passwd' }],
    ['no id', { expires: 5 }],
    ['a list', [1] as unknown as object]
  ])('takes an answer with %s for garbage, after trying again', async (_, body) => {
    const world = clientWith(answer(200, body));
    expect(await codeOf(world, (client) => client.upload(file, { stream: false }))).toBe(
      'file-server-garbage'
    );
    expect(world.asked.length).toBe(3);
  });

  it('drops times and sizes that make no sense', async () => {
    const { client } = clientWith(answer(200, { id: FILE_ID, expires: 1e300, uploaded: 'x', size: -1 }));
    const uploaded = await client.upload(file, { stream: false });
    expect([uploaded.expiresAtMs, uploaded.uploadedAtMs, uploaded.size]).toEqual([null, null, null]);
  });
});

describe('a download', () => {
  it('asks the server the address names, for the file it names', async () => {
    const expires = 'Tue, 14 Nov 2023 22:13:20 GMT';
    const { client, asked } = clientWith(answer(200, Uint8Array.of(9), { expires }));
    const url = `http://files.example.org:8080/file/1234?x=1#d&p=${OTHER_KEY}`;
    expect(await client.download(url)).toEqual({
      file: Uint8Array.of(9),
      stream: true,
      expiresAtMs: 1_700_000_000_000
    });
    expect(asked[0]?.request).toEqual({ method: 'GET', endpoint: '/file/1234', headers: {} });
    expect(asked[0]?.server).toMatchObject({ protocol: 'http', host: 'files.example.org', port: 8080 });
    // vectors, download_urls: the Montgomery form of that key
    expect(bytesToHex(asked[0]?.server.x25519PublicKey ?? new Uint8Array())).toBe(
      'fc097b06821c98a2db75ce02e521cef5fd9d3446e42e81d843c4c8c4e9260f48'
    );
  });

  it.each([
    'not a url',
    'javascript:alert(1)',
    'http://files.example.org/file/1234',
    'https://open.getsession.org/room/file/12',
    `http://x.org/file/1234#p=${'ee'.repeat(32)}`,
    `${URL}/../../x`,
    `http://user:secret@filev2.getsession.org/file/${FILE_ID}`
  ])('of %s is refused before anything is sent', async (url) => {
    const world = clientWith(answer(200));
    expect(await codeOf(world, (client) => client.download(url))).toBe('file-url-invalid');
    expect(world.asked).toEqual([]);
  });

  it.each([
    [404, 'file-expired', 'never', 1],
    [410, 'file-expired', 'never', 1],
    [413, 'file-too-large', 'never', 1],
    [400, 'file-refused', 'never', 1],
    [403, 'file-refused', 'never', 1],
    [429, 'file-server-busy', 'later', 3],
    [500, 'file-server-failed', 'later', 3],
    [302, 'file-refused', 'never', 1]
  ])('answered with %i is %s, retry %s, after %i attempts', async (status, code, retry, attempts) => {
    const world = clientWith(answer(status));
    const failing = world.client.download(URL);
    const failure = failing.catch((error: unknown) => error);
    expect(await codeOf(world, () => failing)).toBe(code);
    expect(await failure).toMatchObject({ retry });
    expect(world.asked.length).toBe(attempts);
  });

  it('tries again after a failure on the way that may pass, and not after one that will not', async () => {
    const passing = clientWith(new OnionError('destination-unreachable'), answer(200, Uint8Array.of(1)));
    expect(await codeOf(passing, (client) => client.download(URL))).toBeNull();
    expect(passing.asked.length).toBe(2);
    const offline = clientWith(new OnionError('offline'), answer(200, Uint8Array.of(1)));
    expect(await codeOf(offline, (client) => client.download(URL))).toBe('offline');
    expect(offline.asked.length).toBe(1);
  });

  it('refuses a file that no server should hold', async () => {
    const world = clientWith(answer(200, new Uint8Array(10_000_001)));
    expect(await codeOf(world, (client) => client.download(URL))).toBe('file-too-large');
  });

  it('tells how far it is, and ends with the reason of an abort', async () => {
    const seen: TransferProgress[] = [];
    const { client } = clientWith(answer(200, Uint8Array.of(1, 2)));
    await client.download(URL, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([
      { phase: 'waiting' },
      { phase: 'sending' },
      { phase: 'receiving', receivedBytes: 2 }
    ]);
    const stopping = new AbortController();
    stopping.abort();
    await expect(client.download(URL, { signal: stopping.signal })).rejects.toMatchObject({
      name: 'AbortError'
    });
  });

  it('runs three at a time, and one that is cancelled gives up its place in the queue', async () => {
    const open: (() => void)[] = [];
    const hanging = () =>
      new Promise<V4Response>((resolve) => open.push(() => resolve(answer(200, Uint8Array.of(1)))));
    const { client, asked } = clientWith(hanging);
    const cancel = new AbortController();
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    const three = [1, 2, 3].map(() => client.download(URL));
    const fourth = client.download(URL, { signal: cancel.signal });
    const fifth = client.download(URL);
    await settled();
    expect(asked.length).toBe(3);
    cancel.abort();
    await expect(fourth).rejects.toMatchObject({ name: 'AbortError' });
    open[0]?.();
    await settled();
    expect(asked.length).toBe(4);
    for (const finish of open) finish();
    await Promise.all([...three, fifth]);
  });
});

describe('the life of a file', () => {
  it('can be asked for and prolonged', async () => {
    const { client, asked } = clientWith(answer(200, { size: 5, uploaded: 10, expires: 20 }));
    const info = { size: 5, uploadedAtMs: 10_000, expiresAtMs: 20_000 };
    expect(await client.info(URL)).toEqual(info);
    expect(await client.extend(URL, { ttlSeconds: 60 })).toEqual(info);
    expect(asked.map(({ request }) => [request.method, request.endpoint, request.headers])).toEqual([
      ['GET', `/file/${FILE_ID}/info`, {}],
      ['POST', `/file/${FILE_ID}/extend`, { 'X-FS-TTL': '60' }]
    ]);
  });

  it('cannot be prolonged once it is over', async () => {
    for (const status of [404, 405]) {
      expect(await clientWith(answer(status)).client.extend(URL)).toBeNull();
    }
    const broken = clientWith(answer(500));
    expect(await codeOf(broken, (client) => client.extend(URL))).toBe('file-server-failed');
    await expect(clientWith(answer(200)).client.extend(URL, { ttlSeconds: 0 })).rejects.toMatchObject({
      code: 'usage'
    });
  });
});
