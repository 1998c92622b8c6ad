// Messages that wait for keys, and what a person decides about them (v2-forward-secrecy-and-pq.md §14.2).
import type { Page } from '@playwright/test';
import { createAccountSeed, deriveIdentity } from '../../src/lib/crypto/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { expect, test } from './fixtures.ts';
import { createAccount, expectSent, message, say, startConversation } from './people.ts';
import { openScriptPage } from './script-page.ts';

const SHOWN = { timeout: 60_000 };

const own = (page: Page, text: string) =>
  message(page, text).and(page.getByRole('article', { name: /^You, / }));

async function setRequired(page: Page, on: boolean): Promise<void> {
  await page.getByRole('textbox', { name: 'Message', exact: true }).press('Control+.');
  const panel = page.getByRole('complementary', { name: 'Details' });
  await panel.getByRole('switch', { name: 'Require enhanced encryption' }).setChecked(on);
  await panel.getByRole('button', { name: 'Close' }).click();
}

test.describe('messages that wait for keys', { tag: '@full' }, () => {
  test('stay here while enhanced encryption is required of somebody without keys, and go when it is not any more', async ({
    page,
    stack
  }) => {
    test.setTimeout(180_000);
    const { accountId } = deriveIdentity(createAccountSeed(systemRandom));
    const formats = () =>
      stack.localnet.stored(accountId, 0).map(({ data }) => (data[0] === 0 ? 'enhanced' : 'classic'));
    await createAccount(page, 'Ana');
    await startConversation(page, accountId);
    await say(page, 'As everybody does');
    await expectSent(page, 'As everybody does');
    expect(formats()).toEqual(['classic']);

    await setRequired(page, true);
    await say(page, 'Only with keys');
    await expect(own(page, 'Only with keys')).toHaveAccessibleName(
      /Queued, waits for keys you require/,
      SHOWN
    );
    await expect(page.getByText(/you require it\. What you write waits here/)).toBeVisible();
    expect(formats()).toEqual(['classic']);

    await setRequired(page, false);
    await expectSent(page, 'Only with keys');
    expect(formats()).toEqual(['classic', 'classic']);
  });

  test('ask after nine days, and go with basic encryption only as far as one agrees', async ({
    page,
    context,
    stack
  }) => {
    test.setTimeout(180_000);
    const { accountId } = deriveIdentity(createAccountSeed(systemRandom));
    const stored = () => stack.localnet.stored(accountId, 0).length;
    await createAccount(page, 'Ana');
    await startConversation(page, accountId);
    const script = await openScriptPage<typeof import('./protection-in-browser.ts')>(
      context,
      'protection-in-browser.ts'
    );
    await script.call('ageKeysOf', accountId, 10);
    await script.close();

    await say(page, 'Late one');
    await expect(own(page, 'Late one')).toHaveAccessibleName(/Queued, waits for newer keys/, SHOWN);
    const question = page.getByRole('region', { name: /wait/ });
    await expect(question.getByRole('heading', { name: /^A message waits for the keys of/ })).toBeVisible();
    await question.getByRole('button', { name: 'Keep waiting' }).click();
    await expect(question).toBeHidden();
    await say(page, 'Later one');
    await expect(own(page, 'Later one')).toHaveAccessibleName(/Queued/);
    expect(stored()).toBe(0);
    // Whoever comes back is asked again.
    await page.reload();
    await question.getByRole('button', { name: 'Send with basic encryption' }).click(SHOWN);
    const dialog = page.getByRole('dialog', { name: 'Send with basic encryption?' });
    await expect(dialog).toContainText('That cannot be taken back');
    await dialog.getByRole('button', { name: 'Keep waiting' }).click();
    expect(stored()).toBe(0);
    await question.getByRole('button', { name: 'Send with basic encryption' }).click();
    await expect(dialog.getByRole('radio', { name: 'This message only' })).toBeChecked();
    await dialog.getByRole('button', { name: 'Send as Classic' }).click();
    await expectSent(page, 'Late one');

    // What was agreed to was that one.
    await expect(own(page, 'Later one')).toHaveAccessibleName(/Queued, waits for newer keys/, SHOWN);
    expect(stored()).toBe(1);
    await question.getByRole('button', { name: 'Send with basic encryption' }).click();
    await dialog.getByRole('radio', { name: /^All of them/ }).check();
    await dialog.getByRole('button', { name: 'Send as Classic' }).click();
    await expectSent(page, 'Later one');
    await say(page, 'And one more');
    await expectSent(page, 'And one more');
    expect(stored()).toBe(3);
  });
});
