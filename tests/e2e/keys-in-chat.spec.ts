// Keys pressed faster than the screen, and walks to the ends (ux.md §7).
import { chromium } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { LAUNCH_OPTIONS } from './launch.ts';
import {
  CONNECT_TIMEOUT_MS,
  createAccount,
  expectSent,
  message,
  ownAccountId,
  say,
  showList,
  startConversation
} from './people.ts';

test('what is typed right after Ctrl+K goes into the switcher, and not into the message @full', async ({
  page
}) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await composer.focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('note to');
  const field = page.getByRole('combobox', { name: 'Chat or command' });
  await expect(field).toHaveValue('note to');
  await page.keyboard.type(' self');
  await expect(field).toHaveValue('note to self');
  await page.keyboard.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(composer).toHaveValue('');
  await page.keyboard.type('mine');
  await expect(composer).toHaveValue('mine');
});

test('Home and End walk to the first and the last message, and a day is reached by keys @full', async ({
  page
}) => {
  await createAccount(page, 'Ana');
  await startConversation(page, await ownAccountId(page));
  for (const words of ['The first', 'The second', 'The third']) {
    await say(page, words);
    await expectSent(page, words);
  }
  await page.getByRole('textbox', { name: 'Message', exact: true }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(message(page, 'The third')).toBeFocused();
  await page.keyboard.press('Home');
  await expect(message(page, 'The first')).toBeFocused();
  await page.keyboard.press('End');
  await expect(message(page, 'The third')).toBeFocused();

  await page.keyboard.press('Control+f');
  const day = page.getByLabel('Jump to a date');
  await day.focus();
  await page.keyboard.type('01022020');
  // Whole, and still where it was typed: nothing jumps before it is said.
  await expect(day).toHaveValue('2020-01-02');
  await expect(day).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(message(page, 'The first')).toBeFocused();
});

test('an answer that is seen as it comes leaves no mark of unread @full', async ({ page, stack }) => {
  await createAccount(page, 'Ana');
  await startConversation(page, stack.localnet.echoAccountId ?? '');
  await say(page, 'Are you there');
  await expectSent(page, 'Are you there');
  await expect(message(page, 'Are you there')).toHaveCount(2, { timeout: CONNECT_TIMEOUT_MS });
  await say(page, 'And now');
  await expect(message(page, 'And now')).toHaveCount(2, { timeout: CONNECT_TIMEOUT_MS });
  await expect(page).toHaveTitle(/^[^(]/);
  // Beside it, or where one comes back to.
  await showList(page);
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /And now/ });
  await expect(row).toHaveCount(1);
  await expect(row).not.toHaveAccessibleName(/unread/);
});

test('a voice message is recorded while the button is held, and is heard before it goes @full', async ({
  baseURL
}) => {
  const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  const browser = await chromium.launch({
    ...LAUNCH_OPTIONS,
    args: [...(LAUNCH_OPTIONS.args ?? []), ...fake]
  });
  try {
    const page = await (await browser.newContext({ baseURL: baseURL as string })).newPage();
    await createAccount(page, 'Ana');
    await startConversation(page, await ownAccountId(page));
    await page.getByRole('button', { name: 'Record voice message' }).hover();
    await page.mouse.down();
    await expect(page.getByText('0:01 / 5:00')).toBeVisible();
    await page.mouse.up();
    await expect(page.getByRole('slider', { name: 'Position in your recording' })).toBeVisible();
    await page.getByRole('button', { name: 'Discard recording' }).click();
    await expect(page.getByRole('textbox', { name: 'Message', exact: true })).toBeFocused();
  } finally {
    await browser.close();
  }
});
