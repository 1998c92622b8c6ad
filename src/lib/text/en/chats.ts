// English: what can be done with a conversation as a whole, in menus, panel and dialogs.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const chats = {
  menu: 'What to do with this chat',
  muteMenu: 'For how long',
  acts: {
    details: 'Details',
    pin: 'Pin',
    unpin: 'Unpin',
    read: 'Mark as read',
    unread: 'Mark as unread',
    mute: 'Mute…',
    unmute: 'Unmute',
    notify: 'Turn notifications on',
    silence: 'Turn notifications off',
    nickname: 'Nickname…',
    timer: 'Disappearing Messages…',
    block: 'Block…',
    unblock: 'Unblock',
    delete: 'Delete…'
  },
  muteFor: {
    hour: 'For 1 hour',
    'eight-hours': 'For 8 hours',
    week: 'For 1 week',
    always: 'Always'
  },
  mutedUntil: ({ until }: { until: string }) => `Muted until ${until}`,
  mutedForGood: 'Muted',

  pinned: ({ name }: { name: string }) => `${name} was pinned.`,
  unpinned: ({ name }: { name: string }) => `${name} was unpinned.`,
  tooManyPins: 'Five chats are pinned already. Unpin one first.',
  markedRead: 'Marked as read.',
  markedUnread: 'Marked as unread.',
  muted: ({ name }: { name: string }) => `${name} was muted.`,
  unmuted: ({ name }: { name: string }) => `${name} is no longer muted.`,
  notified: ({ name }: { name: string }) => `You are notified of messages from ${name}.`,
  silenced: ({ name }: { name: string }) => `You are not notified of messages from ${name}.`,
  blocked: ({ name }: { name: string }) => `${name} was blocked.`,
  unblocked: ({ name }: { name: string }) => `${name} is no longer blocked.`,
  hidden: ({ name }: { name: string }) => `${name} is out of the list.`,
  deleted: ({ name }: { name: string }) => `The chat with ${name} was deleted.`,
  undo: 'Undo',
  cancel: 'Cancel',

  nicknameTitle: ({ name }: { name: string }) => `Nickname for ${name}`,
  nickname: 'Nickname',
  nicknameHelp: 'Only you see it. Leave it empty to go back to the name they chose.',
  nicknameTooLong: 'That name is too long. Choose a shorter one.',
  save: 'Save',

  blockTitle: ({ name }: { name: string }) => `Block ${name}?`,
  blockText: 'What they send is thrown away on arrival. They are not told. What is here stays.',
  block: 'Block',

  deleteTitle: ({ name }: { name: string }) => `Delete the chat with ${name}?`,
  deleteNoteTitle: 'Delete Note to Self?',
  deleteChoices: 'What to delete',
  hideChoice: 'Take it out of the list',
  hideChoiceHelp: 'The messages stay in this browser. It comes back when one of you writes.',
  deviceChoice: 'Delete on this device only',
  deviceChoiceHelp: ({ name }: { name: string }) =>
    `All its messages go from this browser. ${name} and your other devices keep theirs.`,
  deviceChoiceNoteHelp: 'All its messages go from this browser. Your other devices keep theirs.',
  hideButton: 'Take out',
  deleteButton: 'Delete',

  requests: 'Message Requests',
  requestsLead: 'Nobody here learns that you have seen them.',
  requestsCount: ({ count }: { count: number }) => plural(count, { one: '# request', other: '# requests' }),
  requestsBack: 'Back',
  requestMenu: 'What to do with this request',
  accept: 'Accept',
  delete: 'Delete',
  clearAll: 'Clear All',
  clearAllTitle: 'Delete all requests?',
  clearAllText: 'They go from this browser. The people who wrote are not told, and can write again.',
  accepted: ({ name }: { name: string }) => `${name} can write to you now.`,
  declined: ({ name }: { name: string }) => `The request from ${name} was deleted.`,
  cleared: 'All requests were deleted.',
  noRequests: 'No requests',
  noRequestsHint: 'When somebody you never wrote to writes to you, it waits here for your answer.',
  chooseRequest: 'No request open',
  chooseRequestLead: 'Open one to read it. Only accepting or writing back tells them.',

  blockedTitle: 'Blocked Contacts',
  blockedLead: 'What they send is thrown away on arrival. They are not told.',
  noBlocked: 'Nobody is blocked',
  noBlockedHint: 'Block somebody from the menu of their chat or from their details.',
  unblock: 'Unblock'
} as const;

/** What the list says of an entry that has no words of its own. */
export const lastEntry = {
  deleted: 'Message deleted',
  invitation: 'Community invitation',
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  voice: 'Voice message',
  file: 'File',
  'you-accepted': 'You accepted the request',
  'they-accepted': 'Your request was accepted',
  timer: 'Disappearing Messages changed',
  'call-missed': 'Missed call',
  'media-saved': 'Media was saved',
  'group-invitation': 'Group invitation',
  device: 'Your devices changed',
  protection: 'Protection changed'
} as const;
