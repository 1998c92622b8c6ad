// Two accounts in one browser: the list of them, an address of the other one, and the lock with another one beside it.
import { expect, type Page } from '@playwright/test';
import { setPassphrase } from './lock-steps.ts';
import type { Look } from './look.ts';
import { goHome, ownAccountId, startConversation } from './people.ts';

/** At the very end: it leaves the second one locked. */
export async function tourProfiles(page: Page, look: Look): Promise<void> {
  await goHome(page);
  await startConversation(page, await ownAccountId(page));
  const chatOfFirst = new URL(page.url()).pathname;
  await page.goto('/settings/profiles');
  await page.getByRole('textbox', { name: 'Display name' }).fill('Ben');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Account created' })).toBeVisible();
  await page.goto('/settings/profiles');
  await expect(
    page.getByRole('list', { name: 'Profiles in this browser' }).getByRole('listitem')
  ).toHaveCount(2);
  await look('two profiles');
  await page.goto(chatOfFirst);
  await expect(page.getByRole('heading', { name: 'This chat belongs to another profile' })).toBeVisible();
  await look('a chat of another profile');

  await page.goto('/settings/privacy/lock');
  await setPassphrase(page);
  await page.goto('/chats');
  await page.getByRole('button', { name: 'Other ways' }).click();
  await expect(page.getByRole('button', { name: /^Open / })).toBeVisible();
  await look('another profile beside a locked one');
  await page.keyboard.press('Escape');
}
