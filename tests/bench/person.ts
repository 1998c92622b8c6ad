// What the benches do in the app, with the patience that a slow machine needs.
import type { BrowserContext, Page } from '@playwright/test';
import { bundleScript } from './browser-script.ts';
import type * as script from './profile-script.ts';

const PATIENCE_MS = 60_000;

/** Makes an account in a page of its own, and closes it. @param until what the page is kept open for */
export async function makeAccount(
  context: BrowserContext,
  origin: string,
  until?: (page: Page) => Promise<void>
): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(origin);
  await page.getByRole('textbox', { name: 'Display name' }).fill('Ana');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  await until?.(page);
  await page.close();
}

/** A page of the app's origin without the app, where `bench` is what profile-script.ts exports. */
export async function openProfilePage(context: BrowserContext, origin: string): Promise<Page> {
  const code = await bundleScript('profile-script.ts');
  const page = await context.newPage();
  await page.goto(`${origin}/before-paint.js`);
  await page.evaluate(`${code}; globalThis.bench = bench; undefined`);
  return page;
}

/** The exports of profile-script.ts, in that page. */
export type ProfileScript = typeof script;
