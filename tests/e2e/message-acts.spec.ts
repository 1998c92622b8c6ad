// What is done with one message, and what its text looks like (ux.md §4.4).
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  CONNECT_TIMEOUT_MS,
  createAccount,
  expectSent,
  message,
  ownAccountId,
  say,
  startConversation
} from './people.ts';

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });

async function chooseInMenu(page: Page, article: Locator, item: string): Promise<void> {
  await article.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: item }).click();
}

test('a message names who it mentions, is copied as it was written, and says where it is @full', async ({
  page,
  context,
  stack
}) => {
  const echo = stack.localnet.echoAccountId ?? '';
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await createAccount(page, 'Ana');
  await startConversation(page, echo);
  const words = `greetings to @${echo} and **all**`;
  await say(page, words);
  await expectSent(page, 'greetings');
  await expect(message(page, 'greetings')).toHaveCount(2, { timeout: CONNECT_TIMEOUT_MS });
  const own = page.getByRole('article', { name: /^You, .*greetings/ });
  await expect(own).toContainText('greetings to @Echo and all');

  await chooseInMenu(page, own, 'Copy');
  await expect(page.getByText('Copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(words);

  await chooseInMenu(page, own, 'Info');
  const info = page.getByRole('complementary', { name: 'Where is this?' });
  await expect(info).toContainText('Sealed in this browser.');
  await expect(info).toContainText('It waits for them in their swarm. Whether they fetched it is not told.');
  await expect(info).toContainText('A sealed copy waits in your own swarm for those that are off.', {
    timeout: CONNECT_TIMEOUT_MS
  });
  await expect(info).toContainText(/Service nodes keep a sealed copy until .*\d/);
  await info.getByRole('button', { name: 'Close' }).click();
  await expect(info).toHaveCount(0);
});

test('a long message is counted while it is typed, refused past the limit, and folded once sent @full', async ({
  page
}) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const counter = page.getByText(/of 2,000 characters/);
  await composer(page).fill('x'.repeat(1_799));
  await expect(counter).toHaveCount(0);
  await composer(page).fill('x'.repeat(1_800));
  await expect(counter).toHaveText('1,800 of 2,000 characters');
  await composer(page).fill('x'.repeat(2_001));
  await expect(page.getByText('1 character too many.')).toBeVisible();
  await page.getByRole('button', { name: 'Send message' }).click();
  await expect(composer(page)).toHaveValue('x'.repeat(2_001));
  await expect(page.getByRole('log', { name: 'Messages' }).getByRole('article')).toHaveCount(0);

  const lines = Array.from({ length: 80 }, (_, index) => `line ${index + 1} of many`);
  await composer(page).fill(lines.join('\n'));
  await page.getByRole('button', { name: 'Send message' }).click();
  const long = message(page, 'line 1 of many');
  await expect(long).toHaveCount(1);
  const height = async () => (await long.boundingBox())?.height ?? 0;
  const folded = await height();
  await long.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(height).toBeGreaterThan(folded * 3);
  await long.getByRole('button', { name: 'Show less' }).click();
  await expect.poll(height).toBe(folded);
});

test.describe('where there is one pane', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('a panel over the chat keeps the keys to itself, and gives them back @full', async ({ page }) => {
    await createAccount(page, 'Ana');
    await startConversation(page, await ownAccountId(page));
    await say(page, 'Ferry at nine');
    await expectSent(page, 'Ferry at nine');
    /** Where the keys go on the way round: the names of what lies in the chat. */
    const walk = async () => {
      const reached = [];
      for (let step = 0; step < 40; step += 1) {
        await page.keyboard.press('Tab');
        const inMain = await page.evaluate(() => document.activeElement?.closest('main, aside')?.tagName);
        reached.push(inMain ?? '');
      }
      return new Set(reached);
    };

    await composer(page).focus();
    await page.keyboard.press('Control+.');
    const details = page.getByRole('complementary', { name: 'Details' });
    await expect(details.getByRole('heading', { name: 'Details' })).toBeFocused();
    expect(await walk()).toEqual(new Set(['ASIDE', '']));
    await page.keyboard.press('Escape');
    await expect(details).toHaveCount(0);
    await expect(composer(page)).toBeFocused();
    expect(await walk()).toContain('MAIN');

    await message(page, 'Ferry at nine').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Info' }).click();
    const info = page.getByRole('complementary', { name: 'Where is this?' });
    await expect(info.getByRole('heading', { name: 'Where is this?' })).toBeFocused();
    expect(await walk()).toEqual(new Set(['ASIDE', '']));
    await info.getByRole('button', { name: 'Close' }).press('Enter');
    await expect(info).toHaveCount(0);
    await expect(message(page, 'Ferry at nine')).toBeFocused();
    expect(await walk()).toContain('MAIN');
  });
});
