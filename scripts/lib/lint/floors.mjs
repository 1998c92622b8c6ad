// The floors of the project and what each may import: data for the lint rule in floors-rule.mjs.
// A file belongs to the first floor one of whose `files` is a prefix of its path. An import is allowed when it
// stays inside its own floor, or when its target is a prefix match of `imports` (or of `types`, for a type-only
// import). Ground files are open to everyone. Packages not named in `packages` are refused.

/** Open to every floor. */
const GROUND = [
  'src/lib/bytes/',
  'src/lib/errors.ts',
  'src/lib/networks.ts',
  'src/lib/account-id.ts',
  'src/lib/account-name.ts',
  'src/lib/clock.ts',
  'src/lib/log.ts',
  'src/lib/random.ts',
  'src/lib/release.ts'
];

const CRYPTO = 'src/lib/crypto/';
const WIRE = 'src/lib/wire/';
const ONION = 'src/lib/onion/';
const SWARM = 'src/lib/swarm/';
const MEDIA = 'src/lib/media/';
const FILES = 'src/lib/files/';
const STORAGE = 'src/lib/storage/';
const MESSENGER = 'src/lib/messenger/';
const CONFIG = 'src/lib/config/';
const HFS = 'src/lib/hfs/';
const BACKUP = 'src/lib/backup/';
const TEXT = 'src/lib/text/';

const ENGINE = [MEDIA, CRYPTO, WIRE, ONION, SWARM, FILES, CONFIG, HFS, BACKUP, STORAGE, MESSENGER];
const SVELTE = ['svelte', 'esm-env', '$app/', './$types', '@lucide/svelte'];
/** What the page shares with the worker: shapes of commands and of rows, never code. */
const PAGE_TYPES = ['src/lib/worker/protocol.ts', STORAGE];
/** What a context of the browser gives an engine, whichever context it is. */
const BROWSER_PORTS = [
  'src/lib/worker/browser-floors.ts',
  'src/lib/worker/browser-ports.ts',
  'src/lib/worker/build-config.ts',
  'src/lib/worker/bundled-nodes.ts'
];
/** What the page reads itself: rows, and stored files. */
const PAGE_READS = [
  `${STORAGE}queries`,
  `${STORAGE}media-reader`,
  `${STORAGE}media-files`,
  `${STORAGE}media-rules`,
  `${STORAGE}usage.ts`
];

/**
 * @typedef {object} Floor
 * @property {string} name
 * @property {string[]} files      path prefixes, from the root of the project
 * @property {string[]} imports    path prefixes it may import
 * @property {string[]} [types]    path prefixes it may import types from, besides `imports`
 * @property {string[]} [typesOnly] its own files that may import nothing but types from `imports`
 * @property {string[]} [workerUrls] files it may name with `?worker&url`: an address, not code
 * @property {string[]} [packages] packages and virtual modules, by prefix
 * @property {boolean} [ambient]   may use what a page, a worker or Node puts into the global scope
 */

