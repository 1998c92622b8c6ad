// English: keys of the app, and the place where they are changed.
/** One for each shortcut of `state/shortcuts.ts`. */
const names = {
  switcher: 'Go to a chat or command',
  'search-all': 'Search in all chats',
  'new-message': 'New message',
  'previous-chat': 'Previous conversation',
  'next-chat': 'Next conversation',
  'previous-unread': 'Previous unread conversation',
  'next-unread': 'Next unread conversation',
  'next-region': 'Next part of the screen',
  'previous-region': 'Part of the screen before',
  settings: 'Settings',
  keys: 'This list',
  lock: 'Lock now',
  'search-here': 'Search in this chat',
  details: 'Details of this chat',
  attach: 'Attach files',
  emoji: 'Emoji',
  reply: 'Reply',
  react: 'React',
  copy: 'Copy',
  save: 'Save',
  delete: 'Delete'
} as const;

export const keys = {
  title: 'Keyboard shortcuts',
  close: 'Close',
  change: 'Change shortcuts',
  off: 'Off',
  names,
  scopes: { everywhere: 'Everywhere', chat: 'In a conversation', message: 'On a message' },
  inList: 'In the list of chats',
  /** What cannot be changed: each is the key of its place. */
  fixed: {
    list: [
      { keys: '↑ ↓ Home End', does: 'From chat to chat' },
      { keys: 'Shift F10', does: 'Menu of the chat' },
      { keys: 'Del', does: 'Delete the chat' }
    ],
    everywhere: [{ keys: 'Ctrl 1 … 9', does: 'Chat by its place in the list, in the installed app' }],
    chat: [
      { keys: 'Enter', does: 'Send, with Shift a new line (settings can swap them)' },
      { keys: '↑', does: 'From the empty composer to the messages' },
      { keys: '↑ ↓ Home End', does: 'From message to message' },
      { keys: 'Esc', does: 'Close the panel, cancel the reply, back to the composer' }
    ],
    message: [{ keys: 'Enter', does: 'Menu' }]
  },

  settingsTitle: 'Keyboard',
  settingsLead: 'Every shortcut can be changed or turned off. Kept in this browser.',
  settingsHelp: 'Change shortcuts, or turn them off',
  changeOne: ({ name, keys: pressed }: { name: string; keys: string }) => `${name}: ${pressed}. Change`,
  press: 'Press keys',
  pressHelp: ({ name }: { name: string }) =>
    `Press the new keys for “${name}”. Escape keeps the old ones, Backspace turns it off.`,
  turnOff: ({ name }: { name: string }) => `Turn off ${name}`,
  reset: 'Reset all',
  resetDone: 'All shortcuts are as they came.',
  changed: ({ name, keys: pressed }: { name: string; keys: string }) => `${name} is now ${pressed}.`,
  turnedOff: ({ name }: { name: string }) => `${name} has no shortcut now.`,
  needsModifier: 'Hold Ctrl or Alt with it, or choose a function key: alone it would be typed.',
  reserved: 'The browser or another part of the app needs these keys. Choose others.',
  taken: ({ name }: { name: string }) => `“${name}” has these keys. Choose others, or change that one first.`
} as const;
