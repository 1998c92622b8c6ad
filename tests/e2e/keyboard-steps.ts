// What people do who press keys alone, and see where they are.
import { expect, type Locator, type Page } from '@playwright/test';

/** More stops than any screen has. */
const MOST_STOPS = 60;

/** Whether the element in focus is marked: by an outline, or by a shadow or outline of what holds it. */
export const isFocusSeen = (page: Page) =>
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
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
    expect(await isFocusSeen(page), `focus is seen at stop ${stop}`).toBe(true);
  }
  throw new Error(`Tab does not reach ${target}`);
}
