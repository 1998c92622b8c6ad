// Keys that work everywhere in the app (ux.md §7): pure, from event to meaning.

export type Shortcut =
  | { readonly kind: 'settings' }
  | { readonly kind: 'new-message' }
  | { readonly kind: 'switcher' }
  | { readonly kind: 'search'; readonly where: 'here' | 'everywhere' }
  | { readonly kind: 'details' }
  | { readonly kind: 'list-of-keys' }
  | { readonly kind: 'region'; readonly step: 1 | -1 }
  | { readonly kind: 'chat'; readonly step: 1 | -1; readonly onlyUnread: boolean };

export type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'defaultPrevented'
>;

/** Null for keys that mean nothing here. Ctrl is Cmd on a Mac, so either counts. */
export function readShortcut(event: KeyPress): Shortcut | null {
  if (event.isComposing || event.defaultPrevented) return null;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey) return commandShortcut(event);
  if (command) return null;
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    return { kind: 'chat', step: event.key === 'ArrowUp' ? -1 : 1, onlyUnread: event.shiftKey };
  }
  if (event.key === 'F6' && !event.altKey) return { kind: 'region', step: event.shiftKey ? -1 : 1 };
  return null;
}

function commandShortcut({ key, code, shiftKey }: KeyPress): Shortcut | null {
  if (!shiftKey && key === ',') return { kind: 'settings' };
  if (!shiftKey && key === '.') return { kind: 'details' };
  // By place on the keyboard as well: a Cyrillic or Arabic layout has no such letters.
  const is = (letter: string) => key.toLowerCase() === letter || code === `Key${letter.toUpperCase()}`;
  // On many layouts the slash is typed with Shift.
  if (key === '/') return { kind: 'list-of-keys' };
  if (!shiftKey && is('k')) return { kind: 'switcher' };
  if (is('f')) return { kind: 'search', where: shiftKey ? 'everywhere' : 'here' };
  if (shiftKey && is('m')) return { kind: 'new-message' };
  return null;
}
