// English: several profiles in one browser, and clearing one.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const profiles = {
  title: 'Profiles',
  lead: 'Each profile is an account of its own, with its own keys, chats and settings. Nobody can tell from outside that they are yours, except by what you do with them.',
  /** Link on the profile's page; must not hold the name of the link to it. */
  manage: 'Accounts in this browser',
  manageHelp: 'Add another one, or change to it.',
  manageOpen: 'Show accounts',
  /** In the menu of the own picture: name, picture, Account ID. */
  own: 'Your name and Account ID',
  list: 'Profiles in this browser',
  current: 'Open in this tab',
  switchTo: 'Switch',
  /** Name of the button, for assistive technology. */
  switchToNamed: ({ name }: { name: string }) => `Switch to ${name}`,
  newTab: 'New tab',
  newTabNamed: ({ name }: { name: string }) => `Open ${name} in a new tab`,
  unread: ({ count }: { count: number }) =>
    plural(count, { one: '# unread message', other: '# unread messages' }),
  requests: ({ count }: { count: number }) =>
    plural(count, { one: '# message request', other: '# message requests' }),
  unnamed: 'No name yet',
  locked: 'Locked profile',
  lockedNote: 'Opens with its passphrase or passkey',
  notOpened: ({ code }: { code: string }) => `Cannot be opened (${code})`,
  otherNetwork: 'Belongs to another network',
  /** Below the list. */
  onlyOpen:
    'Only a profile that is open in a tab sends and receives. To have two of them at once, open each in a tab of its own.',
  sameBrowser:
    'Profiles that are open at the same time use this browser’s network address at the same time. A relay or a network that watches can guess that they belong together.',
  loadFailed: ({ code }: { code: string }) => `The profiles could not be read (${code}).`,

  add: 'Add a profile',
  addHelp: 'A new account, or one that you have already.',
  name: 'Display name',
  nameEmpty: 'Type a name first. Any name will do.',
  nameTooLong: 'That name is too long. Choose a shorter one.',
  create: 'Create account',
  restore: 'I have an account',
  createFailed: ({ code }: { code: string }) => `The account could not be created (${code}). Try again.`,

  /** An address names a chat of another profile. */
  elsewhereTitle: 'This chat belongs to another profile',
  elsewhereText: ({ name }: { name: string }) => `It is one of ${name}’s. Switch to read it.`,
  stay: 'Stay here',

  clearTitle: 'Clear data',
  clearLead: 'Takes this account off the browser you are using. There is no way to undo it.',
  deviceTitle: 'This device',
  deviceText:
    'Removes the keys, messages, files and settings of this profile from this browser. The keys are overwritten first, so that what a disk may still hold cannot be read.',
  device: 'Clear device only',
  networkTitle: 'This device and the network',
  networkText:
    'First asks every node that holds your account to delete all it has: waiting messages, your profile, contacts and read marks. Then clears this device.',
  network: 'Clear device and network',
  otherNetworkHint:
    'This site serves another network than the one of this account, so only the device can be cleared.',
  staysTitle: 'What stays elsewhere',
  staysDevice: [
    'Sealed copies on the network, until they expire: messages after two weeks, your profile and contacts after thirty days.',
    'Your other devices keep everything, and go on.',
    'The people you wrote to keep what you sent them.',
    'Files you sent stay at the file server for up to two weeks. It cannot read them.'
  ],
  staysNetwork: [
    'The people you wrote to keep what you sent them.',
    'Your other devices keep what they have, and may put your profile and contacts back on the network. Clear them too.',
    'Files you sent stay at the file server for up to two weeks. It cannot read them.',
    'Messages that were on their way can still arrive on the network, sealed, for two weeks.'
  ],
  words:
    'Without your Recovery Password this account cannot be brought back by anybody. Keep its 13 words first if you may want it again.',
  wordsKept: 'With your 13 words you can bring the account back later.',

  confirmDevice: 'Clear this device?',
  confirmDeviceText:
    'Messages and files that are only in this browser are gone afterwards. A backup you made before can bring them back.',
  confirmNetwork: 'Clear device and network?',
  confirmNetworkText:
    'Everything of this account is deleted from the nodes that hold it and from this browser. Other devices of yours find their copies on the network gone.',
  typeWord: ({ word }: { word: string }) => `Type ${word} to confirm`,
  /** What is to be typed; compared without regard to capitals. */
  word: 'Clear',
  wrongWord: ({ word }: { word: string }) => `Type the word ${word}, or cancel.`,
  cancel: 'Cancel',

  working: 'Asking the nodes that hold your account',
  workingText: 'This can take half a minute. Nothing on this device is cleared before they have answered.',
  clearing: 'Clearing this device',
  stop: 'Stop',
  partTitle: 'Not every node confirmed',
  partText: ({ confirmed, all }: { confirmed: number; all: number }) =>
    `${confirmed} of ${all} nodes signed that they deleted everything. The others did not answer, or their answer could not be verified. What they hold stays sealed, and expires within thirty days.`,
  nodes: 'Nodes that hold this account',
  nodeDone: 'deleted',
  nodeMissing: 'not confirmed',
  noneTitle: 'No node could be reached',
  noneText:
    'Nothing was deleted, neither on the network nor here. Try again when you are online, or clear this device only.',
  again: 'Try again',
  anyway: 'Clear this device now',
  keep: 'Keep the account',
  failed: ({ code }: { code: string }) => `That did not work (${code}). Try again.`,

  /** Said on the screen that comes next. */
  parted: ({
    nodes,
    isComplete
  }: {
    nodes: { confirmed: number; all: number } | null;
    isComplete: boolean;
  }) =>
    [
      isComplete
        ? 'The account was cleared from this browser.'
        : 'The account’s keys were destroyed. The rest, which nobody can read, is removed when the app starts again.',
      ...(nodes
        ? [
            nodes.confirmed === nodes.all
              ? `All ${nodes.all} nodes that held it confirmed the deletion.`
              : `${nodes.confirmed} of ${nodes.all} nodes that held it confirmed the deletion.`
          ]
        : [])
    ].join(' ')
} as const;
