import { describe, expect, it } from 'vitest';
import { MAX_SENT_BYTES } from '../../../src/lib/files/index.ts';
import {
  chosenKind,
  chosenType,
  MAX_FILE_BYTES,
  sentName,
  typeLabel,
  withExtension
} from '../../../src/lib/state/file-rules.ts';

describe('a file as it is chosen', () => {
  it('may have as many bytes as the floor of files sends', () => {
    expect(MAX_FILE_BYTES).toBe(MAX_SENT_BYTES);
  });

  it('loses what deceives from its name', () => {
    expect(sentName('../a\u202Egpj.exe', '')).not.toMatch(/[/\u202E]/);
    expect(sentName('', 'image/png')).toMatch(/\.png$/);
  });

  it('keeps the end of its name unless the picture is of another type now', () => {
    expect(withExtension('boat.png', 'image/jpeg', false)).toBe('boat.png');
    expect(withExtension('boat.png', 'image/jpeg', true)).toBe('boat.jpg');
    expect(withExtension('boat.jpeg', 'image/jpeg', true)).toBe('boat.jpeg');
    expect(withExtension('boat', 'application/x-unknown', true)).toBe('boat');
  });

  it('is of the type the browser says, else of what its name ends in', () => {
    expect(chosenType({ name: 'a.pdf', type: 'text/plain;charset=utf-8' })).toBe('text/plain');
    expect(chosenType({ name: 'a.pdf', type: '' })).toBe('application/pdf');
    expect(chosenKind({ name: 'a.mp4', type: '' })).toBe('video');
    expect(chosenKind({ name: 'a.svg', type: 'image/svg+xml' })).toBe('file');
  });

  it('is labelled by the end of its name', () => {
    expect(typeLabel('Letters 1931–34.pdf')).toBe('PDF');
    expect(typeLabel('noend')).toBeNull();
    expect(typeLabel('a.averylongend')).toBeNull();
  });
});
