// A browser that lacks something the app needs is told what, and is not left with a blank page.
import { expect, test } from './fixtures.ts';

test.describe('a browser without what is needed', () => {
  test('gets the list of what is missing, wherever it arrives', async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
      Object.defineProperty(window, 'BroadcastChannel', { value: undefined });
    });
    await page.goto('/settings/path');
    await expect(page).toHaveURL(/\/$/);
    const notice = page.getByRole('alert');
    await expect(notice).toContainText('This browser lacks something the app needs');
    await expect(notice.getByText('Locks between tabs')).toBeVisible();
    await expect(notice.getByText('Messages between tabs')).toBeVisible();
    await expect(notice.getByText('Built-in cryptography')).toBeHidden();
    await expect(notice.getByRole('link', { name: 'Firefox' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Create account' })).toBeHidden();
  });

  test('learns of an insecure address alone, since that hides the rest @full', async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(window, 'isSecureContext', { value: false });
      Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
    });
    await page.goto('/');
    await expect(page.getByRole('alert').getByText('its host has to offer HTTPS')).toBeVisible();
    await expect(page.getByRole('alert').getByText('Locks between tabs')).toBeHidden();
  });

  test('sees none of it when nothing is missing @full', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('button', { name: 'Create account' })).toBeVisible();
    await expect(page.getByText('This browser lacks something')).toBeHidden();
  });
});
