import { describe, expect, it } from 'vitest';
import { createTypedAhead } from '../../../src/lib/state/typed-ahead.ts';

/** Presses a key. @returns whether the page still got it */
function press(page: EventTarget, key: string, held: { ctrlKey?: boolean } = {}): boolean {
  const event = Object.assign(new Event('keydown', { cancelable: true }), {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    isComposing: false,
    ...held
  });
  return page.dispatchEvent(event);
}

describe('keys pressed before a field is there', () => {
  const page = new EventTarget();
  const ahead = createTypedAhead(page as unknown as Window);

  it('reach nobody else, and are handed to the field in their order', () => {
    expect(press(page, 'x')).toBe(true);
    ahead.begin();
    for (const key of ['b', 'e', 'm', 'Backspace', 'n']) expect(press(page, key), key).toBe(false);
    expect(ahead.take()).toEqual({ text: 'ben', isConfirmed: false });
    expect(press(page, 'x')).toBe(true);
    expect(ahead.take()).toEqual({ text: '', isConfirmed: false });
  });

  it('confirm with Enter, and leave shortcuts and other keys where they go', () => {
    ahead.begin();
    ahead.begin();
    expect(press(page, 'k', { ctrlKey: true })).toBe(true);
    expect(press(page, 'Escape')).toBe(true);
    expect(press(page, 'é')).toBe(false);
    expect(press(page, 'Enter')).toBe(false);
    expect(ahead.take()).toEqual({ text: 'é', isConfirmed: true });
  });
});
