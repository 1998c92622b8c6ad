// What a build needs after Vite: hashes in pages and service worker (integrity.mjs), response headers of every file
// (headers.json for the gateway, _headers for static hosts), compressed twins, and the release manifest (design.md §8).
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { extname, join, posix, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from 'node:zlib';
import { pageWithDirectStart } from './direct-start.mjs';
import { integrityOf, pageWithIntegrity, workerWithIntegrity } from './integrity.mjs';
import { COMMON_HEADERS, PAGE_HEADERS, cspDirectives, cspText } from './security-policy.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.bin': 'application/octet-stream'
};
const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.json', '.webmanifest', '.svg', '.txt', '.bin']);
/** Below this a compressed answer is no smaller once its headers are counted. */
const MIN_COMPRESSED_BYTES = 256;

/** Made here, or different on every host: no part of what a release vouches for. */
const OWN_FILES = new Set([
  '/headers.json',
  '/_headers',
  '/_redirects',
  '/release-manifest.json',
  '/release-signature.json',
  '/network.json'
]);
/** Addresses of the app that are no file: a static host answers them with the page that stands for all. */
export const APP_ADDRESSES = ['/c/*', '/chats', '/new', '/new/*', '/requests', '/settings', '/settings/*'];
const FALLBACK_PAGE = '/200.html';
const WORKER_SCRIPT = '/service-worker.js';

const sha256 = (bytes, encoding) => createHash('sha256').update(bytes).digest(encoding);

/** The policy that Kit wrote into an html file, as text. */
function metaPolicy(html) {
  const found = /<meta http-equiv="content-security-policy" content="([^"]*)">/i.exec(html);
  if (!found) return null;
  return found[1].replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/**
 * The policy of one html file as a header: Kit's own, which knows the hash of its inline script.
 * @throws Error when the file holds an inline script that the policy does not name
 */
export function htmlPolicy(path, html) {
  const policy = metaPolicy(html);
  if (!policy) throw new Error(`${path} has no Content-Security-Policy`);
  for (const [, attributes, text] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)) {
    if (/\bsrc=/.test(attributes)) continue;
    if (!policy.includes(`'sha256-${sha256(text, 'base64')}'`)) {
      throw new Error(`${path} holds an inline script that its policy does not name`);
    }
  }
  return `${policy}; frame-ancestors 'none'`;
}

/** Response headers of one file, besides those common to all. */
function headersOf(path, bytes) {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const immutable = path.startsWith('/_app/immutable/');
  const isPage = extname(path) === '.html';
  return {
    'content-type': type,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': isPage ? htmlPolicy(path, bytes.toString('utf8')) : cspText(cspDirectives()),
    ...(isPage ? PAGE_HEADERS : {}),
    etag: `"${sha256(bytes, 'base64url').slice(0, 22)}"`
  };
}

/** How a twin is made and opened again. Both ways give the same bytes on every machine. */
const ENCODINGS = [
  {
    name: 'br',
    ending: '.br',
    pack: (bytes) =>
      promisify(brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
        }
      }),
    unpack: promisify(brotliDecompress)
  },
  {
    name: 'gzip',
    ending: '.gz',
    pack: (bytes) => promisify(gzip)(bytes, { level: 9 }),
    unpack: promisify(gunzip)
  }
];

/** The twin of an earlier finish, when it still opens to exactly these bytes; else null. */
async function keptTwin(twinFile, bytes, unpack) {
  try {
    const twin = await readFile(twinFile);
    const opened = await unpack(twin, { maxOutputLength: bytes.length });
    return opened.equals(bytes) ? twin : null;
  } catch {
    // None was made, or it is not one.
    return null;
  }
}

