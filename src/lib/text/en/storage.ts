// English: settings, Storage.
import { createPlural } from '../plural.ts';
import { formatBytes } from '../sizes.ts';

const plural = createPlural('en');
const size = (bytes: number) => formatBytes(bytes, 'en');
const list = (parts: readonly string[]) => new Intl.ListFormat('en', { type: 'conjunction' }).format(parts);

const KIND_COUNTS = {
  image: { one: '# picture', other: '# pictures' },
  video: { one: '# video', other: '# videos' },
  audio: { one: '# sound file', other: '# sound files' },
  voice: { one: '# voice message', other: '# voice messages' },
  file: { one: '# file', other: '# files' }
} as const;
type Kind = keyof typeof KIND_COUNTS;

export const storage = {
  title: 'Storage',
  lead: 'Everything here is sealed and stays in this browser.',
  size,
  /** `1,204 pictures and 38 videos` */
  kindCount: ({ kind, count }: { kind: Kind; count: number }) => plural(count, KIND_COUNTS[kind]),
  kindList: list,

  ofAllowed: ({ allowed }: { allowed: number }) => `of about ${size(allowed)} this browser allows`,
  usedHere: 'used by your chats',
  browserCounts: ({ used }: { used: number }) =>
    `The browser itself counts ${size(used)}: the app and its own bookkeeping are in it.`,
  counting: 'counting',
  bar: 'What takes the room',
  kinds: {
    pictures: 'Pictures',
    videos: 'Videos',
    files: 'Files',
    voice: 'Voice',
    text: 'Text and index'
  },
  free: 'Free',

  kept: 'Kept',
  keptHelp: 'The browser promised not to remove this when the device runs short of room.',
  atRisk: 'At risk',
  atRiskHelp:
    'The browser may remove everything here when the device runs short of room, and with it messages that are nowhere else.',
  ask: 'Ask the browser to keep it',
  refused:
    'The browser did not agree. Most do once the app is installed, or was used for some days. A backup is safe either way.',
  agreed: 'The browser keeps it from now on.',

  byChat: 'By chat',
  orders: { largest: 'Largest first', latest: 'Latest first', name: 'By name' },
  orderMenu: 'Order of the chats',
  showAll: ({ count }: { count: number }) => plural(count, { one: 'Show # chat', other: 'Show all # chats' }),
  textOnly: 'Text only',
  nothing: 'No chats yet. What they take will be listed here.',

  keepMenu: ({ name }: { name: string }) => `Media of ${name}`,
  /** Name of the button that opens the menu. */
  keepButton: ({ name, rule }: { name: string; rule: string }) => `Media of ${name}: ${rule}`,
  rules: { always: 'Keep', 30: '1 month', 90: '3 months', 365: '1 year' },
  ruleChoices: {
    always: 'Keep media',
    30: 'Delete after 1 month',
    90: 'Delete after 3 months',
    365: 'Delete after 1 year'
  },
  autoDownload: 'Download media by itself',
  showFiles: 'Show its files',
  ruleTitle: ({ name }: { name: string }) => `Delete older media of ${name} now?`,
  ruleText: ({ what, bytes }: { what: string; bytes: number }) =>
    `${what} are older than that already. They are deleted from this device at once: ${size(bytes)}. Later ones follow by themselves as they grow that old.`,
  ruleButton: ({ bytes }: { bytes: number }) => `Delete ${size(bytes)}`,
  ruleSet: ({ name, rule }: { name: string; rule: string }) => `${name}: ${rule}`,

  files: 'Biggest files',
  filesOf: ({ name }: { name: string }) => `Biggest files of ${name}`,
  allFiles: 'Show files of all chats',
  noFiles: 'No pictures, sound or files are on this device.',
  showMore: 'Show more',
  /** The name keeps its own direction, and leaves that of the line alone. */
  fileFacts: ({ kind, chat, date }: { kind: string; chat: string; date: string }) =>
    `${kind}, \u2068${chat}\u2069, ${date}`,

  selection: 'Selection',
  chatsChosen: ({ count }: { count: number }) => plural(count, { one: '# chat', other: '# chats' }),
  filesChosen: ({ count }: { count: number }) => plural(count, { one: '# file', other: '# files' }),
  olderThan: ({ days }: { days: number }) =>
    days === 0
      ? 'all of their media'
      : plural(days, { one: 'media older than # day', other: 'media older than # days' }),
  nothingToDelete: 'no media in them',
  clearSelection: 'Clear selection',
  deleteBytes: ({ bytes }: { bytes: number }) => `Delete ${size(bytes)}…`,
  deleteOlder: 'Delete media older than…',

  dialogTitle: 'Delete media',
  dialogFilesTitle: 'Delete these files?',
  ageLegend: 'Older than',
  ages: { 365: '1 year', 90: '3 months', 30: '1 month', 7: '1 week', 0: 'Any age' },
  ageChoice: ({ age, bytes }: { age: string; bytes: number }) =>
    bytes === 0 ? `${age}: nothing` : `${age}: ${size(bytes)}`,
  looking: 'Looking at what that is',
  what: ({ what, where }: { what: string; where: string | null }) =>
    where === null ? `${what}, in all chats.` : `${what}, in ${where}.`,
  exactly: ({ bytes }: { bytes: number }) =>
    `Exactly ${plural(bytes, { one: '# byte comes', other: '# bytes come' })} back.`,
  noneThatOld: 'There is nothing that old.',
  unsent: ({ count }: { count: number }) =>
    plural(count, {
      one: '# more was not sent yet and stays.',
      other: '# more were not sent yet and stay.'
    }),
  whatStays:
    'The messages stay. What is still on the file server, for about two weeks after it was sent, can be downloaded again; the rest is gone from this device for good. Others keep what they have, and so do your other devices.',
  andMore: ({ count }: { count: number }) => plural(count, { one: '# more', other: '# more' }),
  cancel: 'Cancel',
  confirm: ({ bytes }: { bytes: number }) => `Delete ${size(bytes)}`,
  progress: 'Deleting media',
  progressText: ({ files, of, bytes }: { files: number; of: number; bytes: number }) =>
    `${files} of ${of} files, ${size(bytes)}`,
  end: 'Stop',
  freed: ({ bytes, files }: { bytes: number; files: number }) =>
    `${size(bytes)} came back: exactly ${plural(bytes, { one: '# byte', other: '# bytes' })}, from ${plural(files, { one: '# file', other: '# files' })}.`,
  freedFewer: 'Not all of it could be deleted. Try again.',

  backup: 'Backup',
  backupHelp: 'One sealed file with your chats, to keep elsewhere or to bring to another browser.',
  backupLink: 'Save or open a backup'
} as const;
