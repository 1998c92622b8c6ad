import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { integrityOf, pageWithIntegrity, workerWithIntegrity } from '../../../scripts/lib/integrity.mjs';
import { readShellIntegrity } from '../../../src/lib/release.ts';

const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const BUILD = new Map(
  [
    '/before-paint.js',
    '/_app/immutable/entry/start.js',
    '/_app/immutable/chunks/a.js',
    '/_app/immutable/workers/host.js',
    '/_app/immutable/assets/a.css'
  ].map((path) => [path, hash(path)])
);
const PAGE = [
  `<meta http-equiv="content-security-policy" content="script-src 'self' 'sha256-kit='; style-src 'self'">`,
  '<link rel="icon" href="./icon.svg" />',
  '<script src="./before-paint.js"></script>',
  '<link href="./_app/immutable/entry/start.js" rel="modulepreload">',
  '<link href="/_app/immutable/assets/a.css" rel="stylesheet" />',
  '<script>inline()</script>'
].join('\n');

describe('a page with hashes', () => {
  const page = pageWithIntegrity('/index.html', PAGE, BUILD);
  const map = /<script type="importmap">(.*)<\/script>/.exec(page)?.[1] ?? '';

  it('names the hash of each script, module and style sheet it loads, and of nothing else', () => {
    const tags = [...page.matchAll(/(?:src|href)="([^"]+)"[^>]*integrity="([^"]+)"/g)];
    expect(tags.map(([, address, integrity]) => [address, integrity])).toEqual([
      ['./before-paint.js', hash('/before-paint.js')],
      ['./_app/immutable/entry/start.js', hash('/_app/immutable/entry/start.js')],
      ['/_app/immutable/assets/a.css', hash('/_app/immutable/assets/a.css')]
    ]);
    expect(page).toContain('<link rel="icon" href="./icon.svg" />');
    expect(page).toContain('<script>inline()</script>');
  });

  it('maps every module that can be imported, before the first script', () => {
    expect(JSON.parse(map)).toEqual({
      integrity: Object.fromEntries(
        [...BUILD].filter(([path]) => path.endsWith('.js') && !/workers|before/.test(path))
      )
    });
    expect(page.indexOf('importmap')).toBeLessThan(page.indexOf('before-paint.js'));
  });

  it('lets its policy allow the map', () => {
    expect(page).toContain(`script-src 'self' '${integrityOf(map)}' 'sha256-kit='; style-src 'self'`);
  });

  it('is the same when done twice, and follows what changed', () => {
    expect(pageWithIntegrity('/index.html', page, BUILD)).toBe(page);
    const changed = new Map(BUILD).set('/_app/immutable/chunks/a.js', hash('other'));
    expect(pageWithIntegrity('/index.html', page, changed)).toBe(
      pageWithIntegrity('/index.html', PAGE, changed)
    );
  });

  it('cannot load what is not in the build', () => {
    const without = new Map(BUILD);
    without.delete('/before-paint.js');
    expect(() => pageWithIntegrity('/index.html', PAGE, without)).toThrow('not in the build');
  });
});

describe('a service worker with hashes', () => {
  const script = 'const f=read(`%integrity:%`);';
  const text = (worker: string) => /`(.*)`/.exec(worker)?.[1] ?? '';

  it('finds the hash of a file, and of a page by the address people see', () => {
    const pages = new Map([...BUILD, ['/index.html', hash('i')], ['/restore.html', hash('r')]]);
    const integrity = readShellIntegrity(text(workerWithIntegrity(script, pages)));
    for (const [path, value] of pages) expect(integrity(path)).toBe(value);
    expect(integrity('/')).toBe(hash('i'));
    expect(integrity('/restore')).toBe(hash('r'));
    expect(integrity('/unknown')).toBeUndefined();
  });

  it.each(['no place', `${script}${script}`])('stops the build without its one place', (text) => {
    expect(() => workerWithIntegrity(text, BUILD)).toThrow('places for hashes');
  });

  it('is the same when done twice, and knows no hash before it was done once', () => {
    const once = workerWithIntegrity(script, BUILD);
    expect(workerWithIntegrity(once, BUILD)).toBe(once);
    expect(readShellIntegrity('%integrity:%')('/before-paint.js')).toBeUndefined();
    expect(readShellIntegrity('nonsense')('/')).toBeUndefined();
  });
});
