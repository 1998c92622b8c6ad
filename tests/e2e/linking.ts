// What people do with their devices, by role and name.
import { expect, type Browser, type Page } from '@playwright/test';
import { CONNECT_TIMEOUT_MS, finishRestore, openSettings, restoreAccount } from './people.ts';

const TIMEOUT_MS = CONNECT_TIMEOUT_MS * 2;

export const devicesOf = (page: Page) =>
  page.getByRole('list', { name: 'Your devices', exact: true }).getByRole('listitem');

/** The pictures a screen shows for comparing, by their names. */
export const picturesOf = (page: Page): Promise<string[]> =>
  page.getByRole('list', { name: 'Pictures to compare' }).first().getByRole('listitem').allInnerTexts();

/** A fresh browser in which the account was restored. */
export async function secondBrowser(browser: Browser, baseURL: string, words: string): Promise<Page> {
  const page = await (await browser.newContext({ baseURL })).newPage();
  await restoreAccount(page, words);
  await finishRestore(page, 'Somebody');
  return page;
}

/** The new browser asks; both then show pictures. @returns those of the new one and those of the old one */
export async function askToLink(old: Page, fresh: Page): Promise<[string[], string[]]> {
  await openSettings(fresh, 'Devices');
  const link = fresh.getByRole('button', { name: /^Link (with my other device|again)$/ });
  await link.click({ timeout: TIMEOUT_MS });
  await expect(fresh.getByRole('heading', { name: 'Compare with your other device' })).toBeVisible({
    timeout: TIMEOUT_MS
  });
  const heading = old.getByRole('heading', { name: 'A new device wants to be added' });
  await expect(heading.first()).toBeVisible({ timeout: TIMEOUT_MS });
  const compare = old.getByRole('link', { name: 'Compare', exact: true });
  if (!old.url().endsWith('/settings/devices')) await compare.click();
  await expect(old.getByRole('button', { name: 'They match: add it' })).toBeVisible();
  return [await picturesOf(fresh), await picturesOf(old)];
}

/** Both persons agree. */
export async function agree(old: Page, fresh: Page): Promise<void> {
  await old.getByRole('button', { name: 'They match: add it' }).click();
  await fresh.getByRole('button', { name: 'They match', exact: true }).click();
  for (const page of [old, fresh]) await expect(devicesOf(page)).toHaveCount(2, { timeout: TIMEOUT_MS });
}

/** Takes the other device out. */
export async function removeOther(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Remove / }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(devicesOf(page)).toHaveCount(1, { timeout: TIMEOUT_MS });
}
