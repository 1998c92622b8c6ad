import { describe, expect, it } from 'vitest';
import { displayNameProblem, trimDisplayName } from '../../../src/lib/state/display-name.ts';

describe('a display name', () => {
  it('loses blanks and invisible characters at both ends only', () => {
    expect(trimDisplayName('\u200B \uFEFFAna  Lind\u2060\n')).toBe('Ana  Lind');
  });

  it('is refused when nothing visible is left', () => {
    for (const text of ['', '   ', '\u200B\u200F\u2060\uFEFF', '\n\t']) {
      expect(displayNameProblem(text)).toBe('name-empty');
    }
    expect(displayNameProblem(' A ')).toBeNull();
  });

  it('is measured in bytes, not in characters', () => {
    expect(displayNameProblem('a'.repeat(100))).toBeNull();
    expect(displayNameProblem('a'.repeat(101))).toBe('name-too-long');
    expect(displayNameProblem('é'.repeat(50))).toBeNull();
    expect(displayNameProblem('é'.repeat(51))).toBe('name-too-long');
    expect(displayNameProblem(' '.repeat(200) + 'a'.repeat(100))).toBeNull();
  });
});
