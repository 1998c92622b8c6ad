// What page and service worker agree on: about releases (design.md §7) the manifest the build writes, and the entry in
// Cache Storage by which a person accepts a new version, without which a new worker does not install; and the word for
// a pressed notification.

/** Address of the manifest: version and SHA-256 of every file but /network.json. */
export const RELEASE_MANIFEST_PATH = '/release-manifest.json';
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

/** Reads a manifest's text; null when it is none. */
export function decodeReleaseManifest(text: string): ReleaseManifest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { version, files } = value as { version?: unknown; files?: unknown };
  if (typeof version !== 'string' || version === '' || version.length > MAX_VERSION_LENGTH) return null;
  if (typeof files !== 'object' || files === null || Array.isArray(files)) return null;
  const entries = Object.entries(files);
  const isEntry = ([path, hash]: [string, unknown]) =>
    path.startsWith('/') && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash);
  if (entries.length > MAX_FILES || !entries.every(isEntry)) return null;
  return { version, sha256ByPath: new Map(entries as [string, string][]) };
}
