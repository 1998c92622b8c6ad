// Names and texts of strangers are texts: nothing in them runs, loads, leads away or bursts the layout.
import type { Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { expect, test } from './fixtures.ts';
import { allHostileStrings, HOSTILE_STRINGS } from './hostile-strings.ts';
import { createStranger } from './hostile-people.ts';
import { createAccount, ownAccountId } from './people.ts';

interface Watch {
  /** What ran, was refused by the policy, asked, or was fetched from elsewhere. */
  events(): Promise<string[]>;
}

/** Watches a page from its first moment. */
async function watch(page: Page): Promise<Watch> {
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
const findFaults = (page: Page) =>
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

/** Every text of the open conversation, by scrolling from its end to its beginning. */
async function walkTimeline(page: Page, onStop: () => Promise<void>): Promise<Set<string>> {
  const log = page.getByRole('log', { name: 'Messages' });
  const texts = new Set<string>();
  await log.hover();
  for (let stop = 0; stop < 400; stop++) {
    for (const text of await log.getByRole('article').locator('p').allTextContents()) texts.add(text);
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

/** Lets strangers write, looks at everything they reach, and expects nothing of it. */
async function tellStory(
  page: Page,
  net: Localnet,
  strings: readonly string[],
  namesToOpen: number
): Promise<void> {
  const { events } = await watch(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await createAccount(page, 'Ana');
  const ana = await ownAccountId(page);
  let timeMs = Date.now() - strings.length * 2_000;
  const nextTimeMs = () => (timeMs += 500);

  const talker = await createStranger(net, 'Talker', nextTimeMs);
  for (const text of strings) await talker.write(ana, text);
  for (const name of strings) {
    const stranger = await createStranger(net, name, nextTimeMs);
    await stranger.write(ana, name);
  }
  await page.getByRole('link', { name: 'Message Requests' }).first().click({ timeout: 60_000 });
  const list = page.getByRole('navigation', { name: 'Message Requests' });
  await expect(list.getByRole('link')).toHaveCount(strings.length + 1, { timeout: 60_000 });
  expect(await findFaults(page)).toEqual([]);

  await list.getByRole('link', { name: /Talker/ }).click();
  // It opens at the first unread message; the walk begins at the end.
  const jump = page.getByRole('button', { name: /latest/i });
  await jump.click();
  await expect(jump).toBeHidden();
  const texts = await walkTimeline(page, async () => expect(await findFaults(page)).toEqual([]));
  // Each was shown, as it was written but for line breaks around it.
  expect(strings.filter((text) => !texts.has(text.replace(/^\n+|\n+$/g, '')))).toEqual([]);

  // Accepted ones leave the list, so that each look takes the next but a few.
  const step = Math.max(1, Math.floor(strings.length / namesToOpen)) - 1;
  for (let look = 0; look < namesToOpen; look++) {
    const row = list.getByRole('link').nth(look * step);
    await row.click();
    await expect(row).toHaveAttribute('aria-current', 'page');
    const main = page.getByRole('main');
    await expect(main.getByRole('log', { name: 'Messages' }).getByRole('article')).toHaveCount(1);
    expect(await findFaults(page)).toEqual([]);
    const accept = main.getByRole('button', { name: 'Accept' });
    await accept.click();
    await expect(accept).toBeHidden();
    await main.getByRole('button', { name: 'More' }).first().click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await findFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Message Requests' }).first().click();
  }
  expect(await events()).toEqual([]);
}

test('names and texts of strangers do nothing but stand there', async ({ page, stack }) => {
  test.setTimeout(120_000);
  expect(HOSTILE_STRINGS.length).toBeGreaterThanOrEqual(30);
  await tellStory(page, stack.localnet, HOSTILE_STRINGS, 3);
});

// The story above is told in every window; running and loading do not depend on its size.
test('hundreds of them do nothing either @full @once', async ({ page, stack }) => {
  test.setTimeout(900_000);
  const strings = allHostileStrings();
  expect(strings.length).toBeGreaterThanOrEqual(300);
  await tellStory(page, stack.localnet, strings, 40);
});

test.describe('without the policy', () => {
  test.use({ bypassCSP: true, serviceWorkers: 'block' });

  test('the same texts run where they are put in as markup, and the watch sees it', async ({ page }) => {
    const { events } = await watch(page);
    await page.goto('/');
    await page.evaluate(
      (strings) => {
        for (const text of strings) {
          const host = document.createElement('div');
          host.innerHTML = text;
          document.body.append(host);
        }
        setTimeout(() => alert('planted'));
      },
      HOSTILE_STRINGS.slice(0, 19)
    );
    await expect.poll(events).toContain('ran');
    await expect.poll(events).toContain('dialog: planted');
    await expect.poll(events).toContainEqual(expect.stringMatching(/^request: .*hostile\.invalid/));
    expect((await findFaults(page)).length).toBeGreaterThan(3);
  });
});

test('the watch sees what the policy refuses', async ({ page }) => {
  const { events } = await watch(page);
  await page.goto('/');
  await page.evaluate(() => {
    try {
      document.body.innerHTML += '<img src=x onerror=ran()>';
    } catch {
      // Refused, as it should be.
    }
  });
  await expect.poll(events).toContainEqual(expect.stringMatching(/^refused: /));
});
