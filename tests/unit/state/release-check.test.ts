import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RELEASE_SIGNATURE_CONTEXT } from '../../../src/lib/release.ts';
import {
  checkRelease,
  lookAtRelease,
  NoManifestError,
  type ReleaseCheckDeps
} from '../../../src/lib/state/release-check.ts';

const VERSION = '1.0.0-a';
const PATHS = [
  '/index.html',
  '/200.html',
  '/restore.html',
  '/before-paint.js',
  '/service-worker.js',
  '/_app/immutable/chunks/a.js',
  '/_app/immutable/workers/host.js',
  '/_app/immutable/assets/a.css',
  '/icons/icon.svg',
  '/manifest.webmanifest'
];
const contentOf = (path: string) => `the bytes of ${path}`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function listOf(version: string, content = contentOf): string {
  return JSON.stringify({ version, files: Object.fromEntries(PATHS.map((p) => [p, sha256(content(p))])) });
}

/** A host and a browser's store that hold the build; both can be changed. */
function world(options: { releaseKeyHex?: string } = {}) {
  const served = new Map(PATHS.map((path) => [path, contentOf(path)]));
  served.set('/release-manifest.json', listOf(VERSION));
  const stored = new Map<string, string>();
  for (const path of PATHS) {
    if (path === '/service-worker.js') continue;
    stored.set(
      path.replace(/^\/index\.html$/, '/').replace(/^\/restore\.html$/, '/restore'),
      contentOf(path)
    );
  }
  stored.set('/release-manifest.json', listOf(VERSION));
  const asked: { address: string; cache: RequestCache | undefined }[] = [];
  const cache = {
    keys: () =>
      Promise.resolve([...stored.keys()].map((path) => new Request(`https://app.example${path}?rev=1`))),
    match: (request: Request) => Promise.resolve(new Response(stored.get(new URL(request.url).pathname)))
  };
  const deps: ReleaseCheckDeps = {
    fetch: (address, { cache: mode }) => {
      asked.push({ address, cache: mode });
      const content = served.get(address.split('?')[0] as string);
      return Promise.resolve(new Response(content ?? null, { status: content === undefined ? 404 : 200 }));
    },
    caches: {
      keys: () => Promise.resolve(stored.size > 0 ? ['workbox-precache-v2', 'something-else'] : []),
      open: () => Promise.resolve(cache)
    } as unknown as CacheStorage,
    subtle: crypto.subtle,
    version: VERSION,
    releaseKeyHex: options.releaseKeyHex ?? null
  };
  return { deps, served, stored, asked };
}

describe('the comparison of all files', () => {
  it('finds nothing where all is as the list says, and asks the host past worker and caches', async () => {
    const { deps, asked } = world();
    const progress: number[] = [];
    const report = await checkRelease(deps, (done) => progress.push(done));
    expect(report).toMatchObject({
      servedVersion: VERSION,
      servedCount: PATHS.length,
      storedCount: PATHS.length - 1,
      differences: [],
      signature: 'none-expected',
      manifestSha256: sha256(listOf(VERSION))
    });
    expect(progress.at(-1)).toBe(PATHS.length);
    expect(asked.every(({ address, cache }) => address.includes('?') && cache === 'no-store')).toBe(true);
  });

  it.each(PATHS)('finds one byte of %s altered by the host', async (path) => {
    const { deps, served } = world();
    served.set(path, `${contentOf(path)}!`);
    expect((await checkRelease(deps)).differences).toEqual([{ path, kind: 'altered' }]);
  });

  it.each(PATHS.filter((path) => path !== '/service-worker.js'))(
    'finds one byte of %s altered in the store of this browser',
    async (path) => {
      const { deps, stored } = world();
      const address = path.replace(/^\/index\.html$/, '/').replace(/^\/restore\.html$/, '/restore');
      expect(stored.has(address)).toBe(true);
      stored.set(address, `${contentOf(path)}!`);
      expect((await checkRelease(deps)).differences).toEqual([{ path, kind: 'stored' }]);
    }
  );

  it('finds what the host lacks, and what is stored though no list names it', async () => {
    const { deps, served, stored } = world();
    served.delete('/icons/icon.svg');
    stored.set('/extra.js', 'planted');
    expect((await checkRelease(deps)).differences).toEqual([
      { path: '/extra.js', kind: 'unlisted' },
      { path: '/icons/icon.svg', kind: 'missing' }
    ]);
  });

  it('compares the stored copy with its own list once the host serves another version', async () => {
    const { deps, served, stored } = world();
    const next = (path: string) => `next ${path}`;
    for (const path of PATHS) served.set(path, next(path));
    served.set('/release-manifest.json', listOf('2.0.0-b', next));
    expect(await checkRelease(deps)).toMatchObject({ servedVersion: '2.0.0-b', differences: [] });
    stored.set('/200.html', 'altered');
    expect((await checkRelease(deps)).differences).toEqual([{ path: '/200.html', kind: 'stored' }]);
    stored.delete('/release-manifest.json');
    expect((await checkRelease(deps)).differences).toEqual([
      { path: '/release-manifest.json', kind: 'stored' }
    ]);
  });

  it('has nothing of its own to compare before anything is stored', async () => {
    const { deps, stored } = world();
    stored.clear();
    expect(await checkRelease(deps)).toMatchObject({ storedCount: 0, differences: [] });
    expect(await checkRelease({ ...deps, caches: undefined })).toMatchObject({ storedCount: 0 });
  });

  it('says when the host shows no list', async () => {
    const { deps, served } = world();
    served.set('/release-manifest.json', '<!doctype html>');
    await expect(checkRelease(deps)).rejects.toBeInstanceOf(NoManifestError);
    served.delete('/release-manifest.json');
    await expect(checkRelease(deps)).rejects.toMatchObject({ code: 'no-manifest' });
  });
});

describe('a build that names a release key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const releaseKeyHex = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
  const signature = (list: string, key = releaseKeyHex) =>
    JSON.stringify({
      algorithm: 'Ed25519',
      public_key: key,
      signature: sign(null, Buffer.from(RELEASE_SIGNATURE_CONTEXT + list), privateKey).toString('hex')
    });

  it.each([
    ['valid', signature(listOf(VERSION))],
    ['invalid', signature(listOf('2'))],
    ['invalid', signature(listOf(VERSION), 'ab'.repeat(32))],
    ['invalid', '{}'],
    ['missing', undefined]
  ])('finds the signature %s', async (state, text) => {
    const { deps, served } = world({ releaseKeyHex });
    if (text !== undefined) served.set('/release-signature.json', text);
    expect((await checkRelease(deps)).signature).toBe(state);
    expect((await lookAtRelease(deps)).signature).toBe(state);
  });
});

describe('a look now and then', () => {
  it.each(['/service-worker.js', '/200.html', '/index.html', '/before-paint.js'])(
    'sees %s altered, and fetches little else',
    async (path) => {
      const { deps, served, asked } = world();
      expect((await lookAtRelease(deps)).differences).toEqual([]);
      expect(asked.length).toBeLessThan(PATHS.length);
      served.set(path, 'altered');
      expect((await lookAtRelease(deps)).differences).toEqual([{ path, kind: 'altered' }]);
    }
  );

  it('does not accept a list without the worker script', async () => {
    const { deps, served } = world();
    const { files } = JSON.parse(listOf(VERSION)) as { files: Record<string, string> };
    delete files['/service-worker.js'];
    served.set('/release-manifest.json', JSON.stringify({ version: VERSION, files }));
    expect((await lookAtRelease(deps)).differences).toEqual([
      { path: '/service-worker.js', kind: 'unlisted' }
    ]);
  });
});
