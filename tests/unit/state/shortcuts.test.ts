import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comboOf,
  comboProblem,
  DEFAULT_KEYMAP,
  keymapDifference,
  parseKeymap,
  printCombo,
  readChatNumber,
  readShortcut,
  SHORTCUT_IDS,
  SHORTCUTS,
  type KeyPress,
  type Keymap,
  type KeyScope
} from '../../../src/lib/state/shortcuts.ts';

function press(part: Partial<KeyPress>): KeyPress {
  return {
    key: '',
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    isComposing: false,
    defaultPrevented: false,
    ...part
  };
}

const ALL: readonly KeyScope[] = ['everywhere', 'chat'];
const read = (part: Partial<KeyPress>, keymap: Keymap = DEFAULT_KEYMAP) =>
  readShortcut(press(part), keymap, ALL);

describe('keys of the app', () => {
  it('mean what the list of shortcuts says', () => {
    expect(read({ key: ',', ctrlKey: true })).toBe('settings');
    expect(read({ key: ',', metaKey: true })).toBe('settings');
    expect(read({ key: 'M', ctrlKey: true, shiftKey: true })).toBe('new-message');
    expect(read({ key: 'k', ctrlKey: true })).toBe('switcher');
    expect(read({ key: 'f', ctrlKey: true })).toBe('search-here');
    expect(read({ key: 'F', metaKey: true, shiftKey: true })).toBe('search-all');
    expect(read({ key: '.', ctrlKey: true })).toBe('details');
    expect(read({ key: 'u', ctrlKey: true })).toBe('attach');
    expect(read({ key: 'e', ctrlKey: true })).toBe('emoji');
    expect(read({ key: 'F6' })).toBe('next-region');
    expect(read({ key: 'F6', shiftKey: true })).toBe('previous-region');
    expect(read({ key: 'ArrowDown', altKey: true })).toBe('next-chat');
    expect(read({ key: 'ArrowUp', altKey: true, shiftKey: true })).toBe('previous-unread');
  });

  it('are found by their place where the layout has no such letters, and a sign with Shift or without', () => {
    expect(read({ key: 'л', code: 'KeyK', ctrlKey: true })).toBe('switcher');
    expect(read({ key: 'j', code: 'KeyK', ctrlKey: true })).toBeNull();
    expect(read({ key: '/', ctrlKey: true, shiftKey: true })).toBe('keys');
    expect(read({ key: '/', ctrlKey: true })).toBe('keys');
  });

  it('leave typing, input methods, other scopes and what was handled already alone', () => {
    expect(read({ key: 'k' })).toBeNull();
    expect(read({ key: 'r' })).toBeNull();
    expect(readShortcut(press({ key: 'r' }), DEFAULT_KEYMAP, ['message'])).toBe('reply');
    expect(read({ key: 'k', ctrlKey: true, altKey: true })).toBeNull();
    expect(read({ key: 'k', ctrlKey: true, isComposing: true })).toBeNull();
    expect(read({ key: 'k', ctrlKey: true, defaultPrevented: true })).toBeNull();
    expect(comboOf(press({ key: 'Control', ctrlKey: true }))).toBeNull();
  });

  it('can be changed and turned off', () => {
    const keymap: Keymap = { ...DEFAULT_KEYMAP, switcher: 'Ctrl+J', settings: null };
    expect(read({ key: 'j', ctrlKey: true }, keymap)).toBe('switcher');
    expect(read({ key: 'k', ctrlKey: true }, keymap)).toBeNull();
    expect(read({ key: ',', ctrlKey: true }, keymap)).toBeNull();
  });

  it('name a chat by its number', () => {
    expect(readChatNumber(press({ key: '1', code: 'Digit1', ctrlKey: true }))).toBe(1);
    for (const other of [
      { key: '0', ctrlKey: true },
      { key: '1' },
      { key: '1', ctrlKey: true, altKey: true }
    ])
      expect(readChatNumber(press(other))).toBeNull();
  });

  it('are all allowed as they come', () => {
    for (const id of SHORTCUT_IDS) expect(comboProblem(SHORTCUTS[id][1], id, DEFAULT_KEYMAP)).toBeNull();
  });
});

describe('new keys for a shortcut', () => {
  it('are refused when they would be typed, are the browser’s, or have a meaning', () => {
    expect(comboProblem('K', 'switcher', DEFAULT_KEYMAP)).toEqual({ kind: 'needs-modifier' });
    expect(comboProblem('K', 'reply', DEFAULT_KEYMAP)).toBeNull();
    for (const combo of ['Ctrl+T', 'Ctrl+Shift+N', 'Ctrl+1', 'Ctrl+C', 'Tab', 'Enter', 'ArrowUp'])
      expect(comboProblem(combo, 'reply', DEFAULT_KEYMAP), combo).toEqual({ kind: 'reserved' });
    expect(comboProblem('Ctrl+U', 'switcher', DEFAULT_KEYMAP)).toEqual({ kind: 'taken', by: 'attach' });
    expect(comboProblem('Ctrl+U', 'switcher', { ...DEFAULT_KEYMAP, attach: null })).toBeNull();
    expect(comboProblem('F9', 'switcher', DEFAULT_KEYMAP)).toBeNull();
  });

  it('survive being kept, two that changed places among them', () => {
    const chosen: Keymap = { ...DEFAULT_KEYMAP, switcher: 'Ctrl+J', reply: 'Q', react: null };
    expect(keymapDifference(chosen)).toEqual({ switcher: 'Ctrl+J', reply: 'Q', react: null });
    expect(parseKeymap(JSON.stringify(keymapDifference(chosen)))).toEqual(chosen);
  });

  it('are taken from storage only where they are allowed, whatever stands there', () => {
    for (const broken of [null, '', 'nonsense', '[]', '5', 'null', '{"switcher":5}', '{"switcher":"Ctrl+T"}'])
      expect(parseKeymap(broken)).toEqual(DEFAULT_KEYMAP);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...SHORTCUT_IDS, '__proto__'), fc.jsonValue()), (stored) => {
        const keymap = parseKeymap(JSON.stringify(stored));
        const combos = SHORTCUT_IDS.map((id) => keymap[id]).filter((combo) => combo !== null);
        expect(new Set(combos).size).toBe(combos.length);
        expect(Object.keys(keymap)).toEqual(SHORTCUT_IDS);
      })
    );
  });

  it('are printed as people read them', () => {
    expect(printCombo('Ctrl+Shift+M', 'Cmd')).toBe('Cmd Shift M');
    expect(printCombo('Alt+ArrowUp', 'Ctrl')).toBe('Alt ↑');
  });
});
