// Files over three hops to the embedded network's file server and back, in every format that is read.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import {
  decryptAttachment,
  decryptProfilePicture,
  deriveStreamSecrets,
  encryptLegacyAttachment,
  encryptProfilePicture,
  encryptStream,
  MAX_LEGACY_PLAIN_BYTES
} from '../../../src/lib/crypto/index.ts';
import { createFileClient, type FileClient, type TransferProgress } from '../../../src/lib/files/index.ts';
import type { OpenedEvent } from '../../../localnet/index.ts';
import { createOnionLocalnet, type Connected, type OnionLocalnet } from '../../support/onion-localnet.ts';

let world: OnionLocalnet;
let connected: Connected;
let files: FileClient;

beforeAll(async () => {
  world = await createOnionLocalnet();
  connected = world.connect({ config: { requestTimeoutMs: 10_000, serverTimeoutMs: 20_000 } });
  await connected.onion.ready();
  const { descriptor } = world.network;
  files = createFileClient({
    onion: connected.onion,
    crypto: world.crypto,
    server: descriptor.fileServer,
    clock: systemClock
  });
});
beforeEach(() => world.network.setFileServerFault({}));
afterAll(() => world.close());

describe('a file on the embedded network', () => {
  it('comes back whole in the legacy format, and no node sees its bytes', async () => {
    const opened: OpenedEvent[] = [];
    const remove = world.network.onOpened((event) => opened.push(event));
    const data = world.crypto.random(100_000);
    const { file, key, digest } = await encryptLegacyAttachment(world.crypto, data);
    const { url, expiresAtMs } = await files.upload(file, { stream: false });
    remove();
    const needle = Buffer.from(file.subarray(1_000, 1_032));
    expect(opened.filter(({ plaintext }) => Buffer.from(plaintext).includes(needle))).toEqual([]);
    expect(new Set(opened.slice(-3).map(({ nodeEd }) => nodeEd)).size).toBe(3);
    expect(expiresAtMs).toBeGreaterThan(Date.now());
    const downloaded = await files.download(url);
    expect(downloaded.stream).toBe(false);
    const secrets = { key, digest, size: data.length, stream: downloaded.stream };
    const plain = await decryptAttachment(world.crypto, downloaded.file, secrets);
    expect(Buffer.compare(plain, data)).toBe(0);
  });

  it('comes back whole in the stream format, and the same file again keeps its address', async () => {
    const data = world.crypto.random(70_000);
    const secrets = deriveStreamSecrets(data, new Uint8Array(32).fill(1), 'attachment');
    const { file, key } = encryptStream(data, secrets);
    const { url } = await files.upload(file, { stream: true });
    expect((await files.upload(file, { stream: true })).url).toBe(url);
    const seen: TransferProgress[] = [];
    const downloaded = await files.download(url, { onProgress: (progress) => seen.push(progress) });
    const { stream } = downloaded;
    const pointer = { key, digest: new Uint8Array(), size: data.length, stream };
    expect(Buffer.compare(await decryptAttachment(world.crypto, downloaded.file, pointer), data)).toBe(0);
    const last = seen.at(-1);
    expect(last?.phase === 'receiving' && last.receivedBytes).toBeGreaterThan(file.length);
  });

  it('may be as large as the limit allows', async () => {
    const data = world.crypto.random(MAX_LEGACY_PLAIN_BYTES);
    const { file, key, digest } = await encryptLegacyAttachment(world.crypto, data);
    const { url, size } = await files.upload(file, { stream: false });
    expect(size).toBe(file.length);
    const downloaded = await files.download(url);
    const secrets = { key, digest, size: data.length, stream: false };
    const plain = await decryptAttachment(world.crypto, downloaded.file, secrets);
    expect(Buffer.compare(plain, data)).toBe(0);
  }, 60_000);

  it('is a profile picture whose life can be prolonged', async () => {
    const picture = world.crypto.random(3_000);
    const { file, key } = await encryptProfilePicture(world.crypto, picture);
    const { url, expiresAtMs } = await files.upload(file, { stream: false, ttlSeconds: 3600 });
    const prolonged = await files.extend(url);
    expect(prolonged?.expiresAtMs).toBeGreaterThan((expiresAtMs ?? 0) + 3_600_000);
    expect((await files.info(url)).size).toBe(file.length);
    const downloaded = await files.download(url);
    const opened = await decryptProfilePicture(world.crypto, downloaded.file, { key, stream: false });
    expect(bytesToHex(opened)).toBe(bytesToHex(picture));
    expect(await files.extend(url.replace(/file\/....../, 'file/AAAAAA'))).toBeNull();
  });

  it('that is unknown or expired says so at once', async () => {
    const { url } = await files.upload(world.crypto.random(50), { stream: false });
    await expect(files.download(url.replace(/file\/....../, 'file/AAAAAA'))).rejects.toMatchObject({
      code: 'file-expired',
      retry: 'never'
    });
  });

  it('fails later rather than never while its server is down, and can be fetched afterwards', async () => {
    const { url } = await files.upload(world.crypto.random(50), { stream: false });
    world.network.setFileServerFault({ drop: true });
    const failure = (await files.download(url).catch((error: unknown) => error)) as { retry: string };
    expect(['later', 'other-path']).toContain(failure.retry);
    world.network.setFileServerFault({});
    expect((await files.download(url)).file.length).toBe(50);
  }, 60_000);

  it('ends at once when it is cancelled', async () => {
    world.network.setFileServerFault({ hang: true });
    const cancel = new AbortController();
    const upload = files.upload(world.crypto.random(50), {
      stream: false,
      signal: cancel.signal,
      onProgress: ({ phase }) => phase === 'sending' && queueMicrotask(() => cancel.abort())
    });
    await expect(upload).rejects.toMatchObject({ name: 'AbortError' });
  });
});
