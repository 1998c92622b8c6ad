// The first minute: a name, an account, or an invite that leads straight into a chat.
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { createAccount } from './people.ts';

const FRIEND = `05${'c8abf3047e6619b3'.repeat(4)}`;

test.describe('the first run', () => {
  test('asks for a name before it makes anything, and says what is wrong with it', async ({ page }) => {
    await page.goto('/');
    const field = page.getByRole('textbox', { name: 'Display name' });
    const create = page.getByRole('button', { name: 'Create account' });
    await expect(field).toBeFocused();
    await create.click();
    await expect(page.getByText('Type a name first')).toBeVisible();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await field.fill('   ');
    await create.click();
    await expect(page.getByText('Type a name first')).toBeVisible();
    await field.fill('é'.repeat(51));
    await expect(page.getByText('That name is too long')).toBeVisible();
    await field.press('Enter');
    expect(new URL(page.url()).pathname).toBe('/');
    await field.fill(' Ana ');
    await expect(page.getByText('That name is too long')).toBeHidden();
    await field.press('Enter');
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    expect(page.url()).not.toContain('Ana');
  });

  test('shows its screen from markup alone, and sends nothing typed anywhere', async ({
    browser,
    baseURL
  }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL as string });
    const page = await context.newPage();
    await page.goto('/');
    await expect(page.getByRole('button', { name: 'Create account' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Display name' }).fill('Ana');
    await page.getByRole('button', { name: 'Create account' }).click();
    expect(page.url()).toBe(`${baseURL}/`);
    await page.getByRole('button', { name: 'How it works' }).click();
    await expect(page.getByRole('dialog', { name: 'How it works' })).toBeVisible();
    await context.close();
  });

  test.describe('with an app that is still loading', () => {
    test.use({ serviceWorkers: 'block' });

    /** Holds back every script but the one before the first paint. @returns lets them go */
    async function holdScripts(page: Page): Promise<() => void> {
      let letGo = () => {};
      const free = new Promise<void>((resolve) => (letGo = resolve));
      await page.route('**/_app/immutable/**/*.js', async (route) => {
        await free;
        await route.continue();
      });
      await page.goto('/', { waitUntil: 'commit' });
      return letGo;
    }

    for (const [button, name, becomes] of [
      ['Create account', 'Ana', 'Chats'],
      ['Create account', '', 'Type a name first'],
      ['I have an account', '', 'Restore account']
    ] as const) {
      test(`"${button}" is kept until it is there: ${becomes}`, async ({ page }) => {
        const letGo = await holdScripts(page);
        await page.getByRole('textbox', { name: 'Display name' }).fill(name);
        await page.getByRole('button', { name: button }).click();
        letGo();
        await expect(page.getByText(becomes).first()).toBeVisible();
      });
    }

    test('nothing happens by itself that was not pressed (control)', async ({ page }) => {
      const letGo = await holdScripts(page);
      const field = page.getByRole('textbox', { name: 'Display name' });
      await field.fill('Ana');
      letGo();
      const create = page.getByRole('button', { name: 'Create account' });
      await expect.poll(() => create.evaluate(() => 'onionskinPress' in window)).toBe(false);
      await expect(field).toHaveValue('Ana');
      // It would have been busy, or gone.
      await field.fill('é'.repeat(51));
      await expect(page.getByText('That name is too long')).toBeVisible();
      await expect(create).toHaveAttribute('aria-busy', 'false');
    });
  });

  test('never shows the welcome screen to who has an account @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    let seen = false;
    await page.exposeFunction('reportWelcome', () => (seen = true));
    await page.addInitScript(() => {
      const look = () => {
        const button = [...document.querySelectorAll('button')].find((entry) =>
          entry.textContent.includes('Create account')
        );
        if (button?.checkVisibility({ visibilityProperty: true })) {
          void (window as unknown as { reportWelcome(): void }).reportWelcome();
        }
        requestAnimationFrame(look);
      };
      look();
    });
    await page.goto('/');
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    expect(seen).toBe(false);
  });

  test('leads from an invite straight into the chat once a name is typed @phone', async ({ page }) => {
    await page.goto(`/#/c/${FRIEND}`);
    await expect(page).toHaveURL(/\/$/);
    await expect(page.getByText('You were invited to write to')).toBeVisible();
    await expect(page.getByText('05c8 abf3 047e')).toBeVisible();
    await page.getByRole('textbox', { name: 'Display name' }).fill('Ana');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
    expect(page.url()).not.toContain(FRIEND.slice(2, 20));
  });

  test('asks before an opened invite starts anything in an account that exists', async ({ page }) => {
    await createAccount(page, 'Ana');
    await page.goto(`/#/c/${FRIEND}`);
    await expect(page.getByRole('heading', { name: 'Start a conversation?' })).toBeVisible();
    expect(page.url()).not.toContain('#');
    await page.getByRole('button', { name: 'Not now' }).click();
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await expect(list).toBeVisible();
    await expect(list.getByRole('link')).toHaveCount(0);

    await page.goto(`/#/c/${FRIEND}`);
    await page.getByRole('button', { name: 'Start conversation' }).click();
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
  });

  test('says that a broken invite is broken @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await page.goto('/#/c/0512');
    await expect(page.getByRole('heading', { name: 'This invite link does not work' })).toBeVisible();
    await page.getByRole('button', { name: 'Not now' }).click();
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
  });
});
