// English: rail, list of conversations, connection, what every screen carries.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const shell = {
  /** Name of the rail's navigation. */
  rail: 'Main',
  /** Link to one's own profile, behind the own avatar. Holds no word of another link's name. */
  account: 'Your account',
  chats: 'Chats',
  /** Contract (ux.md §7). */
  settings: 'Settings',
  skipToComposer: 'Skip to the composer',
  skipToList: 'Skip to the list',
  /** Name of the part between list and conversation. */
  resizeList: 'Width of the list',

  /** Navigation. Contract. */
  conversations: 'Conversations',
  /** Link of the plus. Contract. */
  newMessage: 'New message',
  /** The filter field. Contract. */
  search: 'Search',
  clearSearch: 'Clear',
  /** An Account ID was pasted into the filter field. */
  writeToId: 'Write to this Account ID',
  noteToSelf: 'Note to Self',

  /** Before a draft in a row. */
  draft: 'Draft',
  failed: 'Failed',
  queued: 'Queued',
  sending: 'Sending',
  pinned: 'pinned',
  muted: 'muted',
  notNotified: 'notifications off',
  blocked: 'blocked',
  markedUnread: 'marked unread',
  disappearing: 'messages disappear',
  typing: 'typing…',
  /** Preview of an own message. */
  you: ({ text }: { text: string }) => `You: ${text}`,
  /** A conversation without messages. */
  noMessages: 'No messages yet',
  unread: ({ count }: { count: number }) =>
    plural(count, { one: '# unread message', other: '# unread messages' }),
  draftOf: ({ text }: { text: string }) => `Draft: ${text}`,

  emptyTitle: 'No conversations yet',
  emptyHint: 'Press + to write to someone.',
  emptyHintEcho: 'Press + to write to someone, or try Echo first.',
  onThisNetwork: 'On this network',
  echo: 'Echo',
  echoHelp: 'Answers what you send',
  write: 'Write',

  created: 'Account created',
  createdLead: ({ name }: { name: string }) =>
    `Welcome, ${name}. People need your Account ID to write to you.`,
  restoredTitle: 'Nothing open',
  restoredLead: 'Choose a conversation, or start one.',
  /** The element so named holds nothing but the ID. Contract. */
  yourAccountId: 'Your Account ID',
  qrOfAccountId: 'QR code of this account',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser did not allow copying. Select the text and copy it.',
  shareInvite: 'Share invite',
  idNote: 'It is not a phone number and not listed. You choose who gets it.',
  chooseTitle: 'No conversation open',
  chooseLead: 'Choose one from the list.',

  reminderTitle: 'Keep your Recovery Password',
  reminderText:
    'Its 13 words bring this account back in any browser. Until you keep them, it lives in this one alone.',
  reminderShow: 'Go to the words',
  reminderDismiss: 'Do not remind me',

  /** Status region. Contract. */
  connection: 'Connection',
  /** Link behind the connection mark; does not hold the name of a settings page. */
  connectionDetails: 'How you are connected',
  connected: 'Connected',
  offline: 'Offline',
  connecting: 'Building a path',
  readingNodes: 'Asking for the list of nodes',
  verifying: 'Checking the list of nodes',
  offlineBar: ({ waiting }: { waiting: number }) =>
    waiting === 0
      ? 'Offline. Messages wait in the outbox'
      : `Offline. Messages wait in the outbox (${waiting})`,
  buildingBar: 'Building a path',
  anotherRelay: 'Try another relay',
  retry: 'Retry',
  blockedWrongNetwork: 'The relay belongs to another network, so it is not used. Messages wait.',
  blockedNotVerified: 'The relay’s list of nodes could not be confirmed, so it is not used. Messages wait.',
  blockedUnreachable: 'No relay can be reached. Messages wait.',
  blockedClock: 'The clock of this device is wrong. Sending waits; you can read.',
  distrustedRelay: ({ host }: { host: string }) =>
    `The relay ${host} could not be confirmed, so another one is used.`,
  clockOffByDays: ({ count, isAhead }: { count: number; isAhead: boolean }) =>
    `The clock of this device is ${count} days ${isAhead ? 'ahead' : 'behind'}. Messages go, with the time of the network.`,
  clockOffByHours: ({ count, isAhead }: { count: number; isAhead: boolean }) =>
    `The clock of this device is ${count} hours ${isAhead ? 'ahead' : 'behind'}. Messages go, with the time of the network.`,
  clockOffByMinutes: ({ count, isAhead }: { count: number; isAhead: boolean }) =>
    `The clock of this device is ${count} minutes ${isAhead ? 'ahead' : 'behind'}. Messages go, with the time of the network.`,
  gatewayStates: {
    ok: 'works',
    unknown: 'not tried yet',
    'gateway-unreachable': 'cannot be reached',
    'wrong-network': 'belongs to another network',
    'list-not-verified': 'its list of nodes was not confirmed',
    'gateway-busy': 'too busy just now',
    'guards-exhausted': 'refused too many entry nodes today',
    'no-path': 'no path could be built through it'
  },

  wrongNetworkTitle: 'This site now points to another network',
  wrongNetwork: ({ own, site }: { own: string; site: string }) =>
    `Your account belongs to ${own}. This site now serves ${site}. Your account and messages are kept, and stay offline here. Open the address you first used, or restore your account on a site of its network.`,

  localNetwork: 'Local network',
  localNetworkHelp:
    'This account lives on a small network inside the computer that serves this page. It is for trying out: messages never leave it, and the public network does not know it.',

  openingTitle: 'Opening',
  failedTitle: 'The app could not start',
  failedText: ({ code }: { code: string }) =>
    `Something it needs did not work (${code}). Your messages are kept. Reload to try again.`,
  reload: 'Reload',
  notFoundTitle: 'This conversation is not on this device',
  notFoundText: 'It may have been deleted, or the link is from another browser.',
  backToChats: 'Back to chats',
  back: 'Back',
  cancel: 'Cancel',
  undo: 'Undo',
  actionFailed: ({ code }: { code: string }) =>
    code === 'quota'
      ? 'There is no room left in this browser, so that was not stored. Free some in Settings, under Storage.'
      : `That did not work (${code}). Try again.`
} as const;
