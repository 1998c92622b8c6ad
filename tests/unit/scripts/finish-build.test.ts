import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  APP_ADDRESSES,
  appModules,
  finishBuild,
  headersFile,
  htmlPolicy,
  withEngine
} from '../../../scripts/lib/finish-build.mjs';
import { cspDirectives, cspText } from '../../../scripts/lib/security-policy.mjs';
import { decodeReleaseManifest } from '../../../src/lib/release.ts';

const PAGE = `<meta http-equiv="content-security-policy" content="default-src &#39;none&#39;">${' '.repeat(300)}`;

describe('a finished build', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onionskin-build-'));
    await mkdir(join(folder, '_app/immutable'), { recursive: true });
    await writeFile(join(folder, 'index.html'), PAGE);
    await writeFile(join(folder, '_app/immutable/a.js'), 'a();'.repeat(200));
    await writeFile(join(folder, 'network.json'), '{}');
    await writeFile(join(folder, 'index.html.br'), 'left over');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const read = (name: string) => readFile(join(folder, name), 'utf8');

  it('vouches for every file but /network.json, by its hash', async () => {
    expect((await finishBuild(folder, '1.0.0-x')).files).toBe(2);
    const manifest = decodeReleaseManifest(await read('release-manifest.json'));
    expect(manifest?.version).toBe('1.0.0-x');
    expect(Object.fromEntries(manifest?.sha256ByPath ?? [])).toEqual({
      '/index.html': createHash('sha256').update(PAGE).digest('hex'),
      '/_app/immutable/a.js': createHash('sha256').update('a();'.repeat(200)).digest('hex')
    });
  });

  it('is the same when finished twice', async () => {
    await finishBuild(folder, '1.0.0-x');
    const once = await Promise.all(
      (await readdir(folder)).map((name) => (name.includes('.') ? read(name) : Promise.resolve('')))
    );
    await finishBuild(folder, '1.0.0-x');
    const twice = await Promise.all(
      (await readdir(folder)).map((name) => (name.includes('.') ? read(name) : Promise.resolve('')))
    );
    expect(twice).toEqual(once);
    expect(await read('index.html.br')).not.toBe('left over');
  });

  it('keeps no twin that says something else than its file', async () => {
    await finishBuild(folder, '1.0.0-x');
    const script = join(folder, '_app/immutable/a.js');
    const twin = await readFile(`${script}.br`);
    await finishBuild(folder, '1.0.0-y');
    expect(await readFile(`${script}.br`)).toEqual(twin);
    await writeFile(script, 'b();'.repeat(200));
    await finishBuild(folder, '1.0.0-z');
    expect(brotliDecompressSync(await readFile(`${script}.br`)).toString()).toBe('b();'.repeat(200));
    await rm(script);
    await finishBuild(folder, '1.0.0-z');
    expect(await readdir(join(folder, '_app/immutable'))).toEqual([]);
  });

  it('tells the script before the first paint where the engine is', async () => {
    const script = await readFile(join(import.meta.dirname, '../../../static/before-paint.js'), 'utf8');
    const engine = '/_app/immutable/workers/host-B0AYeLDJ.js';
    expect(withEngine(script, ['/index.html', engine])).toContain(`var ENGINE = '${engine}';`);
    expect(withEngine(script, ['/index.html'])).toBe(script);
    expect(() => withEngine(script, [engine, '/_app/immutable/workers/host-2.js'])).toThrow('two engines');
  });

  it('knows the modules of the list, with all they import', () => {
    const folder = '/_app/immutable';
    const texts = new Map([
      [`${folder}/chunks/first.js`, 'a={"/(app)/chats":[6,[2]],"/(app)/new":[7,[2]]}'],
      [`${folder}/chunks/app.js`, 'import{a}from"./first.js";import"./side.js";'],
      [`${folder}/chunks/side.js`, ''],
      [`${folder}/chunks/more.js`, ''],
      [`${folder}/nodes/2.x.js`, 'export{l as component}from"../chunks/app.js";'],
      [`${folder}/nodes/6.y.js`, 'export{c as component}from"../chunks/app.js";'],
      [`${folder}/nodes/7.z.js`, 'export{n as component}from"../chunks/more.js";']
    ]);
    expect(appModules(texts).map((path) => path.slice(folder.length))).toEqual([
      '/chunks/app.js',
      '/chunks/first.js',
      '/chunks/side.js',
      '/nodes/2.x.js',
      '/nodes/6.y.js'
    ]);
    expect(appModules(new Map())).toEqual([]);
  });

  it('tells static hosts the policy of each address once', async () => {
    await finishBuild(folder, '1.0.0-x');
    const blocks = (await read('_headers')).trim().split('\n\n');
    const policies = Object.fromEntries(
      blocks.map((block) => [block.split('\n')[0], block.match(/content-security-policy/g)?.length ?? 0])
    );
    expect(policies).toEqual({
      '/*': 0,
      '/index.html': 1,
      '/': 1,
      '/_app/immutable/a.js': 1,
      '/release-manifest.json': 1
    });
    expect(await read('_redirects')).toBe('/* /200.html 200\n');
  });
});

describe('the headers for static hosts', () => {
  it('give every route of the app the policy of the page that stands for all', async () => {
    const routes = join(import.meta.dirname, '../../../src/routes/(app)');
    const entries = await readdir(routes, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `/${name}`);
    expect(names.length).toBeGreaterThan(3);
    const isNamed = (name: string) => APP_ADDRESSES.includes(name) || APP_ADDRESSES.includes(`${name}/*`);
    expect(names.filter((name) => !isNamed(name))).toEqual([]);
    const text = headersFile({ '/200.html': { headers: { 'content-security-policy': 'of the page' } } });
    for (const address of APP_ADDRESSES) {
      expect(text).toContain(`${address}\n  content-security-policy: of the page`);
    }
  });
});

describe('the policy of a page', () => {
  const meta = (policy: string) => `<meta http-equiv="content-security-policy" content="${policy}">`;

  it('is the one in it, and what works in a header only', () => {
    expect(htmlPolicy('/a.html', meta("default-src 'none'"))).toBe(
      "default-src 'none'; frame-ancestors 'none'"
    );
  });

  it('stops the build when an inline script would not run', () => {
    expect(() => htmlPolicy('/a.html', `${meta("script-src 'self'")}<script>run()</script>`)).toThrow(
      'inline script'
    );
    expect(htmlPolicy('/a.html', `${meta("script-src 'self'")}<script src="/a.js"></script>`)).toContain(
      'script-src'
    );
    expect(() => htmlPolicy('/a.html', '<p>no policy</p>')).toThrow('/a.html');
  });

  it('quotes keywords and hashes, and names only the gateways of the build', () => {
    const text = cspText(
      cspDirectives({ ONIONSKIN_GATEWAYS: 'https://g.example:8443/path  https://h.example' })
    );
    expect(text).toContain("connect-src 'self' https://g.example:8443 https://h.example;");
    expect(text).toContain("script-src 'self';");
    expect(text).toContain("style-src-attr 'unsafe-hashes' 'sha256-");
    expect(text).toContain("require-trusted-types-for 'script'");
    expect(text).toContain('trusted-types svelte-trusted-html onionskin-script-url');
    expect(text).toContain("img-src 'self' blob: data:");
    expect(cspText(cspDirectives({}))).toContain("connect-src 'self';");
  });
});
