// English: one conversation. Names of controls and states are a contract (ux.md §7).
import { createNumber, createPlural } from '../plural.ts';

const plural = createPlural('en');
const number = createNumber('en');

export const conversation = {
  /** Protection line of the header. The two names are fixed by ux.md §4.4. */
  classic: 'Classic',
  hybrid: 'Forward secret + post-quantum',
  noteToSelfLine: 'Only on your devices',
  /** The log. Contract. */
  messages: 'Messages',
  /** The text box. Contract. */
  message: 'Message',
  /** Contract. */
  sendMessage: 'Send message',
  composer: 'Write',
  you: 'You',
  /** Name of a message: author, time, text, state. */
  messageName: ({
    author,
    time,
    text,
    state
  }: {
    author: string;
    time: string;
    text: string;
    state: string;
  }) => (state === '' ? `${author}, ${time}, ${text}` : `${author}, ${time}, ${text}, ${state}`),
  /** Of a message whose sent time does not fit the time it reached the network. */
  oddDate: 'unlikely date',
  states: {
    queued: 'Queued',
    uploading: 'Uploading',
    sending: 'Sending',
    sent: 'Sent',
    read: 'Read',
    failed: 'Failed',
    received: ''
  },

  newMessages: ({ count }: { count: number }) =>
    plural(count, { one: '# new message', other: '# new messages' }),
  /** Spoken, for the open chat. */
  newFrom: ({ count, name }: { count: number; name: string }) =>
    plural(count, { one: `# new message from ${name}`, other: `# new messages from ${name}` }),
  sendFailedSpoken: 'A message could not be sent.',
  jumpToLatest: 'Jump to the latest',
  jumpWithNew: ({ count }: { count: number }) =>
    plural(count, { one: 'Jump to the latest, # new', other: 'Jump to the latest, # new' }),

  emptyTitle: ({ name }: { name: string }) => `This is the beginning of your conversation with ${name}.`,
  emptyText: 'They learn your name and Account ID with your first message.',
  emptyNote: 'What you write here reaches your own devices only.',

  more: 'More',
  messageMenu: 'What to do with this message',
  copy: 'Copy',
  info: 'Info',
  retry: 'Retry',
  delete: 'Delete',
  conversationMenu: 'What to do with this conversation',
  copyAccountId: 'Copy Account ID',
  searchHere: 'Find in this chat',
  details: 'Details',
  accountIdCopied: 'The Account ID was copied.',

  cancel: 'Cancel',

  /** Why a message failed, by the code of its failure. */
  failures: {
    'message-too-long': 'It is too long to be sent.',
    'wrong-swarm': 'The nodes that keep their mail could not be found.',
    'no-swarm': 'The nodes that keep their mail could not be found.',
    rejected: 'The network refused it.',
    'clock-skew': 'The clock of this device differs too much from the network’s.',
    'unverified-answer': 'The nodes gave answers that do not hold.',
    'upload-cancelled': 'You cancelled its files.',
    'file-missing': 'A file of it is no longer on this device.',
    'file-too-large': 'A file of it is too large for the file server.',
    'file-refused': 'The file server refused a file of it.',
    other: 'It could not be sent.'
  },

  characters: ({ count, limit }: { count: number; limit: number }) =>
    `${number(count)} of ${number(limit)} characters`,
  tooLong: ({ over }: { over: number }) =>
    plural(over, { one: '# character too many.', other: '# characters too many.' }),

  infoTitle: 'Where is this?',
  closeInfo: 'Close',
  thisDevice: 'This device',
  thisDeviceText: 'Sealed in this browser.',
  networkCopy: 'Network copy',
  sentAt: 'Sent',
  receivedState: 'State',
  size: 'Size',
  bytes: ({ count }: { count: number }) => plural(count, { one: '# byte', other: '# bytes' }),
  protection: 'Protection',
  classicText: 'Sealed for the recipient. A key that leaks later opens messages from before.',
  hybridText:
    'Sealed with keys that change every 12 hours and are destroyed after about three weeks, also against quantum computers. Experimental, and not audited.'
} as const;
