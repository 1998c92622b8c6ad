// A browser without room, as far as the app can tell: Chromium's own override of the quota stops no write of IndexedDB. From
// outside the product, writes to profiles fail as a full browser makes them fail, and its estimate says what a test wants.
import type { BrowserContext, Page } from '@playwright/test';

/** Runs in page and worker; must not close over anything. */
function limitRoom(): void {
  let isFull = false;
  new BroadcastChannel('test-room').onmessage = ({ data }) => {
    isFull = data === true;
  };
  const store = IDBObjectStore.prototype;
  for (const name of ['put', 'add'] as const) {
    const write = store[name];
    store[name] = function (this: IDBObjectStore, ...input: Parameters<typeof write>) {
      if (isFull && this.transaction.db.name.startsWith('onionskin-')) {
        throw new DOMException('no room', 'QuotaExceededError');
      }
      return write.apply(this, input);
    };
  }
}

/** Likewise, in the page alone. */
function tellRoom(): void {
  const { estimate } = StorageManager.prototype;
  StorageManager.prototype.estimate = function () {
    const share = Number(localStorage.getItem('test-room-share'));
    return share > 0 ? Promise.resolve({ usage: share * 1e9, quota: 1e9 }) : estimate.call(this);
  };
}

/** Prepares a browser context; its service worker must be blocked, since it would serve the unchanged files. */
export async function openWithLimits(context: BrowserContext): Promise<void> {
  const script = `(${limitRoom.toString()})();`;
  await context.addInitScript(`${script}(${tellRoom.toString()})();`);
  await context.route('**/_app/immutable/workers/**', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
}

/** From now on profiles can be written to or not. */
export async function setFull(page: Page, isFull: boolean): Promise<void> {
  await page.evaluate((full) => {
    const channel = new BroadcastChannel('test-room');
    channel.postMessage(full);
    channel.close();
  }, isFull);
}

/** What the browser says is used, 0 to 1; null: the truth. */
export async function setShare(page: Page, share: number | null): Promise<void> {
  await page.evaluate((value) => localStorage.setItem('test-room-share', value), String(share ?? 0));
}
