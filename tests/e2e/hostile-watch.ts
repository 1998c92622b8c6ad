// What texts of strangers must not do, and how a story sees that one did.
import { expect, type Page } from '@playwright/test';

export interface Watch {
  /** What ran, was refused by the policy, asked, or was fetched from elsewhere. */
  events(): Promise<string[]>;
}

/** Watches a page from its first moment. */
export async function watch(page: Page): Promise<Watch> {
  const seen: string[] = [];
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') seen.push(`request: ${request.url()}`);
  });
  page.on('popup', (popup) => seen.push(`popup: ${popup.url()}`));
  await page.addInitScript(() => {
    const own = globalThis as unknown as { ran: () => void; events: string[] };
    own.events = [];
    own.ran = () => own.events.push('ran');
    document.addEventListener('securitypolicyviolation', (event) =>
      own.events.push(`refused: ${event.violatedDirective} ${event.sample}`)
    );
  });
  return {
    async events() {
      const inPage = await page.evaluate(() => (globalThis as unknown as { events: string[] }).events);
      return [...seen, ...inPage];
    }
  };
}

/** Elements that no screen has, and those that stick out of the window. */
export const findFaults = (page: Page) =>
  page.evaluate(() => {
    const foreign =
      'iframe, object, embed, math, base, video, audio, form[action], meta[http-equiv=refresh], [onerror], [onload]';
    const strange = [...document.querySelectorAll(foreign)].map(({ outerHTML }) => outerHTML.slice(0, 80));
    const links = [...document.querySelectorAll('a[href]')]
      .map((link) => (link as HTMLAnchorElement).href)
      .filter((href) => new URL(href).origin !== location.origin);
    const wide = [
      document.documentElement,
      ...document.querySelectorAll('nav, [role=log], main, dialog[open]')
    ]
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      .map((element) => `${element.tagName} ${element.scrollWidth} > ${element.clientWidth}`);
    return [...strange, ...links, ...wide];
  });

/** Less than the window, so that nothing is passed by. */
const WHEEL_PIXELS = 450;

/** Every text of the open conversation, by scrolling from its end to its beginning. @param shown which elements hold it */
export async function walkTimeline(
  page: Page,
  onStop: () => Promise<void>,
  shown = 'p'
): Promise<Set<string>> {
  const log = page.getByRole('log', { name: 'Messages' });
  const texts = new Set<string>();
  await log.hover();
  for (let stop = 0; stop < 400; stop++) {
    for (const text of await log.getByRole('article').locator(shown).allTextContents()) texts.add(text);
    await onStop();
    const before = await log.evaluate((element) => element.scrollTop);
    if (before === 0) return texts;
    // Turned again while it opens: until its place is found, it goes back there.
    const turn = async () => {
      await page.mouse.wheel(0, -WHEEL_PIXELS);
      return log.evaluate((element) => element.scrollTop);
    };
    await expect.poll(turn).not.toBe(before);
  }
  throw new Error('the conversation has no beginning');
}
