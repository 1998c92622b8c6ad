// From the first screen to an answered message without a pointer: only keys are pressed, and focus is always seen.
import { testPng } from '../support/test-png.ts';
import { expect, test } from './fixtures.ts';
import { isFocusSeen, tabTo } from './keyboard-steps.ts';
import { createAccount, DELIVERY_TIMEOUT_MS, expectSent, message, openSettings } from './people.ts';

// Whoever has keys has them in a small window too; where fingers are meant, opening a chat does not bring up the keys.
test.use({ isMobile: false, hasTouch: false });

test('a newcomer reaches an answer from Echo with the keyboard alone', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  const name = page.getByRole('textbox', { name: 'Display name' });
  await expect(name).toBeVisible();
  await tabTo(page, name);
  await page.keyboard.type('Ana');
  await page.keyboard.press('Enter');

  const write = page.getByRole('button', { name: 'Write' });
  await expect(write).toBeVisible();
  await tabTo(page, write);
  await page.keyboard.press('Enter');

  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await expect(composer).toBeFocused();
  await page.keyboard.type('By key');
  await page.keyboard.press('Enter');
  await expectSent(page, 'By key');
  await expect(message(page, 'By key')).toHaveCount(2, { timeout: DELIVERY_TIMEOUT_MS * 4 });

  await test.step('messages are walked, their menu opens and gives the focus back', async () => {
    await page.keyboard.press('ArrowUp');
    const answer = message(page, 'By key').last();
    await expect(answer).toBeFocused();
    await page.keyboard.press('ArrowUp');
    const own = message(page, 'By key').first();
    await expect(own).toBeFocused();
    expect(await isFocusSeen(page)).toBe(true);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Reply' })).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await expect(page.getByRole('menuitemcheckbox').first()).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('menuitemcheckbox').nth(1)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(own).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(composer).toBeFocused();
  });

  await test.step('a message is answered and reacted to by its keys', async () => {
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('r');
    await expect(composer).toBeFocused();
    await expect(page.getByText('Reply to')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByText('Reply to')).toBeHidden();
    await page.keyboard.press('ArrowUp');
    const answer = message(page, 'By key').last();
    await expect(answer).toBeFocused();
    await page.keyboard.press('e');
    await expect(page.getByRole('searchbox', { name: 'Find by name' })).toBeFocused();
    await page.keyboard.type('sailboat');
    await expect(page.getByRole('button', { name: 'sailboat' })).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: '⛵, yours' })).toBeVisible();
    await expect(answer).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(composer).toBeFocused();
  });

  await test.step('a dialog keeps the focus, and nothing is deleted by leaving it', async () => {
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    for (let stop = 0; stop < 6; stop++) {
      await page.keyboard.press('Tab');
      const outside = await dialog.evaluate(
        (element) => document.activeElement !== document.body && !element.contains(document.activeElement)
      );
      expect(outside).toBe(false);
    }
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(message(page, 'By key').last()).toBeFocused();
    await expect(message(page, 'By key')).toHaveCount(2);
  });

  await test.step('a picture is chosen by its keys, described and sent', async () => {
    await page.keyboard.press('Escape');
    await expect(composer).toBeFocused();
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+u');
    await (await chooser).setFiles({ name: 'bay.png', mimeType: 'image/png', buffer: testPng(64, 48) });
    const words = page.getByRole('textbox', { name: 'Describe bay.png' });
    await expect(words).toBeVisible();
    await tabTo(page, words, 'Shift+Tab');
    await page.keyboard.type('A bay');
    await tabTo(page, composer);
    await page.keyboard.press('Enter');
    const picture = page.getByRole('log').getByRole('article', { name: /^You,.*Picture/ });
    await expect(picture.last()).toHaveAccessibleName(/Sent|Read/, { timeout: DELIVERY_TIMEOUT_MS * 4 });
  });

  await test.step('the list, new message and settings are within reach', async () => {
    await expect(composer).toBeFocused();
    const newMessage = page.getByRole('link', { name: 'New message' }).first();
    if (!(await newMessage.isVisible())) {
      await tabTo(page, page.getByRole('link', { name: 'Back' }), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(newMessage).toBeVisible();
    }
    await tabTo(page, newMessage, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Account ID' })).toBeFocused();
    const settings = page.getByRole('link', { name: 'Settings' }).first();
    if (!(await settings.isVisible())) {
      await tabTo(page, page.getByRole('link', { name: 'Back' }), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(settings).toBeVisible();
    }
    await tabTo(page, settings, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('navigation', { name: 'Sections' })).toBeVisible();
  });
});

test('a shortcut is given other keys, is refused keys that are taken, is turned off, and comes back @full', async ({
  page
}) => {
  await createAccount(page, 'Ana');
  await openSettings(page, 'Appearance');
  await page.getByRole('link', { name: 'Change shortcuts' }).click();
  await expect(page.getByRole('heading', { name: 'Keyboard' }).first()).toBeVisible();
  const change = page.getByRole('button', { name: /^New message: / });
  const idField = page.getByRole('textbox', { name: 'Account ID' });
  await expect(change).toHaveAccessibleName('New message: Ctrl Shift M. Change');

  await test.step('keys of another shortcut, and a bare letter, are refused', async () => {
    await change.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+k');
    await expect(page.getByText('“Go to a chat or command” has these keys.').first()).toBeVisible();
    await page.keyboard.press('m');
    await expect(page.getByText('Hold Ctrl or Alt with it').first()).toBeVisible();
    await expect(page.getByRole('combobox')).toHaveCount(0);
  });

  await test.step('the new keys work at once, the old ones no longer', async () => {
    await page.keyboard.press('Alt+n');
    await expect(change).toHaveAccessibleName('New message: Alt N. Change');
    await expect(page.getByText('New message is now Alt N.').first()).toBeVisible();
    await page.keyboard.press('Control+Shift+M');
    await expect(change).toBeFocused();
    await page.keyboard.press('Alt+n');
    await expect(idField).toBeFocused();
  });

  await test.step('they are kept, and shown in the list of shortcuts', async () => {
    await page.goto('/chats');
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
    await page.keyboard.press('Control+/');
    await expect(page.getByRole('dialog').getByText('Alt N')).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+n');
    await expect(idField).toBeFocused();
  });

  await test.step('turned off, they do nothing; reset brings the first ones back', async () => {
    await page.goto('/settings/appearance/keyboard');
    await page.getByRole('button', { name: 'Turn off New message' }).click();
    await expect(change).toHaveAccessibleName('New message: Off. Change');
    await page.keyboard.press('Alt+n');
    await expect(change).toBeVisible();
    await page.getByRole('button', { name: 'Reset all' }).click();
    await expect(change).toHaveAccessibleName('New message: Ctrl Shift M. Change');
    await page.keyboard.press('Control+Shift+M');
    await expect(idField).toBeFocused();
  });
});
