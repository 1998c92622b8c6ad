// The yardstick of what a screen costs: the same look without the app. Its markup and styles are taken off the app's own page, and
// nothing runs in it.
import type { BrowserContext, Page } from '@playwright/test';

export interface Look {
  /** All styles of the page. */
  readonly css: string;
  /** Start tag of the document's root, with theme and sizes. */
  readonly root: string;
  /** What the page shows. */
  readonly body: string;
  /** What `main` holds, with its lines taken out of the timeline. */
  readonly main: string;
  /** The lines of the timeline. */
  readonly lines: readonly string[];
}

/** Takes the look of a page of the app as it stands. */
export function takeLook(page: Page): Promise<Look> {
  return page.evaluate(() => {
    const css = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
    const root = document.documentElement.cloneNode(false) as HTMLElement;
    const lines = [...document.querySelectorAll('[role="log"] .line')].map((line) => line.outerHTML);
    const main = document.querySelector('main')?.cloneNode(true) as HTMLElement | undefined;
    main?.querySelector('[role="log"]')?.replaceChildren();
    return {
      css: css.join('\n'),
      root: root.outerHTML.replace('</html>', ''),
      body: document.querySelector('.app-root')?.outerHTML ?? '',
      main: main?.innerHTML ?? '',
      lines
    };
  });
}

/** The look as a document. @param head what stands in its head besides a title */
export function plainDocument({ root, body }: Look, head: string): string {
  return `<!doctype html>${root}<head><title>plain</title>${head}</head><body>${body}</body></html>`;
}

/** `count` lines of a timeline; those there are, over and over. */
export function repeatLines({ lines }: Look, count: number): string {
  if (lines.length === 0) throw new Error('the timeline shows no lines');
  return Array.from({ length: count }, (_, index) => lines[index % lines.length]).join('');
}

/** A page with the look of an open conversation. */
export async function openPlain(context: BrowserContext, look: Look): Promise<Page> {
  const page = await context.newPage();
  await page.setContent(plainDocument(look, `<style>${look.css}</style>`));
  return page;
}

/** Milliseconds for building header, `count` lines and composer, until the last line is painted. */
export function timeBuilding(page: Page, look: Look, count: number): Promise<number> {
  return page.evaluate(
    async ({ main, lines }) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const place = document.querySelector('main') as HTMLElement;
      place.replaceChildren();
      await frame();
      await frame();
      const begin = performance.now();
      place.innerHTML = main;
      const log = place.querySelector('[role="log"]') as HTMLElement;
      log.innerHTML = lines;
      log.scrollTop = log.scrollHeight;
      const isThere = () => (log.lastElementChild?.getBoundingClientRect().height ?? 0) > 0;
      while (!isThere()) await frame();
      await frame();
      await frame();
      return performance.now() - begin;
    },
    { main: look.main, lines: repeatLines(look, count) }
  );
}
