// English: the list of shortcuts. `keys` are printed as they stand, with Ctrl as Cmd on a Mac.
export const keys = {
  title: 'Keyboard shortcuts',
  close: 'Close',
  mac: 'Cmd',
  groups: [
    {
      title: 'Everywhere',
      rows: [
        { keys: 'Ctrl K', does: 'Go to a chat or command' },
        { keys: 'Ctrl Shift F', does: 'Search in all chats' },
        { keys: 'Ctrl ,', does: 'Settings' },
        { keys: 'Ctrl Shift M', does: 'New message' },
        { keys: 'Alt ↑  Alt ↓', does: 'Previous or next conversation, with Shift the next unread one' },
        { keys: 'F6', does: 'Next part of the screen, with Shift the one before' },
        { keys: 'Ctrl /', does: 'This list' }
      ]
    },
    {
      title: 'In the list of chats',
      rows: [
        { keys: '↑ ↓ Home End', does: 'From chat to chat' },
        { keys: 'Shift F10', does: 'Menu of the chat' },
        { keys: 'Del', does: 'Delete the chat' }
      ]
    },
    {
      title: 'In a conversation',
      rows: [
        { keys: 'Ctrl F', does: 'Search in this chat' },
        { keys: 'Ctrl .', does: 'Details of this chat' },
        { keys: 'Enter', does: 'Send, with Shift a new line (settings can swap them)' },
        { keys: '↑', does: 'From the empty composer to the messages' },
        { keys: '↑ ↓ Home End', does: 'From message to message' },
        { keys: 'Ctrl E', does: 'Emoji' },
        { keys: 'Esc', does: 'Close the panel, cancel the reply, back to the composer' }
      ]
    },
    {
      title: 'On a message',
      rows: [
        { keys: 'Enter', does: 'Menu' },
        { keys: 'R', does: 'Reply' },
        { keys: 'E', does: 'React' },
        { keys: 'C', does: 'Copy' },
        { keys: 'Del', does: 'Delete' }
      ]
    }
  ]
} as const;
