// Asks the browser to wake the app once there is a network, when messages wait and the page may be gone by then.
import { liveQuery } from 'dexie';
import { OUTBOX_TAG } from '../release.ts';
import { loadOutboxCount, type ProfileDatabase } from '../storage/queries.ts';

/** Background work, which the library of types does not know. */
interface Sync {
  register(tag: string): Promise<void>;
}

type Page = Pick<Window, 'navigator'> & {
  readonly document: Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'>;
};

/** @returns a function that ends it */
export function nudgeOutbox(page: Page, db: ProfileDatabase): () => void {
  let waiting = 0;

  async function arm(): Promise<void> {
    const registration = await page.navigator.serviceWorker?.getRegistration();
    const { sync } = (registration ?? {}) as { sync?: Sync };
    await sync?.register(OUTBOX_TAG);
  }
  // Where the browser does not know it or will not, the next page sends.
  const armQuietly = () => void arm().catch(() => {});

  const counting = liveQuery(() => loadOutboxCount(db)).subscribe({
    next(count) {
      if (count > waiting && !page.navigator.onLine) armQuietly();
      waiting = count;
    },
    error: () => {}
  });
  const onVisibility = () => {
    if (page.document.visibilityState === 'hidden' && waiting > 0) armQuietly();
  };
  page.document.addEventListener('visibilitychange', onVisibility);
  return () => {
    counting.unsubscribe();
    page.document.removeEventListener('visibilitychange', onVisibility);
  };
}