/** Writes the twins of a file that are smaller than itself; resolves with their encodings and the least size. */
async function compress(file, bytes) {
  const sizes = new Map();
  const wanted = COMPRESSIBLE.has(extname(file)) && bytes.length >= MIN_COMPRESSED_BYTES;
  await Promise.all(
    ENCODINGS.map(async ({ name, ending, pack, unpack }) => {
      const twinFile = file + ending;
      const kept = wanted ? await keptTwin(twinFile, bytes, unpack) : null;
      const twin = kept ?? (wanted ? await pack(bytes) : null);
      if (twin === null || twin.length >= bytes.length) return rm(twinFile, { force: true });
      if (!kept) await writeFile(twinFile, twin);
      sizes.set(name, twin.length);
    })
  );
  const encodings = ENCODINGS.map(({ name }) => name).filter((name) => sizes.has(name));
  return { encodings, least: Math.min(bytes.length, ...sizes.values()) };
}

/**
 * The `_headers` file of static hosts. Hosts join what several rules say, and two policies would both apply, so
 * each file's policy stands at its own address alone and the rule for all carries none.
 */
export function headersFile(files) {
  const block = (path, headers) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  const blocks = [block('/*', COMMON_HEADERS)];
  for (const [path, { headers }] of Object.entries(files)) {
    const own = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'etag'));
    const page = path.endsWith('.html') ? path.replace(/(index)?\.html$/, '') : null;
    const addresses = page && page !== path ? [path, page] : [path];
    if (path === FALLBACK_PAGE) addresses.push(...APP_ADDRESSES);
    for (const address of addresses) blocks.push(block(address, own));
  }
  return `${blocks.join('\n\n')}\n`;
}

/** Where the script before the first paint learns the addresses of the engine, of the app and of its style sheet. */
const ENGINE_PLACE = "'%engine%'";
const APP_PLACE = "'%app%'";
const STYLE_PLACE = "'%style%'";
/** In Kit's table of routes: the node of the list, and those of the layouts around it. */
const LIST_ROUTE = /"\/\(app\)\/chats":\[(\d+),\[([\d,]*)\]/;
const STYLE_FILE = /^\/_app\/immutable\/assets\/app\.[\w-]+\.css$/;
const ENGINE_FILE = /^\/_app\/immutable\/workers\/host-[\w-]+\.js$/;

/** The script before the first paint with the engine's address in it; as it is where there is no engine. */
export function withEngine(script, paths) {
  const [engine, ...others] = paths.filter((path) => ENGINE_FILE.test(path));
  if (others.length > 0) throw new Error('the build holds two engines');
  return engine ? script.replace(ENGINE_PLACE, `'${engine}'`) : script;
}

/** Modules of the list and of the layouts around it with what they import: paths of the build. @param texts by path */
export function appModules(texts) {
  const route = [...texts.values()].map((text) => LIST_ROUTE.exec(text)).find(Boolean);
  if (!route) return [];
  const wanted = new Set();
  const add = (path) => {
    if (!texts.has(path) || wanted.has(path)) return;
    wanted.add(path);
    for (const [, , from] of texts.get(path).matchAll(/(from|import)"(\.[^"]+\.js)"/g)) {
      add(posix.join(posix.dirname(path), from));
    }
  };
  for (const node of [route[1], ...route[2].split(',')].filter(Boolean)) {
    for (const path of texts.keys())
      if (posix.basename(path).startsWith(`${node}.`) && path.includes('/nodes/')) add(path);
  }
  return [...wanted].sort();
}

/** Gives the script before the first paint the addresses it starts from. @param {string[]} paths of the build */
async function finishBeforePaint(directory, paths) {
  if (!paths.includes('/before-paint.js')) return;
  const file = join(directory, 'before-paint.js');
  const texts = new Map();
  for (const path of paths) {
    if (!/^\/_app\/immutable\/(chunks|nodes)\/.*\.js$/.test(path)) continue;
    texts.set(path, await readFile(join(directory, path), 'utf8'));
  }
  const modules = appModules(texts);
  const style = paths.find((path) => STYLE_FILE.test(path));
  let script = withEngine(await readFile(file, 'utf8'), paths);
  if (modules.length > 0) script = script.replace(APP_PLACE, `'${modules.join(' ')}'`);
  if (style) script = script.replace(STYLE_PLACE, `'${style}'`);
  await writeFile(file, script);
}

