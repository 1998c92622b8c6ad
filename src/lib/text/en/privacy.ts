// English: settings, Privacy. Names of the terms are fixed by ux.md §2.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const privacy = {
  title: 'Privacy',
  lead: 'What others learn from you, and who can write to you.',
  lock: 'Lock',
  lockOn: 'On',
  lockOff: 'Off',
  signals: 'Signals',
  readReceipts: 'Read Receipts',
  readReceiptsHelp:
    'People see when you have read their messages, and you see when they have read yours. Off, neither is told.',
  typingIndicators: 'Typing Indicators',
  typingIndicatorsHelp:
    'People see that you are writing, and you see when they are. Each sign is a sealed message of its own. Off, neither is told.',
  keys: 'Keys',
  forwardSecrecy: 'Forward secret + post-quantum',
  forwardSecrecyHelp:
    'Messages to contacts who can read them are sealed with keys that change every 12 hours and are destroyed after about three weeks, also against quantum computers. Turn it on only if you use this account in this app alone: other apps do not show such messages, and another browser shows them once it is linked under Devices. Experimental, and not audited.',
  reach: 'Who can reach me',
  anyone: 'Anyone',
  anyoneHelp: 'Who has your Account ID can write. People you never wrote to wait under Message Requests.',
  firstOnly: 'Only people I wrote first',
  firstOnlyHelp:
    'What others send is thrown away on arrival. They are not told, and nothing of it can be brought back.',
  people: 'People',
  /** Holds no other link’s name: the requests have a link of that name already. */
  waiting: 'Who waits for an answer',
  waitingCount: ({ count }: { count: number }) =>
    count === 0 ? 'Nobody' : plural(count, { one: '# person', other: '# people' }),
  blocked: 'Blocked Contacts',
  blockedCount: ({ count }: { count: number }) =>
    count === 0 ? 'Nobody' : plural(count, { one: '# person', other: '# people' })
} as const;
