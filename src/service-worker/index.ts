// The application shell, offline, updates only after consent, and bounded wake-ups (design.md §7). Composition only: what
// is cached is the build and nothing else; /network.json and /gateway/ always go to the network.
import { build, files, prerendered, version } from '$service-worker';
import { clientsClaim } from 'workbox-core';
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import {
  forgetAcceptedVersion,
  loadAcceptedVersion,
  OPEN_CONVERSATION_KIND,
  OUTBOX_TAG,
  POLL_TAG,
  readShellIntegrity,
  RELEASE_MANIFEST_PATH,
  SKIP_WAITING_MESSAGE
} from '../lib/release.ts';
import { wakeUp } from './wake-up.ts';

/** Events of background work, which the library of types does not know. */
type SyncLikeEvent = ExtendableEvent & { readonly tag: string };

const worker = globalThis.self as unknown as ServiceWorkerGlobalScope;
const FALLBACK_PAGE = '/200.html';
/** Addresses that are files or answers; typed into the address bar they come from the network. */
const NO_PAGES = [/^\/gateway\//, /\.[a-z0-9]+$/i];

/** The build puts hashes here; with one altered file nothing is installed. */
const integrityOf = readShellIntegrity('%integrity:%');

const shell = new PrecacheController();
shell.addToCacheList([
  // Names of built files hold their hash.
  ...build.map((url) => ({ url, revision: null, integrity: integrityOf(url) })),
  ...[...files, ...prerendered, FALLBACK_PAGE].map((url) => ({
    url,
    revision: version,
    integrity: integrityOf(url)
  })),
  // What this version says of itself stays with it, to be compared later. It names this script, so not the reverse.
  { url: RELEASE_MANIFEST_PATH, revision: version }
]);
registerRoute(new PrecacheRoute(shell));
registerRoute(new NavigationRoute(shell.createHandlerBoundToURL(FALLBACK_PAGE), { denylist: NO_PAGES }));

/** The first version installs by itself, a later one only if the person accepted it. */
async function install(event: ExtendableEvent): Promise<void> {
  const isFirst = worker.registration.active === null;
  if (!isFirst && (await loadAcceptedVersion(caches)) !== version) {
    throw new Error('this version was not accepted');
  }
  await shell.install(event);
}

async function activate(event: ExtendableEvent): Promise<void> {
  await shell.activate(event);
  await forgetAcceptedVersion(caches);
}

/** Where pages cannot show notifications themselves, this worker does, and hears when one is pressed. */
async function openConversation({ notification }: NotificationEvent): Promise<void> {
  notification.close();
  const { conversationId } = (notification.data ?? {}) as { conversationId?: unknown };
  const [page] = await worker.clients.matchAll({ type: 'window' });
  if (page) {
    page.postMessage({ kind: OPEN_CONVERSATION_KIND, conversationId });
    await page.focus();
  } else {
    const isId = typeof conversationId === 'string' && /^[\w-]+$/.test(conversationId);
    await worker.clients.openWindow(isId ? `/c/${conversationId}` : '/chats');
  }
}

/** The browser tries again by itself when something is left. */
async function sendOutbox(): Promise<void> {
  if ((await wakeUp('sync', worker)) === 'unsent') throw new Error('messages are left');
}

worker.addEventListener('sync', (event) => {
  const { tag } = event as SyncLikeEvent;
  if (tag === OUTBOX_TAG) (event as SyncLikeEvent).waitUntil(sendOutbox());
});
worker.addEventListener('periodicsync', (event) => {
  const { tag } = event as SyncLikeEvent;
  if (tag === POLL_TAG) (event as SyncLikeEvent).waitUntil(wakeUp('periodicsync', worker));
});
worker.addEventListener('notificationclick', (event) => event.waitUntil(openConversation(event)));
worker.addEventListener('install', (event) => event.waitUntil(install(event)));
worker.addEventListener('activate', (event) => event.waitUntil(activate(event)));
worker.addEventListener('message', (event) => {
  if (event.data === SKIP_WAITING_MESSAGE) event.waitUntil(worker.skipWaiting());
});
clientsClaim();
