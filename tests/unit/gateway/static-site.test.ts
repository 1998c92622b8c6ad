import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStaticSite, type StaticSite } from '../../../gateway/static-site.ts';
import { finishBuild } from '../../../scripts/lib/finish-build.mjs';

const INLINE = 'start();';

async function inlineHash(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(INLINE));
  return `sha256-${Buffer.from(digest).toString('base64')}`;
}

async function html(title: string): Promise<string> {
  const policy = `default-src 'none'; script-src 'self' '${await inlineHash()}'`;
  return `<meta http-equiv="content-security-policy" content="${policy}"><title>${title}</title><script>${INLINE}</script>${' '.repeat(400)}`;
}

describe('the static site', () => {
  let folder: string;
  let site: StaticSite;
  const get = (path: string, headers: { acceptEncoding?: string; ifNoneMatch?: string } = {}) =>
    site({ method: 'GET', path, ...headers });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onionskin-site-'));
    const files = {
      'build/index.html': await html('start'),
      'build/200.html': await html('fallback'),
      'build/about.html': await html('about'),
      'build/_app/immutable/workers/engine.abc.js': `export const text = '${'engine '.repeat(100)}';`,
      'build/service-worker.js': 'self.addEventListener("fetch", () => {}); const hashes = "%integrity:%";',
      'build/icons/icon.png': 'not really a picture',
      'secret.txt': 'outside'
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await finishBuild(join(folder, 'build'), '1.0.0-abc');
    site = await createStaticSite(join(folder, 'build'), {
      '/network.json': { contentType: 'application/json', body: '{"id":"x"}' }
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const title = (body: Uint8Array | null) =>
    /<title>(.*?)<\/title>/.exec(Buffer.from(body ?? []).toString())?.[1];

  it.each([
    ['/', 'start'],
    ['/index.html', 'start'],
    ['/about', 'about'],
    ['/about/', 'about'],
    ['/about.html', 'about'],
    ['/c/k3j2h1', 'fallback'],
    ['/settings', 'fallback'],
    ['/c/%C3%A9', 'fallback']
  ])('answers %s with the page %s', (path, expected) => {
    const reply = get(path);
    expect(reply.status).toBe(200);
    expect(title(reply.body)).toBe(expected);
  });

  it.each([
    '/_app/immutable/chunks/gone.js',
    '/_app/gone',
    '/gone.js',
    '/favicon.ico',
    '/headers.json',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/c/../../secret.txt',
    '/c/./x',
    '/..\\secret.txt',
    '/%5c..%5csecret.txt',
    '//secret.txt',
    '/about.html%00',
    '/%',
    '/index.html.br',
    'secret.txt'
  ])('has nothing at %s', (path) => {
    const reply = get(path);
    expect(reply.status).toBe(404);
    expect(Buffer.from(reply.body ?? []).toString()).not.toContain('outside');
  });

  it('gives every file a policy, and html the hash of its inline script', async () => {
    const listed = JSON.parse(await readFile(join(folder, 'build/headers.json'), 'utf8')) as {
      files: object;
    };
    expect(Object.keys(listed.files)).toHaveLength(7);
    for (const path of Object.keys(listed.files)) {
      const policy = get(path).headers['content-security-policy'] as string;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy.includes(await inlineHash())).toBe(path.endsWith('.html'));
    }
  });

  it('gives every answer the headers that isolate it', () => {
    for (const path of ['/', '/service-worker.js', '/network.json', '/icons/icon.png']) {
      expect(get(path).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'permissions-policy': expect.stringContaining('geolocation=()') as string
      });
    }
  });

  it('lets only hashed files be kept for good', () => {
    expect(get('/_app/immutable/workers/engine.abc.js').headers['cache-control']).toBe(
      'public, max-age=31536000, immutable'
    );
    expect(get('/').headers['cache-control']).toBe('no-cache');
    expect(get('/service-worker.js').headers['cache-control']).toBe('no-cache');
    expect(get('/network.json').headers['cache-control']).toBe('no-store');
  });

  it('sends the compressed twin a client can read, with the same content', () => {
    const path = '/_app/immutable/workers/engine.abc.js';
    const plain = get(path);
    const br = get(path, { acceptEncoding: 'gzip, br' });
    const gz = get(path, { acceptEncoding: 'gzip' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(br.headers['content-encoding']).toBe('br');
    expect(gz.headers['content-encoding']).toBe('gzip');
    expect(brotliDecompressSync(br.body as Uint8Array).equals(Buffer.from(plain.body as Uint8Array))).toBe(
      true
    );
    expect(gunzipSync(gz.body as Uint8Array).equals(Buffer.from(plain.body as Uint8Array))).toBe(true);
    expect(br.headers.vary).toBe('accept-encoding');
    expect(get('/icons/icon.png', { acceptEncoding: 'br' }).headers['content-encoding']).toBeUndefined();
  });

  it('sends nothing anew that the client holds', () => {
    const first = get('/', { acceptEncoding: 'br' });
    const again = get('/', { acceptEncoding: 'br', ifNoneMatch: first.headers.etag as string });
    expect(again).toMatchObject({ status: 304, body: null });
    expect(again.headers['content-security-policy']).toBe(first.headers['content-security-policy']);
    expect(get('/', { ifNoneMatch: '"other"' }).status).toBe(200);
  });

  it('takes GET and HEAD alone', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      expect(site({ method, path: '/' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    }
  });

  it('serves the virtual files, and without a build nothing else', async () => {
    expect(get('/network.json')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' }
    });
    const bare = await createStaticSite(null, {
      '/network.json': { contentType: 'application/json', body: '{}' }
    });
    expect(bare({ method: 'GET', path: '/network.json' }).status).toBe(200);
    expect(bare({ method: 'GET', path: '/' }).status).toBe(404);
  });

  it('does not start on a folder that is no finished build', async () => {
    await expect(createStaticSite(folder)).rejects.toMatchObject({ code: 'build-missing' });
  });
});
