// English: searching messages, and the quick switcher.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const search = {
  /** Name of the part that holds the hits; no “Messages” region of a conversation. */
  found: 'Found in messages',
  within: ({ name }: { name: string }) => `In the chat with ${name}`,
  withinNote: 'In Note to Self',
  everywhere: 'Look in all chats',
  typeHere: 'Type what to look for in this chat.',
  searching: 'Looking',
  none: 'Nothing found',
  noneHint: 'Words of messages are found by their beginnings, whatever their capitals and accents.',
  incomplete: 'Older messages are still being taken in. More may be found in a while.',
  failed: ({ code }: { code: string }) => `The messages could not be looked through (${code}). Try again.`,
  more: 'Show older ones',
  count: ({ count }: { count: number }) => plural(count, { one: '# message', other: '# messages' }),
  /** Name of a hit: who, when, what. */
  hit: ({ name, time, text }: { name: string; time: string; text: string }) => `${name}, ${time}, ${text}`,
  you: 'You',
  jumpToDate: 'Jump to a date',
  goToDate: 'Go there',
  jumpEmpty: 'There is nothing in this chat yet.',

  switcher: 'Go to',
  switcherField: 'Chat or command',
  switcherHint: 'Type a name or what to do',
  switcherNone: 'Nothing by that name',
  chats: 'Chats',
  commands: 'Commands',
  openSwitcher: 'Go to a chat or command',
  commandNames: {
    newMessage: 'New message',
    invite: 'Invite a friend',
    requests: 'Message Requests',
    searchAll: 'Find in all chats',
    searchHere: 'Find in this chat',
    details: 'Details of this chat',
    nextUnread: 'Next unread chat',
    lock: 'Lock now',
    keys: 'Keyboard shortcuts',
    markAllRead: 'Mark all chats as read',
    muteHour: 'Mute this chat for 1 hour',
    settingsOf: ({ section }: { section: string }) => `Settings: ${section}`,
    thisChat: ({ act }: { act: string }) => `This chat: ${act}`
  }
} as const;
