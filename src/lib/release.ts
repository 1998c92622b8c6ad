// What page and service worker agree on: about releases (design.md §7) the manifest the build writes, and the entry in
// Cache Storage by which a person accepts a new version, without which a new worker does not install; and the word for
// a pressed notification.

/** Address of the manifest: version and SHA-256 of every file but /network.json. */
export const RELEASE_MANIFEST_PATH = '/release-manifest.json';
/** Address of the manifest's signature, where a release has one. */
export const RELEASE_SIGNATURE_PATH = '/release-signature.json';
/** What is signed: this, then the manifest. Keeps a signature from being taken for one over something else. */
export const RELEASE_SIGNATURE_CONTEXT = 'onionskin release manifest v1\n';
/** What the page posts to a waiting worker once the person asked for the new version now. */
export const SKIP_WAITING_MESSAGE = 'skip-waiting';
/** Kind of what the worker posts to a page when a notification of a conversation was pressed. */
export const OPEN_CONVERSATION_KIND = 'open-conversation';

/** Tag of the background work that sends what waits. */
export const OUTBOX_TAG = 'outbox';
/** Tag of the periodic background work that looks for messages. */
export const POLL_TAG = 'poll';

export interface ReleaseManifest {
  readonly version: string;
  /** SHA-256, 64 hex characters, by path. */
  readonly sha256ByPath: ReadonlyMap<string, string>;
  /** SHA-256 (hex) of the sources and settings it says it was built from; null when it does not say. */
  readonly sources: string | null;
  /** What changed, a line each; empty when it does not say. */
  readonly changes: readonly string[];
}

/** Signature of the bytes of a manifest by the key of who releases. */
export interface ReleaseSignature {
  /** Ed25519, 32 bytes as 64 hex characters. */
  readonly publicKeyHex: string;
  /** 64 bytes as 128 hex characters. */
  readonly signatureHex: string;
}

/** The parts of Cache Storage that are used, so that tests can stand in for it. */
export interface AcceptedVersionStore {
  open(cacheName: string): Promise<Pick<Cache, 'match' | 'put'>>;
  delete(cacheName: string): Promise<boolean>;
}

/** Where an acceptance is kept: a cache of its own, with one entry. */
export const ACCEPTED_VERSION_CACHE = 'onionskin-accepted-version';
export const ACCEPTED_VERSION_ENTRY = '/accepted-version';
/** Longest version accepted, in characters. */
const MAX_VERSION_LENGTH = 100;
/** A build has about a hundred files. */
const MAX_FILES = 5_000;

/** Notes that the person wants `version`; the next worker of that version may install, once. */
export async function acceptVersion(store: AcceptedVersionStore, version: string): Promise<void> {
  const cache = await store.open(ACCEPTED_VERSION_CACHE);
  await cache.put(ACCEPTED_VERSION_ENTRY, new Response(version));
}

/** The version the person accepted, or null. */
export async function loadAcceptedVersion(store: AcceptedVersionStore): Promise<string | null> {
  const cache = await store.open(ACCEPTED_VERSION_CACHE);
  return (await (await cache.match(ACCEPTED_VERSION_ENTRY))?.text()) ?? null;
}

/** Uses up the acceptance. */
export async function forgetAcceptedVersion(store: AcceptedVersionStore): Promise<void> {
  await store.delete(ACCEPTED_VERSION_CACHE);
}

/** Longest line of what changed that is kept, and how many lines. */
const MAX_CHANGE_LENGTH = 500;
const MAX_CHANGES = 50;

/** Reads a manifest's text; null when it is none. What it says besides version and files is left out when malformed. */
export function decodeReleaseManifest(text: string): ReleaseManifest | null {
  const value = parseObject(text);
  if (!value) return null;
  const { version, files, build, changes } = value;
  if (typeof version !== 'string' || version === '' || version.length > MAX_VERSION_LENGTH) return null;
  if (!isObject(files)) return null;
  const entries = Object.entries(files);
  const isEntry = ([path, hash]: [string, unknown]) =>
    path.startsWith('/') && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash);
  if (entries.length > MAX_FILES || !entries.every(isEntry)) return null;
  const sources = isObject(build) ? build.sources : null;
  const isLine = (line: unknown): line is string =>
    typeof line === 'string' && line.length <= MAX_CHANGE_LENGTH;
  return {
    version,
    sha256ByPath: new Map(entries as [string, string][]),
    sources: typeof sources === 'string' && /^[0-9a-f]{64}$/.test(sources) ? sources : null,
    changes: Array.isArray(changes) ? changes.slice(0, MAX_CHANGES).filter(isLine) : []
  };
}

/** Reads a signature's text; null when it is none. */
export function decodeReleaseSignature(text: string): ReleaseSignature | null {
  const { algorithm, public_key, signature } = parseObject(text) ?? {};
  if (algorithm !== 'Ed25519') return null;
  if (typeof public_key !== 'string' || !/^[0-9a-f]{64}$/.test(public_key)) return null;
  if (typeof signature !== 'string' || !/^[0-9a-f]{128}$/.test(signature)) return null;
  return { publicKeyHex: public_key, signatureHex: signature };
}

/**
 * Hashes of the files that the service worker stores, as the build writes them into it (scripts/lib/integrity.mjs).
 * @param text `%integrity:<path> <hash> <path> <hash>…%`
 * @returns the hash for an address, as browsers want it; undefined for one the build did not name
 */
export function readShellIntegrity(text: string): (address: string) => string | undefined {
  // Not the build's own word, or it would put hashes here too.
  const [, list = ''] = /^%[a-z]+:([^%]*)%$/.exec(text) ?? [];
  const words = list.split(' ');
  const byPath = new Map<string, string>();
  for (let index = 0; index + 1 < words.length; index += 2) {
    byPath.set(words[index] as string, words[index + 1] as string);
  }
  // Pages are stored by the address people see.
  return (address) =>
    byPath.get(address) ?? byPath.get(`${address}.html`) ?? byPath.get(`${address}index.html`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
