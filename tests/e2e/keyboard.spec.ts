// From the first screen to an answered message without a pointer: only keys are pressed, and focus is always seen.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { DELIVERY_TIMEOUT_MS, expectSent, message } from './people.ts';

/** More stops than any screen has. */
const MOST_STOPS = 40;

/** Whether the element in focus is marked: by an outline, or by a shadow or outline of what holds it. */
const isFocusSeen = (page: Page) =>
  page.evaluate(() => {
    let element: Element | null = document.activeElement;
    for (let depth = 0; element && depth < 4; depth++, element = element.parentElement) {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) return true;
      if (boxShadow !== 'none' && element.matches(':focus-within')) return true;
    }
    // The caret of a text field that fills its box is the mark.
    return document.activeElement instanceof HTMLTextAreaElement;
  });

/** Presses Tab until `target` has the focus; every stop on the way shows that it has it. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
    expect(await isFocusSeen(page), `focus is seen at stop ${stop}`).toBe(true);
  }
  throw new Error(`Tab does not reach ${target}`);
}

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

  await test.step('the list, new message and settings are within reach', async () => {
    await page.keyboard.press('Escape');
    await tabTo(page, page.getByRole('link', { name: 'New message' }).first(), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Account ID' })).toBeFocused();
    await tabTo(page, page.getByRole('link', { name: 'Settings' }).first(), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('navigation', { name: 'Sections' })).toBeVisible();
  });
});
