// The account's devices: this one, one that asks, one that is removed, and this one asking.
import { expect, type Page } from '@playwright/test';
import { agree, askToLink, devicesOf, removeOther, secondBrowser } from './linking.ts';
import { openSettings, recoveryWords } from './people.ts';
import type { Look } from './look.ts';

/** Ends with this device asking again. */
export async function tourDevices(page: Page, look: Look): Promise<void> {
  const browser = page.context().browser();
  if (!browser) throw new Error('expected a browser');
  const words = (await recoveryWords(page)).join(' ');
  await openSettings(page, 'Devices');
  await expect(devicesOf(page)).toHaveCount(1, { timeout: 60_000 });
  await look('settings/devices');
  await page.goto('/chats');
  const other = await secondBrowser(browser, new URL(page.url()).origin, words);
  await openSettings(other, 'Devices');
  await other.getByRole('button', { name: 'Link with my other device' }).click({ timeout: 60_000 });
  await expect(page.getByRole('link', { name: 'Compare', exact: true })).toBeVisible({ timeout: 60_000 });
  await look('chats while a device asks');
  await page.getByRole('link', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('button', { name: 'They match: add it' })).toBeVisible();
  await look('a device that asks');
  await page.getByRole('button', { name: 'Compare all 21' }).click();
  await look('a device that asks, all pictures');
  await agree(page, other);
  await look('two devices');
  await page.getByRole('button', { name: /^Remove / }).click();
  await look('dialog that removes a device');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await look('dialog that leaves');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await removeOther(other);
  await expect(page.getByRole('heading', { name: 'This device was removed' })).toBeVisible({
    timeout: 60_000
  });
  await look('a removed device');
  await page.getByRole('button', { name: 'Start fresh' }).click();
  await look('dialog that starts fresh');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await askToLink(other, page);
  await look('this device asks');
  await page.getByRole('button', { name: 'They do not match' }).click();
  await other.context().close();
}
