import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_APPEARANCE,
  parseAppearance,
  resolveTheme,
  TEXT_SIZE
} from '../../../src/lib/state/appearance.ts';

describe('the stored appearance', () => {
  it('is read back as it was written', () => {
    const chosen = {
      theme: 'ocean-dark',
      accent: 'moss',
      textSize: 130,
      density: 'compact',
      enterSends: false
    };
    expect(parseAppearance(JSON.stringify(chosen))).toEqual(chosen);
  });

  it('falls back field by field', () => {
    expect(parseAppearance('{"theme":"neon","accent":"plum","textSize":"big","enterSends":1}')).toEqual({
      ...DEFAULT_APPEARANCE,
      accent: 'plum'
    });
    for (const broken of [null, '', 'nonsense', '[]', 'null', '3']) {
      expect(parseAppearance(broken)).toEqual(DEFAULT_APPEARANCE);
    }
  });

  it('keeps the text size within its range and on its steps', () => {
    fc.assert(
      fc.property(fc.double(), (size) => {
        const { textSize } = parseAppearance(JSON.stringify({ textSize: size }));
        expect(textSize).toBeGreaterThanOrEqual(TEXT_SIZE.min);
        expect(textSize).toBeLessThanOrEqual(TEXT_SIZE.max);
        expect(textSize % TEXT_SIZE.step).toBe(0);
      })
    );
  });
});

describe('the theme that is painted', () => {
  it('follows the system unless a theme was chosen', () => {
    const day = { dark: false, moreContrast: false };
    const night = { dark: true, moreContrast: false };
    expect(resolveTheme('system', day)).toBe('light');
    expect(resolveTheme('system', night)).toBe('dark');
    expect(resolveTheme('system', { dark: true, moreContrast: true })).toBe('contrast-dark');
    expect(resolveTheme('light', night)).toBe('light');
    expect(resolveTheme('ocean-dark', day)).toBe('ocean-dark');
    expect(resolveTheme('contrast', day)).toBe('contrast-light');
    expect(resolveTheme('contrast', night)).toBe('contrast-dark');
  });
});
