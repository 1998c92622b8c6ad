// A passkey as the way into a profile, by a virtual authenticator: added, used, lost, removed.
import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { lockNow, openLockSettings, PASSPHRASE, setPassphrase } from './lock-steps.ts';
import { createAccount } from './people.ts';

async function authenticator(page: Page, hasPrf: boolean): Promise<{ session: CDPSession; id: string }> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf
    }
  });
  return { session, id: authenticatorId };
}

test.describe('a passkey', { tag: ['@full', '@once'] }, () => {
  // Passkeys need a name.
  test.use({
    baseURL: async ({ stack }, use) => use(stack.origin.replace('127.0.0.1', 'localhost'))
  });

  test('is added, opens the lock, and is removed', async ({ page }) => {
    const { session, id } = await authenticator(page, true);
    await createAccount(page, 'Ana');
    await openLockSettings(page);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await expect(dialog.getByText('Only the passkey opens this profile then.')).toBeVisible();
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('heading', { name: 'Only a passkey opens this profile' })).toBeVisible();
    // What the authenticator keeps names nobody.
    const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId: id });
    expect(
      credentials.map(({ userName, userDisplayName, rpId }) => [userName, userDisplayName, rpId])
    ).toEqual([['Onionskin', 'Onionskin', 'localhost']]);

    await lockNow(page);
    await expect(page.getByRole('textbox')).toHaveCount(0);
    await page.getByRole('button', { name: 'Use passkey' }).click();
    await expect(page.getByRole('heading', { name: 'Lock', exact: true })).toBeVisible();

    // With a passphrase beside it, either opens.
    await page.getByRole('button', { name: 'Set a passphrase' }).click();
    const set = page.getByRole('dialog', { name: 'Set a passphrase' });
    await set.getByRole('textbox', { name: 'New passphrase' }).fill(PASSPHRASE);
    await set.getByRole('button', { name: 'Set passphrase' }).click();
    await expect(page.getByRole('button', { name: 'Change passphrase' })).toBeVisible({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Remove passkey' }).click();
    const removal = page.getByRole('dialog', { name: 'Remove the passkey?' });
    await removal.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await removal.getByRole('button', { name: 'Remove passkey' }).click();
    await expect(page.getByRole('button', { name: 'Add a passkey' })).toBeVisible({ timeout: 20_000 });
    await lockNow(page);
    await expect(page.getByRole('textbox', { name: 'Passphrase', exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Use passkey' })).toHaveCount(0);
  });

  test('that was deleted where it was kept says so, and the passphrase still opens', async ({ page }) => {
    const { session, id } = await authenticator(page, true);
    await createAccount(page, 'Ana');
    await setPassphrase(page);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await dialog.getByRole('textbox', { name: 'Current passphrase' }).fill(PASSPHRASE);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('button', { name: 'Remove passkey' })).toBeVisible({ timeout: 20_000 });
    await lockNow(page);
    await session.send('WebAuthn.clearCredentials', { authenticatorId: id });
    await page.getByRole('button', { name: 'Use passkey' }).click();
    await expect(page.getByText('No passkey answered.')).toBeVisible({ timeout: 20_000 });
    await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(page.getByRole('heading', { name: 'Lock', exact: true })).toBeVisible();
  });

  test('of a kind that gives no secret changes nothing, and says why', async ({ page }) => {
    await authenticator(page, false);
    await createAccount(page, 'Ana');
    await openLockSettings(page);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(dialog.getByText('This passkey cannot open a profile')).toBeVisible();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.reload();
    await expect(page.getByText('Anyone at this browser')).toBeVisible();
  });
});
