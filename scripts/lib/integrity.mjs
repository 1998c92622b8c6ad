// Subresource integrity: every html file of a build names the hash of each script and style sheet it leads to, and the
// service worker that of each file it stores. A host that alters one of them has to alter the page or the worker too,
// and those are compared with the manifest of the release. Finishing a build twice gives the same files.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';

/** Modules that a page may import; workers and what they import take no hashes from an import map. */
const PAGE_MODULE = /^\/_app\/immutable\/(?!workers\/).*\.js$/;
const IMPORT_MAP = /<script type="importmap">([\s\S]*?)<\/script>\n?/;
/** The first script of a page: hashes of modules have to stand before anything asks for one. */
const FIRST_SCRIPT = /<script\b[^>]*\bsrc="[^"]*before-paint\.js"[^>]*>/;
const POLICY = /(<meta http-equiv="content-security-policy" content=")([^"]*)(")/i;
/** Where the service worker keeps hashes (src/lib/release.ts reads it). */
const WORKER_PLACE = /%integrity:[^%]*%/g;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('base64');

/** @returns the hash of a file as browsers want it: `sha256-…` */
export function integrityOf(bytes) {
  return `sha256-${sha256(bytes)}`;
}

/** The import map of all pages. @param {ReadonlyMap<string, string>} integrityByPath */
function importMap(integrityByPath) {
  const modules = [...integrityByPath].filter(([path]) => PAGE_MODULE.test(path));
  return JSON.stringify({ integrity: Object.fromEntries(modules.sort()) });
}

/** Puts the hash of an inline script into the policy of its page, in place of `old`. */
export function replaceInPolicy(html, hash, old) {
  return html.replace(POLICY, (_, before, policy, after) => {
    const without = old === null ? policy : policy.replace(` '${old}'`, '');
    return `${before}${without.replace("script-src 'self'", `script-src 'self' '${hash}'`)}${after}`;
  });
}

/**
 * One html file with the hash of everything it loads, and of every module that could be imported from it.
 * @param {string} path of the file, from the root of the site
 * @param {string} html @param {ReadonlyMap<string, string>} integrityByPath
 * @throws Error when it loads a file that is not in the build
 */
export function pageWithIntegrity(path, html, integrityByPath) {
  const earlier = IMPORT_MAP.exec(html);
  let page = earlier ? html.replace(earlier[0], '') : html;
  page = page.replace(/<(script|link)\b[^>]*>/g, (tag) => {
    const isLoaded = /\bsrc=/.test(tag) || /\brel="(modulepreload|stylesheet)"/.test(tag);
    const [, address] = /\b(?:src|href)="([^"]+)"/.exec(tag) ?? [];
    if (!isLoaded || !address) return tag;
    const file = posix.resolve(posix.dirname(path), address);
    const integrity = integrityByPath.get(file);
    if (!integrity) throw new Error(`${path} loads ${address}, which is not in the build`);
    const bare = tag.replace(/ (integrity="[^"]*"|crossorigin="[^"]*")/g, '');
    // Without CORS a response of an unknown origin has no bytes to compare; the platform's policy asks for it.
    return bare.replace(/\s*\/?>$/, ` crossorigin="anonymous" integrity="${integrity}">`);
  });
  const first = FIRST_SCRIPT.exec(page);
  if (!first) return page;
  const map = importMap(integrityByPath);
  const old = earlier ? integrityOf(earlier[1]) : null;
  const script = `<script type="importmap">${map}</script>\n`;
  page = `${page.slice(0, first.index)}${script}${page.slice(first.index)}`;
  return replaceInPolicy(page, integrityOf(map), old);
}

/**
 * The service worker with the hash of each file it may store.
 * @param {string} script @param {ReadonlyMap<string, string>} integrityByPath
 * @throws Error when it has no one place for them
 */
export function workerWithIntegrity(script, integrityByPath) {
  const places = script.match(WORKER_PLACE)?.length ?? 0;
  if (places !== 1) throw new Error(`the service worker has ${places} places for hashes`);
  const text = [...integrityByPath].map(([path, integrity]) => `${path} ${integrity}`).sort();
  return script.replace(WORKER_PLACE, `%integrity:${text.join(' ')}%`);
}
