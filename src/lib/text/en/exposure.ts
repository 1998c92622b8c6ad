// English: the Exposure screen. Relay, Entry Node and Service Node are terms (ux.md §2).
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const exposure = {
  title: 'Exposure',
  lead: 'What each party can learn right now, with your present settings.',
  table: 'What each party learns',
  party: 'Party',
  columns: {
    ip: 'My IP',
    accountId: 'My Account ID',
    contacts: 'My contacts',
    timing: 'Timing',
    content: 'Content'
  },
  parties: {
    host: 'Host of this app',
    relay: 'Relay',
    entry: 'Entry Node',
    nodes: 'Other Service Nodes',
    'own-swarm': 'Your swarm',
    'other-swarm': 'Swarms you write to',
    names: 'Name service',
    'file-server': 'File server',
    people: 'People you write to',
    notifications: 'Notifications',
    device: 'Who takes this device'
  },
  notes: {
    nodes: ({ count }: { count: number }) => plural(count, { one: '# node', other: '# nodes' }),
    swarm: ({ asked, members }: { asked: number; members: number }) =>
      plural(members, {
        one: `${asked} asked of # node that holds your mail`,
        other: `${asked} asked of # nodes that hold your mail`
      }),
    people: 'Who you answered or wrote first',
    notifications: 'Kept in the browser’s own files',
    deviceOpen: 'No lock is set',
    deviceLocked: 'Closed by your lock',
    nextFile: 'From the next file that comes'
  },
  words: {
    yes: 'Yes',
    no: 'No',
    ifReached: 'If it was reached',
    timesAndSizes: 'Times, sizes',
    sizes: 'Sizes',
    times: 'Times',
    whenLoading: 'When you load it',
    whenYouPress: 'Sizes, when you load',
    asFilesCome: 'Times, sizes',
    receivers: 'Receivers only',
    hashOfName: 'A hash of the name',
    sending: 'When you send',
    sendingAndReading: 'Also when you read',
    sendingAndTyping: 'Also when you type',
    sendingReadingTyping: 'Also when you read and type',
    names: 'Names',
    beginnings: 'Beginnings',
    whatYouSend: 'What you send',
    counts: 'Counts, changes'
  },
  legend: { yes: 'Learns it', part: 'Learns part of it', no: 'Does not learn it' },
  /** The network layer has noted since then. */
  since: ({ time }: { time: string }) =>
    `Rows of the network are what this app has really been in touch with since ${time}. They stand in memory alone, and begin anew when it is opened again.`,
  notYet: 'Nothing was sent yet. Rows of the network appear with the first packet.',
  show: ({ party, what }: { party: string; what: string }) => `${party}: ${what}`,
  list: ({ party }: { party: string }) => `${party}, one by one`,
  parts: {
    entry: 'Entry Node',
    middle: 'second stop',
    last: 'third stop',
    'own-swarm': 'holds your mail',
    'other-swarm': 'took your letter',
    names: 'asked for a name',
    network: 'asked about the network'
  },
  count: ({ count }: { count: number }) => plural(count, { one: '# time', other: '# times' }),
  lost: ({ count }: { count: number }) =>
    plural(count, { one: '# more lost on the way', other: '# more lost on the way' }),
  last: ({ time }: { time: string }) => `last ${time}`,

  /** Spoken in front of a party. */
  added: 'Would be added',
  gone: 'Would go',
  changed: 'Would change',
  /** Below a cell that would change. */
  now: ({ word }: { word: string }) => `now: ${word}`,
  effect: ({ changed, added, gone }: { changed: number; added: number; gone: number }) =>
    changed + added + gone === 0
      ? 'No row would change.'
      : [
          added > 0 ? plural(added, { one: '# row would be added.', other: '# rows would be added.' }) : '',
          gone > 0 ? plural(gone, { one: '# row would go.', other: '# rows would go.' }) : '',
          changed > 0 ? plural(changed, { one: '# row would change.', other: '# rows would change.' }) : ''
        ]
          .filter(Boolean)
          .join(' '),
  /** A question elsewhere than on this screen: the change, and what follows. */
  asked: ({ change }: { change: string }) => `${change}?`,
  askedText: 'This is what it changes in who learns what.',
  showNotifications: 'Notifications on',
  hideNotifications: 'Notifications off',
  notificationContents: {
    neither: 'Notifications without name and message',
    name: 'Notifications with the name',
    'name-and-text': 'Notifications with name and message'
  },
  loadingHere: 'Download media by itself in this chat',
  noLoadingHere: 'Download media only when you press',
  /** Beside a choice that would do so, named in the sentence. */
  alsoChanges: ({ choice }: { choice: string }) => `“${choice}” changes in who learns what:`,
  confirm: 'Set it so',
  confirmMany: ({ count }: { count: number }) =>
    plural(count, { one: 'Set # switch', other: 'Set # switches' }),
  keep: 'Leave it',
  done: 'Done. The rows above hold now.',
  failed: ({ code }: { code: string }) => `It could not be changed (${code}).`,

  checkUp: 'Privacy check-up',
  checkUpDone: 'Every switch is at its careful side.',
  checkUpOpen: ({ count }: { count: number }) =>
    plural(count, {
      one: '# switch could be more careful. Turning one shows first what it changes above.',
      other: '# switches could be more careful. Turning one shows first what it changes above.'
    }),
  switches: {
    readReceipts: {
      label: 'Read Receipts',
      help: 'People you write to learn when you read.',
      carefully: 'Read Receipts off',
      otherwise: 'Read Receipts on'
    },
    typingIndicators: {
      label: 'Typing Indicators',
      help: 'People you write to learn when you type.',
      carefully: 'Typing Indicators off',
      otherwise: 'Typing Indicators on'
    },
    firstOnly: {
      label: 'Only people I wrote first reach me',
      help: 'What strangers send is thrown away on arrival. They are not told.',
      carefully: 'Only people you wrote first reach you',
      otherwise: 'Anyone who has your Account ID reaches you'
    },
    notificationContent: {
      label: 'Names in notifications',
      help: 'The browser keeps shown notifications in its own files, unsealed.',
      carefully: 'Notifications without name and message',
      otherwise: 'Notifications with the name of who wrote'
    },
    lockSoon: {
      label: 'Lock after 5 minutes',
      help: 'Without use, at the latest. Works once a lock is set.',
      carefully: 'Lock after 5 minutes without use',
      otherwise: 'Lock after 15 minutes without use'
    },
    lockWhenHidden: {
      label: 'Lock when hidden',
      help: 'As soon as no tab of this app is on screen. Works once a lock is set.',
      carefully: 'Lock when no tab is on screen',
      otherwise: 'No lock when hidden'
    },
    blurWhenHidden: {
      label: 'Blur when hidden',
      help: 'What the page shows is blurred while you look elsewhere.',
      carefully: 'Blur while you look elsewhere',
      otherwise: 'No blur while you look elsewhere'
    }
  },
  loading: 'Files load by themselves',
  loadingHelp: 'The file server then learns when files reach you. Turned on for each chat.',
  loadingCount: ({ count }: { count: number }) =>
    count === 0 ? 'In no chat' : plural(count, { one: 'In # chat', other: 'In # chats' }),
  loadingCarefully: 'Files load only when you press',
  lock: 'Lock',
  lockHelp:
    'A passphrase or passkey. Without one, who takes this device and knows the format reads everything.',
  lockOn: 'Set',
  lockOff: 'Set a lock',

  preset: 'High-risk preset',
  presetText: ({ count }: { count: number }) =>
    plural(count, {
      one: 'Sets # switch to its careful side. You see the list before it is set, and can take all of it back.',
      other:
        'Sets # switches to their careful side at once. You see the list before they are set, and can take all of it back.'
    }),
  presetNothing: 'Every switch it would set is careful already.',
  presetNoLock: 'It cannot choose a passphrase for you: set a lock yourself.',
  review: 'Review',
  presetList: 'Switches it would set',
  presetSet: ({ date }: { date: string }) => `Set on ${date}. What the switches were before is kept.`,
  undo: 'Undo',
  undoText: 'Puts every switch back to exactly what it was. What you changed by hand since then stays.',
  undone: 'The former values are back.'
} as const;
