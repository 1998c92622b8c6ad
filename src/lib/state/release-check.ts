// Compares what runs here and what the host serves now with the lists of hashes (design.md §7). It finds a host that
// changed a file and a store that was changed; it cannot convict a host that served this very page otherwise.
import { bytesToHex, hexToBytes } from '../bytes/index.ts';
import { AppError } from '../errors.ts';
import {
  decodeReleaseManifest,
  decodeReleaseSignature,
  RELEASE_MANIFEST_PATH,
  RELEASE_SIGNATURE_CONTEXT,
  RELEASE_SIGNATURE_PATH,
  type ReleaseManifest
} from '../release.ts';

/** What of the browser is used, so that tests can stand in for it. */
export interface ReleaseCheckDeps {
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
  /** Absent where the browser has none (no secure origin). */
  readonly caches: CacheStorage | undefined;
  readonly subtle: SubtleCrypto;
  /** Version of the running page. */
  readonly version: string;
  /** The key this build trusts, 64 hex characters; null when it names none. */
  readonly releaseKeyHex: string | null;
}

export interface Difference {
  readonly path: string;
  /**
   * `altered`: other bytes than the list says. `missing`: the host does not serve it. `unlisted`: stored here, and in no
   * list. `stored`: the copy this browser runs is another than its list says.
   */
  readonly kind: 'altered' | 'missing' | 'unlisted' | 'stored';
}

/** `unknown`: this browser cannot check it. */
export type SignatureState = 'none-expected' | 'valid' | 'invalid' | 'missing' | 'unknown';

export interface ReleaseReport {
  /** Version the host serves now. */
  readonly servedVersion: string;
  /** SHA-256 of the list the host serves, hex: what to compare with a list published elsewhere. */
  readonly manifestSha256: string;
  /** Files that were fetched from the host. */
  readonly servedCount: number;
  /** Files of this browser's own copy; 0 when it has none, as in a first visit without a worker. */
  readonly storedCount: number;
  readonly differences: readonly Difference[];
  readonly signature: SignatureState;
}

/** The host shows no list, or none that can be read. */
export class NoManifestError extends AppError<'no-manifest'> {
  override readonly name = 'NoManifestError';
  constructor() {
    super('no-manifest', { retry: 'later' });
  }
}

/** Added to addresses, so that neither the service worker nor a cache on the way answers in place of the host. */
const PAST_WORKER = 'served';
const AT_A_TIME = 6;
/** What a page would begin with: enough to tell early that a host changed sides. */
const SHELL_PATHS = ['/service-worker.js', '/200.html', '/index.html', '/before-paint.js'];

const pastWorker = (path: string) => `${path}?${PAST_WORKER}`;

async function sha256Hex(subtle: SubtleCrypto, bytes: ArrayBuffer): Promise<string> {
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', bytes)));
}

/** Runs `work` over all items, some at a time. */
async function overAll<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const one = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, one));
}

/** @throws NoManifestError */
async function fetchManifest(
  deps: ReleaseCheckDeps,
  cache: RequestCache
): Promise<{ manifest: ReleaseManifest; bytes: ArrayBuffer }> {
  const answer = await deps.fetch(pastWorker(RELEASE_MANIFEST_PATH), { cache });
  const bytes = answer.ok ? await answer.arrayBuffer() : null;
  const manifest = bytes && decodeReleaseManifest(new TextDecoder().decode(bytes));
  if (!bytes || !manifest) throw new NoManifestError();
  return { manifest, bytes };
}

/** Fetches files past the worker. @returns those that are not what the list says */
async function compareServed(
  deps: ReleaseCheckDeps,
  wanted: Iterable<[string, string]>,
  options: { cache: RequestCache; onFile?: () => void }
): Promise<Difference[]> {
  const found: Difference[] = [];
  await overAll(wanted, async ([path, sha256]) => {
    const answer = await deps.fetch(pastWorker(path), { cache: options.cache });
    if (!answer.ok) found.push({ path, kind: 'missing' });
    else if ((await sha256Hex(deps.subtle, await answer.arrayBuffer())) !== sha256) {
      found.push({ path, kind: 'altered' });
    }
    options.onFile?.();
  });
  return found;
}

/** Address of a stored file in the list: pages are stored by the address people see. */
function listedPath(pathname: string, listed: ReadonlyMap<string, string>): string | null {
  const names = [pathname, `${pathname}.html`, `${pathname}index.html`];
  return names.find((name) => listed.has(name)) ?? null;
}

/** Every file the worker stored, by its address in the list. */
async function storedFiles(caches: CacheStorage): Promise<Map<string, Response>> {
  const files = new Map<string, Response>();
  for (const name of await caches.keys()) {
    if (!name.includes('precache')) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      if (response) files.set(new URL(request.url).pathname, response);
    }
  }
  return files;
}

