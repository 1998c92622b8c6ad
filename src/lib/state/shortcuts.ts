// Keys of the app (ux.md §7): which there are, what they mean, and how a person changes them. Pure: a key press in, an id
// out. A combination is written `Ctrl+Shift+M`; Ctrl is Cmd on a Mac, so either counts.

/** Where keys are heard: anywhere, in an open chat, or on a message, where a letter alone is enough. */
export type KeyScope = 'everywhere' | 'chat' | 'message';

/** In the order in which they are listed. */
export const SHORTCUTS = {
  switcher: ['everywhere', 'Ctrl+K'],
  'search-all': ['everywhere', 'Ctrl+Shift+F'],
  'new-message': ['everywhere', 'Ctrl+Shift+M'],
  'previous-chat': ['everywhere', 'Alt+ArrowUp'],
  'next-chat': ['everywhere', 'Alt+ArrowDown'],
  'previous-unread': ['everywhere', 'Alt+Shift+ArrowUp'],
  'next-unread': ['everywhere', 'Alt+Shift+ArrowDown'],
  'next-region': ['everywhere', 'F6'],
  'previous-region': ['everywhere', 'Shift+F6'],
  settings: ['everywhere', 'Ctrl+,'],
  keys: ['everywhere', 'Ctrl+/'],
  lock: ['everywhere', 'Ctrl+Shift+L'],
  'search-here': ['chat', 'Ctrl+F'],
  details: ['chat', 'Ctrl+.'],
  attach: ['chat', 'Ctrl+U'],
  emoji: ['chat', 'Ctrl+E'],
  reply: ['message', 'R'],
  react: ['message', 'E'],
  copy: ['message', 'C'],
  save: ['message', 'S'],
  delete: ['message', 'Delete']
} as const satisfies Readonly<Record<string, readonly [KeyScope, string]>>;

export type ShortcutId = keyof typeof SHORTCUTS;

export const SHORTCUT_IDS = Object.keys(SHORTCUTS) as readonly ShortcutId[];

/** The combination of each shortcut; null: turned off. */
export type Keymap = Readonly<Record<ShortcutId, string | null>>;

export const DEFAULT_KEYMAP = Object.fromEntries(SHORTCUT_IDS.map((id) => [id, SHORTCUTS[id][1]])) as Keymap;

export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'defaultPrevented'
>;

const MODIFIERS: ReadonlySet<string> = new Set(['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'Dead']);

/**
 * The Latin letter of a key: the one printed, else by its place, since a Cyrillic or Arabic layout has none.
 * @returns null for keys that are no letter
 */
function letterOf({ key, code }: Pick<KeyPress, 'key' | 'code'>): string | null {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  return /^[\x20-\x7f]*$/.test(key) ? null : (/^Key([A-Z])$/.exec(code)?.[1] ?? null);
}

/** The combination that is pressed; null while only modifiers are, or a text is being composed. */
export function comboOf(press: KeyPress): string | null {
  if (press.isComposing || MODIFIERS.has(press.key) || press.key === '') return null;
  const letter = letterOf(press);
  const key = letter ?? (press.key === ' ' ? 'Space' : press.key);
  // Shift is how such a sign is typed on some layouts and not on others.
  const isSign = letter === null && /^[!-~]$/.test(press.key) && !/^\d$/.test(press.key);
  return [
    press.ctrlKey || press.metaKey ? 'Ctrl' : null,
    press.altKey ? 'Alt' : null,
    press.shiftKey && !isSign ? 'Shift' : null,
    key
  ]
    .filter((part) => part !== null)
    .join('+');
}

/** The shortcut of these scopes that a key press stands for; null for keys that mean nothing there. */
export function readShortcut(
  press: KeyPress,
  keymap: Keymap,
  scopes: readonly KeyScope[]
): ShortcutId | null {
  if (press.defaultPrevented) return null;
  const combo = comboOf(press);
  if (combo === null) return null;
  return SHORTCUT_IDS.find((id) => keymap[id] === combo && scopes.includes(SHORTCUTS[id][0])) ?? null;
}

/** A chat by its place in the list, Ctrl+1 to 9, where the browser leaves those keys to the app; null for other keys. */
export function readChatNumber(press: KeyPress): number | null {
  if (press.defaultPrevented) return null;
  const digit = /^Ctrl\+([1-9])$/.exec(comboOf(press) ?? '')?.[1];
  return digit === undefined ? null : Number(digit);
}

export type ComboProblem =
  | { readonly kind: 'needs-modifier' }
  /** The browser or the walk over messages have it. */
  | { readonly kind: 'reserved' }
  | { readonly kind: 'taken'; readonly by: ShortcutId };

/** What browsers keep for themselves, and what edits text. */
const RESERVED =
  /^(Ctrl\+(Shift\+)?[NTW]|Ctrl\+[\dACVXZYQR]|(Shift\+)?(Tab|Enter|Space|Escape|Backspace|Home|End|PageUp|PageDown|Arrow\w+|ContextMenu)|Shift\+F10|F5|F11|F12)$/;

/** Why a shortcut may not have a combination; null when it may. */
export function comboProblem(combo: string, wanted: ShortcutId, keymap: Keymap): ComboProblem | null {
  if (RESERVED.test(combo)) return { kind: 'reserved' };
  const scope = SHORTCUTS[wanted][0];
  if (scope !== 'message' && !/^(Ctrl|Alt)\+|^(Shift\+)?F\d/.test(combo)) return { kind: 'needs-modifier' };
  const by = SHORTCUT_IDS.find((id) => id !== wanted && keymap[id] === combo);
  return by ? { kind: 'taken', by } : null;
}

export const KEYMAP_KEY = 'onionskin.keys';

/** A stored choice; whatever is missing, unknown or not allowed in it takes its default. */
export function parseKeymap(stored: string | null): Keymap {
  const chosen = parseObject(stored);
  let keymap = DEFAULT_KEYMAP;
  for (const id of SHORTCUT_IDS) {
    const combo = Object.hasOwn(chosen, id) ? chosen[id] : undefined;
    if (combo === null) keymap = { ...keymap, [id]: null };
  }
  for (const id of SHORTCUT_IDS) {
    const combo = Object.hasOwn(chosen, id) ? chosen[id] : undefined;
    if (typeof combo !== 'string' || combo.length > 40 || comboProblem(combo, id, keymap)) continue;
    keymap = { ...keymap, [id]: combo };
  }
  return keymap;
}

function parseObject(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What is kept: only what differs from the defaults. */
export function keymapDifference(keymap: Keymap): Partial<Record<ShortcutId, string | null>> {
  return Object.fromEntries(
    SHORTCUT_IDS.filter((id) => keymap[id] !== DEFAULT_KEYMAP[id]).map((id) => [id, keymap[id]])
  );
}

const PRINTED: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Delete: 'Del'
};

/** A combination as people read it. @param command the word for Ctrl on this machine */
export function printCombo(combo: string, command: string): string {
  return combo
    .split('+')
    .map((part) => (part === 'Ctrl' ? command : (PRINTED[part] ?? part)))
    .join(' ');
}

/** For `aria-keyshortcuts`; undefined for one that is turned off. */
export function ariaCombo(combo: string | null): string | undefined {
  return combo?.replace('Ctrl', 'Control');
}
