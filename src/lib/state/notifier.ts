// Tells of messages while the person looks elsewhere, as long as a page is open. Several tabs ask each other first, so
// that a chat which one of them shows is not notified by another.
import { OPEN_CONVERSATION_KIND } from '../release.ts';
import { loadConversation, loadQuoted } from '../storage/queries.ts';
import type { SettingsView } from '../storage/views.ts';
import { messageWords } from './message-words.ts';
import { buildNotice, isNotified, type Notice } from './notify-rules.ts';
import type { ProfileState } from './profile.svelte.ts';
import type { Session } from './session.svelte.ts';

export interface NotifierDeps {
  readonly page: Window & typeof globalThis;
  readonly profile: Pick<ProfileState, 'db' | 'rowKey' | 'status'>;
  readonly onEvent: Session['onEvent'];
  /** Undefined until they were read. */
  readonly settings: () => SettingsView | undefined;
  /** The conversation on screen here. */
  readonly openId: () => string | null;
  readonly open: (conversationId: string) => void;
}

export interface Notifier {
  /** The number on the app's icon, where it is installed; 0 takes it away. */
  showCount(count: number): void;
  stop(): void;
}

/** How long other tabs may take to say that they show the chat, milliseconds. */
const ASK_MS = 150;

type TabWord =
  | { readonly kind: 'asks'; readonly question: string; readonly conversationId: string }
  | { readonly kind: 'looks'; readonly question: string };

export function createNotifier(deps: NotifierDeps): Notifier {
  const { page, profile } = deps;
  const { db, rowKey } = profile;
  const tabs = new page.BroadcastChannel(`onionskin/notify/${profile.status.profileId}`);
  const answered = new Set<string>();
  /** Shown by this page and not known to be closed. */
  const shown = new Set<Notification>();

  const looksAt = (conversationId: string) =>
    page.document.visibilityState === 'visible' &&
    page.document.hasFocus() &&
    deps.openId() === conversationId;

  tabs.onmessage = ({ data }: MessageEvent<TabWord>) => {
    if (data.kind === 'looks') answered.add(data.question);
    else if (data.kind === 'asks' && looksAt(data.conversationId)) {
      tabs.postMessage({ kind: 'looks', question: data.question } satisfies TabWord);
    }
  };

  async function isShownElsewhere(question: string, conversationId: string): Promise<boolean> {
    tabs.postMessage({ kind: 'asks', question, conversationId } satisfies TabWord);
    await new Promise((resolve) => page.setTimeout(resolve, ASK_MS));
    return answered.delete(question);
  }

  async function consider(conversationId: string, messageId: string): Promise<void> {
    const settings = deps.settings();
    if (!settings?.notifications || !canNotify(page) || looksAt(conversationId)) return;
    const view = await loadConversation(db, rowKey, conversationId);
    if (!view || !isNotified(view, settings, Date.now())) return;
    if (await isShownElsewhere(messageId, conversationId)) return;
    const needsText = settings.notificationContent === 'name-and-text';
    const found = needsText ? (await loadQuoted(db, rowKey, [messageId])).get(messageId) : null;
    const words = found ? messageWords(found, () => null) : null;
    await show(buildNotice(view, settings.notificationContent, words), conversationId);
  }

  async function show({ title, body, tag }: Notice, conversationId: string): Promise<void> {
    const { profileId } = profile.status;
    const options = { body, tag, icon: '/icons/icon-192.png', data: { conversationId, profileId } };
    try {
      const notification = new page.Notification(title, options);
      shown.add(notification);
      notification.onclose = () => shown.delete(notification);
      notification.onclick = () => {
        page.focus();
        notification.close();
        deps.open(conversationId);
      };
    } catch {
      // Browsers of phones show them through the service worker alone.
      const registration = await page.navigator.serviceWorker?.getRegistration();
      await registration?.showNotification(title, options);
    }
  }

  const unsubscribe = deps.onEvent((event) => {
    if (event.type === 'erased' || event.type === 'locking')
      for (const notification of shown) notification.close();
    if (event.type !== 'incoming') return;
    // A database that was closed meanwhile has nothing to tell.
    consider(event.conversationId, event.messageId).catch(() => {});
  });

  const onWorkerWord = ({ data }: MessageEvent<{ kind?: unknown; conversationId?: unknown } | null>) => {
    // A chat of another profile says so by itself.
    if (data?.kind === OPEN_CONVERSATION_KIND && typeof data.conversationId === 'string') {
      deps.open(data.conversationId);
    }
  };
  page.navigator.serviceWorker?.addEventListener('message', onWorkerWord);

  return {
    showCount(count) {
      if (!('setAppBadge' in page.navigator)) return;
      const done = count > 0 ? page.navigator.setAppBadge(count) : page.navigator.clearAppBadge();
      // Not installed, or not allowed: the title has the count too.
      done.catch(() => {});
    },
    stop() {
      unsubscribe();
      tabs.close();
      page.navigator.serviceWorker?.removeEventListener('message', onWorkerWord);
    }
  };
}

function canNotify(page: Window & typeof globalThis): boolean {
  return 'Notification' in page && page.Notification.permission === 'granted';
}

/** Takes away what the service worker shows for a profile; what pages show they take away themselves. */
export async function closeNotifications(page: Pick<Window, 'navigator'>, profileId: string): Promise<void> {
  try {
    const registration = await page.navigator.serviceWorker?.getRegistration();
    for (const notification of (await registration?.getNotifications()) ?? []) {
      const data = notification.data as { profileId?: unknown } | null;
      if (data?.profileId === profileId) notification.close();
    }
    if ('clearAppBadge' in page.navigator) await page.navigator.clearAppBadge();
  } catch {
    // Nothing is shown where it cannot be asked for.
  }
}
