// No screen has a violation that axe can find, in any theme and size (ux.md §7).
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ACCENTS, APPEARANCE_KEY, type Accent, type Theme } from '../../src/lib/state/appearance.ts';
import { expect, test } from './fixtures.ts';
import { createStranger } from './hostile-people.ts';
import { createAccount, openRequest, ownAccountId } from './people.ts';
import { tour, tourConversation, tourEmpty, tourStart } from './screens.ts';

/** One line a violation: rule, how many elements, the first of them. */
async function violations(page: Page): Promise<string[]> {
  // The app has no frames, so axe need not open a second page to put the parts of its result together.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations: found } = await axe.analyze();
  return found.map(({ id, help, nodes }) => {
    const first = nodes[0];
    return `${id} (${nodes.length}): ${help}; ${first?.target.join(' ')} ${first?.any[0]?.message ?? ''}`;
  });
}

/** Fixed looks, and nothing moving while it is measured. */
async function dress(
  page: Page,
  look: { theme: Theme; accent?: Accent; scheme?: 'light' | 'dark' }
): Promise<void> {
  await page.emulateMedia({ colorScheme: look.scheme ?? 'light', reducedMotion: 'reduce' });
  const stored = JSON.stringify({ theme: look.theme, accent: look.accent ?? 'airmail' });
  await page.addInitScript(([key, value]) => localStorage.setItem(key, value), [
    APPEARANCE_KEY,
    stored
  ] as const);
}

/** Collects over a whole tour, so that one run names everything. */
function collector(page: Page) {
  const found: string[] = [];
  let looks = 0;
  return {
    found,
    count: () => looks,
    async look(name: string) {
      looks += 1;
      for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
    }
  };
}

/** A tour takes as long as its checks; the number of them grows with the screens. */
const TOUR_TIMEOUT_MS = 480_000;

test('axe finds nothing on any screen @full', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  const { look, found, count } = collector(page);
  await tour({ page, echoAccountId: stack.localnet.echoAccountId as string, look });
  expect(found).toEqual([]);
  expect(count()).toBeGreaterThan(30);
});

test('axe finds nothing on the screens of a newcomer', async ({ page, stack }) => {
  test.setTimeout(TOUR_TIMEOUT_MS);
  await dress(page, { theme: 'light' });
  const { look, found, count } = collector(page);
  const options = { page, echoAccountId: stack.localnet.echoAccountId as string, look };
  await tourStart(options);
  await tourEmpty(options);
  expect(found).toEqual([]);
  expect(count()).toBeGreaterThan(8);
});

test('axe finds nothing where a stranger wrote, was accepted, and was blocked @full', async ({
  page,
  stack
}) => {
  await dress(page, { theme: 'light' });
  await createAccount(page, 'Ana');
  let timeMs = Date.now();
  const mara = await createStranger(stack.localnet, 'Mara', () => (timeMs += 1));
  await mara.write(await ownAccountId(page), 'We met on the ferry');
  await openRequest(page, 'Mara');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('main').getByRole('button', { name: 'Accept' }).click();
  await expect(page.getByText('You accepted Mara')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('main').getByRole('button', { name: 'More' }).last().click();
  await page.getByRole('menuitem', { name: 'Block' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await expect(page.getByRole('button', { name: 'Unblock' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('axe sees a fault that is planted on a screen', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('textbox', { name: 'Display name' })).toBeVisible();
  await page.evaluate(() => {
    const button = document.createElement('button');
    const faint = document.createElement('p');
    faint.textContent = 'Hardly to be read';
    faint.style.setProperty('color', '#eee');
    faint.style.setProperty('background-color', '#fff');
    document.querySelector('main')?.append(button, faint);
  });
  const rules = (await violations(page)).map((line) => line.split(' ')[0]);
  expect(rules).toContain('button-name');
  expect(rules).toContain('color-contrast');
});

const OTHER_LOOKS: readonly { theme: Theme; scheme?: 'light' | 'dark' }[] = [
  { theme: 'light' },
  { theme: 'dark', scheme: 'dark' },
  { theme: 'ocean-light' },
  { theme: 'ocean-dark', scheme: 'dark' },
  { theme: 'contrast' },
  { theme: 'contrast', scheme: 'dark' }
];

for (const look of OTHER_LOOKS) {
  test(`axe finds nothing in ${look.theme}, ${look.scheme ?? 'light'} @full`, async ({ page, stack }) => {
    test.setTimeout(TOUR_TIMEOUT_MS);
    await dress(page, look);
    const collected = collector(page);
    await tour({ page, echoAccountId: stack.localnet.echoAccountId as string, look: collected.look });
    expect(collected.found).toEqual([]);
  });
}

for (const theme of ['light', 'dark'] as const) {
  for (const accent of ACCENTS) {
    test(`axe finds nothing with ${accent} in ${theme} @full`, async ({ page, stack }) => {
      test.setTimeout(TOUR_TIMEOUT_MS);
      await dress(page, { theme, accent, scheme: theme });
      const { look, found } = collector(page);
      const options = { page, echoAccountId: stack.localnet.echoAccountId as string, look };
      await tourStart(options);
      await tourEmpty(options);
      await tourConversation(options);
      expect(found).toEqual([]);
    });
  }
}