/** Puts hashes into the pages, then hashes of the pages too into the service worker. */
async function finishIntegrity(directory, paths) {
  const integrityByPath = new Map();
  const note = async (path) => integrityByPath.set(path, integrityOf(await readFile(join(directory, path))));
  const isPage = (path) => path.endsWith('.html');
  const others = paths.filter((path) => !isPage(path) && path !== WORKER_SCRIPT && !OWN_FILES.has(path));
  for (const path of others) await note(path);
  const ofScripts = new Map(integrityByPath);
  for (const path of paths.filter(isPage)) {
    const file = join(directory, path);
    const page = pageWithDirectStart(path, await readFile(file, 'utf8'));
    await writeFile(file, pageWithIntegrity(path, page, ofScripts));
    await note(path);
  }
  if (!paths.includes(WORKER_SCRIPT)) return;
  const worker = join(directory, WORKER_SCRIPT);
  await writeFile(worker, workerWithIntegrity(await readFile(worker, 'utf8'), integrityByPath));
}

/** Writes the headers of all files, for the gateway and for static hosts. @param files by path, as in headers.json */
export async function writeHeaders(directory, files) {
  const list = { common: COMMON_HEADERS, files };
  await writeFile(join(directory, 'headers.json'), `${JSON.stringify(list, null, 1)}\n`);
  await writeFile(join(directory, '_headers'), headersFile(files));
  await writeFile(join(directory, '_redirects'), `/* ${FALLBACK_PAGE} 200\n`);
}

/** The entry of a file that was made beside the build, for `writeHeaders`. */
export function fileEntry(path, bytes) {
  return { headers: headersOf(path, bytes), encodings: [] };
}

/**
 * Finishes the build in `directory`.
 * @param {string} directory @param {string} version
 * @param {object} [facts] what the manifest says of the build besides: `build` and `changes` (release-facts.mjs)
 * @returns {Promise<{ files: number, bytes: number }>} what a release vouches for, and its size when compressed
 */
export async function finishBuild(directory, version, facts = {}) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const all = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const isTwin = (name) => /\.(br|gz)$/.test(name);
  const names = all.filter((name) => !isTwin(name)).sort();
  // A signature is of the manifest before; a twin is worth nothing without its file.
  const isLeft = (name) => isTwin(name) && !names.includes(name.replace(/\.(br|gz)$/, ''));
  for (const name of all) {
    if (isLeft(name) || name === join(directory, 'release-signature.json')) await rm(name);
  }
  const paths = names.map((file) => `/${relative(directory, file).split(sep).join('/')}`);
  await finishBeforePaint(directory, paths);
  await finishIntegrity(directory, paths);
  const files = {};
  const hashes = {};
  let total = 0;
  // All at once: compressing takes all cores there are. Entries stand in the order of their paths.
  const finished = await Promise.all(
    paths
      .filter((path) => !OWN_FILES.has(path))
      .map(async (path) => {
        const file = join(directory, path);
        const bytes = await readFile(file);
        return { path, bytes, ...(await compress(file, bytes)) };
      })
  );
  for (const { path, bytes, encodings, least } of finished) {
    files[path] = { headers: headersOf(path, bytes), encodings };
    hashes[path] = sha256(bytes, 'hex');
    total += least;
  }
  const manifest = Buffer.from(`${JSON.stringify({ version, ...facts, files: hashes }, null, 1)}\n`);
  files['/release-manifest.json'] = fileEntry('/release-manifest.json', manifest);
  await writeHeaders(directory, files);
  // Last, since its presence says that the build is complete.
  await writeFile(join(directory, 'release-manifest.json'), manifest);
  return { files: Object.keys(hashes).length, bytes: total };
}
