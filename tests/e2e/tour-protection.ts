// What is said and asked about keys: messages that wait for them, messages without them, somebody else's.
import { expect, type Page } from '@playwright/test';
import { createAccountSeed, deriveIdentity } from '../../src/lib/crypto/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { Look } from './look.ts';
import { goHome, message, openSettings, say, showList, startConversation } from './people.ts';
import { openScriptPage } from './script-page.ts';

/** Components that only these looks show. */
export const SHOWN_ABOUT_KEYS = ['AskBar', 'BasicDialog', 'DeviceAlarm', 'HeldMessages'];

/** In an account that has been made. */
export async function tourProtection(page: Page, look: Look): Promise<void> {
  const script = await openScriptPage<typeof import('./protection-in-browser.ts')>(
    page.context(),
    'protection-in-browser.ts'
  );
  await goHome(page);
  const { accountId } = deriveIdentity(createAccountSeed(systemRandom));
  await startConversation(page, accountId);
  await script.call('ageKeysOf', accountId, 10);
  await say(page, 'It waits for keys');
  await expect(message(page, 'It waits for keys')).toHaveAccessibleName(/waits for newer keys/, {
    timeout: 60_000
  });
  await look('a message that waits for keys');
  await page.getByRole('button', { name: 'Send with basic encryption' }).click();
  await look('dialog that sends with basic encryption');
  await page.getByRole('dialog').getByRole('button', { name: 'Keep waiting' }).click();

  await script.call('spoilKeysOf', accountId);
  await page.getByRole('textbox', { name: 'Message', exact: true }).press('Control+.');
  await expect(page.getByText(/^Key directory problem:/)).toBeVisible();
  await look('a contact with a key directory problem');
  await page.getByRole('complementary', { name: 'Details' }).getByRole('button', { name: 'Close' }).click();

  await script.call('askForResending', accountId, 4);
  await expect(page.getByRole('button', { name: 'Resend 4 messages' })).toBeVisible();
  await look('a contact who asks for messages again');

  await page.goto('/requests');
  const held = page.getByRole('region', { name: 'Messages without keys' });
  // The engine, which knows of none, says so when it has looked: it looks no more.
  await page.context().setOffline(true);
  await expect(async () => {
    await script.call('holdMessages', 3);
    await expect(held).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await held.getByRole('button', { name: 'Why?' }).click();
  await look('messages without keys');
  await held.getByRole('button', { name: 'Ask contacts to resend' }).click();
  await look('dialog that asks contacts to resend');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.context().setOffline(false);

  await goHome(page);
  await showList(page);
  for (const alarm of ['foreign-keys', 'other-app', 'official-app'] as const) {
    // The engine, which sees no such keys, says so when it has looked: it looks no more.
    await page.context().setOffline(alarm === 'official-app');
    await expect(async () => {
      await script.call('showAlarm', alarm);
      await expect(page.getByRole('link', { name: 'Look at it' })).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    if (alarm === 'foreign-keys') await look('chats while other keys are published');
    await page.getByRole('link', { name: 'Look at it' }).click();
    await look(`an alarm: ${alarm}`);
    await page.getByRole('button', { name: 'Turn enhanced encryption off' }).click();
    await look('dialog that turns enhanced encryption off');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.context().setOffline(false);
    await goHome(page);
  }
  await script.call('showAlarm', null);
  await openSettings(page, 'Devices');
  const unpublished = page.getByRole('alert').filter({ hasText: 'could not be published' });
  await page.context().setOffline(true);
  await expect(async () => {
    await script.call('delayPublishing', 2);
    await expect(unpublished).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await look('keys that could not be published');
  await page.context().setOffline(false);
  await script.call('delayPublishing', 0);
  await script.close();
  await expect(unpublished).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Your devices' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Turn enhanced encryption off' })).toHaveCount(0);
}
