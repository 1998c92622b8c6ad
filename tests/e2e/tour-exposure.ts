// The Exposure screen in the states worth looking at: as it stands, with its machines, with a change looked at, with the preset.
import { expect, type Page } from '@playwright/test';
import { exposure as text } from '../../src/lib/text/en/exposure.ts';
import { openRows } from './exposure-shown.ts';
import type { Look } from './look.ts';
import { CONNECT_TIMEOUT_MS } from './people.ts';

export async function tourExposure(page: Page, look: Look): Promise<void> {
  await page.goto('/settings/exposure');
  const main = page.getByRole('main');
  await expect(main.getByText(text.parties['own-swarm'])).toBeVisible({ timeout: CONNECT_TIMEOUT_MS });
  await look('settings/exposure');
  await openRows(page);
  await look('exposure with every machine');
  await main.getByRole('switch', { name: text.switches.typingIndicators.label }).click();
  await expect(main.getByRole('group', { name: /would/ })).toBeVisible();
  await look('exposure with a change');
  await main.getByRole('button', { name: text.confirm }).click();
  await expect(main.getByRole('button', { name: text.confirm })).toBeHidden();
  await main.getByRole('button', { name: text.review }).click();
  await expect(main.getByRole('list', { name: text.presetList })).toBeVisible();
  await look('exposure with the high-risk preset looked at');
  await main.getByRole('button', { name: /^Set \d switches$/ }).click();
  await expect(main.getByRole('button', { name: text.undo })).toBeVisible();
  await look('exposure with the high-risk preset');
  await main.getByRole('button', { name: text.undo }).click();
  await expect(main.getByRole('button', { name: text.undo })).toBeHidden();
}