/** @type {Floor[]} Lowest first. */
export const FLOORS = [
  { name: 'ground', files: GROUND, imports: [] },
  { name: 'media', files: [MEDIA], imports: [] },
  { name: 'crypto', files: [CRYPTO], imports: [], packages: ['@noble/'] },
  { name: 'wire', files: [WIRE], imports: [], packages: ['@bufbuild/protobuf'] },
  { name: 'onion', files: [ONION], imports: [CRYPTO, WIRE] },
  { name: 'swarm', files: [SWARM], imports: [ONION, WIRE, CRYPTO] },
  { name: 'files', files: [FILES], imports: [ONION, WIRE, CRYPTO] },
  { name: 'config', files: [CONFIG], imports: [WIRE, CRYPTO] },
  { name: 'hfs', files: [HFS], imports: [WIRE, CRYPTO] },
  { name: 'backup', files: [BACKUP], imports: [], packages: ['@noble/'] },
  {
    name: 'storage',
    files: [STORAGE],
    imports: [`${CRYPTO}vault`, `${CRYPTO}slots`],
    types: [WIRE, `${CRYPTO}index.ts`],
    packages: ['dexie'],
    ambient: true
  },
  {
    name: 'messenger',
    files: [MESSENGER],
    imports: [MEDIA, CRYPTO, WIRE, ONION, SWARM, FILES, CONFIG, HFS, BACKUP, STORAGE]
  },
  {
    name: 'worker',
    files: ['src/lib/worker/'],
    imports: ENGINE,
    typesOnly: ['src/lib/worker/client.ts', 'src/lib/worker/protocol.ts'],
    ambient: true
  },
  { name: 'text', files: [TEXT], imports: [], ambient: true },
  {
    name: 'state',
    files: ['src/lib/state/'],
    imports: ['src/lib/worker/client.ts', ...PAGE_READS, MEDIA, TEXT],
    types: PAGE_TYPES,
    workerUrls: ['src/lib/worker/host.ts'],
    packages: [...SVELTE, 'dexie'],
    ambient: true
  },
  {
    name: 'components',
    files: ['src/lib/components/'],
    imports: ['src/lib/state/', TEXT],
    types: PAGE_TYPES,
    packages: [...SVELTE, 'virtua', 'qr'],
    ambient: true
  },
  {
    name: 'routes',
    files: ['src/routes/'],
    imports: ['src/lib/components/', 'src/lib/state/', TEXT, 'src/app.css'],
    types: PAGE_TYPES,
    workerUrls: ['src/lib/worker/host.ts'],
    packages: SVELTE,
    ambient: true
  },
  {
    name: 'service worker',
    files: ['src/service-worker/'],
    // The rules of notifications are those of the page, and so are their words.
    // Of the worker's floor only what knows the browser: its ports and what the build says.
    imports: [...ENGINE, ...BROWSER_PORTS, 'src/lib/state/notify-rules.ts', TEXT],
    packages: ['workbox-', '$service-worker'],
    ambient: true
  },
  {
    name: 'gateway',
    files: ['gateway/'],
    // Headers of files and those of its own answers are one list.
    imports: [CRYPTO, WIRE, 'scripts/lib/security-policy.mjs'],
    packages: ['node:'],
    ambient: true
  },
  {
    name: 'localnet',
    files: ['localnet/'],
    imports: [CRYPTO, WIRE],
    packages: ['node:'],
    ambient: true
  }
];

/** Names that exist only in a page or a browser worker, refused on floors without `ambient`. */
export const BROWSER_GLOBALS = [
  'window',
  'document',
  'navigator',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'caches',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'Worker',
  'SharedWorker',
  'BroadcastChannel'
];

const startsWithAny = (text, prefixes = []) => prefixes.some((prefix) => text.startsWith(prefix));

/** The floor of a file (path from the root, forward slashes), or null outside the table. */
export function floorOf(path) {
  return FLOORS.find((floor) => startsWithAny(path, floor.files)) ?? null;
}

/** Whether the table has a say about this file: product code must stand on a floor. */
export function needsFloor(path) {
  return /^(src\/(lib|routes|service-worker)|gateway|localnet)\//.test(path);
}

/**
 * Why `from` may not import `target`, or null when it may.
 * @param {string} from path of the importing file, from the root
 * @param {{ path: string, query: string } | { package: string }} target
 * @param {boolean} typeOnly
 * @returns {string | null}
 */
export function crossing(from, target, typeOnly) {
  const floor = floorOf(from);
  if (!floor) return null;
  if ('package' in target) {
    return startsWithAny(target.package, floor.packages)
      ? null
      : `floor "${floor.name}" does not use "${target.package}"`;
  }
  if (target.query.includes('worker') && target.query.includes('url')) {
    return startsWithAny(target.path, floor.workerUrls)
      ? null
      : `floor "${floor.name}" starts no worker from "${target.path}"`;
  }
  const other = floorOf(target.path);
  if (other?.name === 'ground' || startsWithAny(target.path, floor.files)) return null;
  if (startsWithAny(target.path, floor.imports)) {
    return typeOnly || !floor.typesOnly?.includes(from) ? null : `"${from}" imports only types from below`;
  }
  if (typeOnly && startsWithAny(target.path, floor.types)) return null;
  return `floor "${floor.name}" may not import ${typeOnly ? 'types of ' : ''}"${target.path}"${other ? ` (floor "${other.name}")` : ''}`;
}