/** Compares the stored copy with the list that came with it, else with the one the host shows for the same version. */
async function compareStored(
  deps: ReleaseCheckDeps,
  served: ReleaseManifest
): Promise<{ count: number; differences: Difference[] }> {
  const files = deps.caches ? await storedFiles(deps.caches) : new Map<string, Response>();
  const own = files.get(RELEASE_MANIFEST_PATH);
  files.delete(RELEASE_MANIFEST_PATH);
  if (files.size === 0) return { count: 0, differences: [] };
  const stored = own ? decodeReleaseManifest(await own.text()) : null;
  const list = served.version === deps.version ? served : stored;
  if (list === null || list.version !== deps.version) {
    return { count: 0, differences: [{ path: RELEASE_MANIFEST_PATH, kind: 'stored' }] };
  }
  const differences: Difference[] = [];
  await overAll(files, async ([pathname, response]) => {
    const path = listedPath(pathname, list.sha256ByPath);
    if (path === null) return void differences.push({ path: pathname, kind: 'unlisted' });
    const sha256 = await sha256Hex(deps.subtle, await response.arrayBuffer());
    if (sha256 !== list.sha256ByPath.get(path)) differences.push({ path, kind: 'stored' });
  });
  return { count: files.size, differences };
}

/** Whether the key this build trusts signed the list the host shows. */
async function checkSignature(deps: ReleaseCheckDeps, manifest: ArrayBuffer): Promise<SignatureState> {
  const { releaseKeyHex, subtle } = deps;
  if (releaseKeyHex === null) return 'none-expected';
  const answer = await deps.fetch(pastWorker(RELEASE_SIGNATURE_PATH), { cache: 'no-store' });
  if (!answer.ok) return 'missing';
  const signature = decodeReleaseSignature(await answer.text());
  if (signature?.publicKeyHex !== releaseKeyHex) return 'invalid';
  let key: CryptoKey;
  try {
    key = await subtle.importKey('raw', hexToBytes(releaseKeyHex), 'Ed25519', false, ['verify']);
  } catch {
    return 'unknown';
  }
  const context = new TextEncoder().encode(RELEASE_SIGNATURE_CONTEXT);
  const signed = new Uint8Array(context.length + manifest.byteLength);
  signed.set(context);
  signed.set(new Uint8Array(manifest), context.length);
  const bytes = hexToBytes(signature.signatureHex);
  return (await subtle.verify('Ed25519', key, bytes, signed)) ? 'valid' : 'invalid';
}

/**
 * Compares every file: what the host serves now with the list it shows, and what this browser runs with the list of the
 * running version.
 * @param onProgress how many of how many files were fetched
 * @throws NoManifestError; whatever `fetch` throws when there is no network
 */
export async function checkRelease(
  deps: ReleaseCheckDeps,
  onProgress: (done: number, all: number) => void = () => {}
): Promise<ReleaseReport> {
  const { manifest, bytes } = await fetchManifest(deps, 'no-store');
  const all = manifest.sha256ByPath.size;
  let done = 0;
  const served = await compareServed(deps, manifest.sha256ByPath, {
    cache: 'no-store',
    onFile: () => onProgress((done += 1), all)
  });
  const stored = await compareStored(deps, manifest);
  const byPath = (a: Difference, b: Difference) => (a.path < b.path ? -1 : 1);
  return {
    servedVersion: manifest.version,
    manifestSha256: await sha256Hex(deps.subtle, bytes),
    servedCount: all,
    storedCount: stored.count,
    differences: [...served, ...stored.differences].sort(byPath),
    signature: await checkSignature(deps, bytes)
  };
}

/** What a look at the host tells: which version it offers, and what of its shell is not as its list says. */
export interface ReleaseLook {
  readonly manifest: ReleaseManifest;
  readonly differences: readonly Difference[];
  readonly signature: SignatureState;
}

/**
 * A look that costs little, for every now and then: the worker script and the pages, revalidated.
 * @throws NoManifestError; whatever `fetch` throws when there is no network
 */
export async function lookAtRelease(deps: ReleaseCheckDeps): Promise<ReleaseLook> {
  const { manifest, bytes } = await fetchManifest(deps, 'no-store');
  const wanted = [...manifest.sha256ByPath].filter(([path]) => SHELL_PATHS.includes(path));
  const differences = await compareServed(deps, wanted, { cache: 'no-cache' });
  // A list without the worker script vouches for nothing that matters.
  if (!manifest.sha256ByPath.has('/service-worker.js')) {
    differences.push({ path: '/service-worker.js', kind: 'unlisted' });
  }
  return { manifest, differences, signature: await checkSignature(deps, bytes) };
}
