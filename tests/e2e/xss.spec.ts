// Names and texts of strangers are texts: nothing in them runs, loads, leads away or bursts the layout.
import type { Page } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { expect, test } from './fixtures.ts';
import { allHostileStrings, HOSTILE_STRINGS } from './hostile-strings.ts';
import { createStranger } from './hostile-people.ts';
import { findFaults, walkTimeline, watch } from './hostile-watch.ts';
import { createAccount, ownAccountId } from './people.ts';

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
  const isOnePane = (page.viewportSize()?.width ?? Infinity) < 640;
  for (let look = 0; look < namesToOpen; look++) {
    if (isOnePane) await page.goto('/requests');
    const row = list.getByRole('link').nth(look * step);
    await row.click();
    if (!isOnePane) await expect(row).toHaveAttribute('aria-current', 'page');
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
    if (!isOnePane) await page.getByRole('link', { name: 'Message Requests' }).first().click();
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

test.describe('breaking the policy', () => {
  test.use({ breaksPolicy: true });

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
});
