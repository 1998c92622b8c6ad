// English: bringing an account back.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const restore = {
  title: 'Restore account',
  back: 'Back',
  /** The one text box. Contract (ux.md §7). */
  recoveryPassword: 'Recovery Password',
  /** How far the person is. */
  count: ({ count, total }: { count: number; total: number }) => `${count} of ${total} words`,
  /** Greyed text in the empty box. */
  placeholder: 'Your 13 words, with blanks or line breaks between them',
  /** The button. Contract. */
  restoreAccount: 'Restore account',
  show: 'Show the words',
  hide: 'Hide the words',
  camera: 'Scan a QR code with the camera',
  image: 'Read a QR code from a picture',
  paste: 'Paste',
  /** Name of the group of thirteen slots. */
  slots: 'The words as they were read',
  /** A slot for assistive technology; `state` is one of the four below. */
  slot: ({ number, word, state }: { number: number; word: string; state: string }) =>
    `${number}: ${word}, ${state}`,
  slotEmpty: ({ number }: { number: number }) => `${number}: empty`,
  slotOk: 'in the list',
  slotUnknown: 'not in the list',
  slotTyping: 'being typed',
  slotWaiting: 'being checked',
  hiddenWord: 'hidden',

  unknownWord: ({ number, word }: { number: number; word: string }) =>
    `Word ${number}, “${word}”, is not in the list.`,
  unknownWordHidden: ({ number }: { number: number }) => `Word ${number} is not in the list.`,
  didYouMean: 'Did you mean',
  noSuggestion: 'Compare it with what you wrote down.',
  tooShort: ({ count }: { count: number }) =>
    count === 0
      ? 'Type or paste your 13 words first.'
      : plural(count, {
          one: 'This is # word. A Recovery Password has 13.',
          other: 'These are # words. A Recovery Password has 13.'
        }),
  tooLong: ({ count }: { count: number }) =>
    `These are ${count} words. A Recovery Password has 13, so take out what does not belong to it.`,
  checksum:
    'Each word is in the list, but the last one does not fit the twelve before it. Check their order, and look for a word that was swapped for another.',
  overflow:
    'Each word is in the list, but three of them that belong together lead to no account. One of them is probably another word.',
  /** The hex of a QR code stands in the box. */
  fromQr: 'Read from a QR code. It holds the same as your 13 words.',
  noQr: 'No QR code was found in that picture.',
  notARecoveryQr: 'That QR code holds no Recovery Password.',
  isAccountQr:
    'That QR code is an Account ID. Only the QR code beside your Recovery Password can restore an account.',
  cameraFailed: 'The camera could not be opened. Allow it for this site, or use a picture.',
  pasteFailed: 'The browser did not hand over the clipboard. Paste into the box instead.',
  failed: ({ code }: { code: string }) =>
    `The account could not be restored (${code}). Nothing was saved. Try again.`,

  scanTitle: 'Scan a QR code',
  scanHelp: 'Hold the QR code of your Recovery Password into the picture. It stays in this browser.',
  cancel: 'Cancel',

  leaveTitle: 'Leave without restoring?',
  leaveText: 'What you typed is not kept.',
  leave: 'Leave',
  stay: 'Stay',

  progressTitle: 'Bringing your account back',
  /** Spoken after a step. */
  stepDone: 'done',
  stepOpen: 'going on',
  stepKeys: 'Keys made from your words',
  stepNetwork: 'Joining the network',
  /** `looked`: nodes asked, of how many hold the account. */
  stepProfile: ({ looked, found }: { looked: { asked: number; of: number } | null; found: boolean }) => {
    if (found) return 'Your name and picture';
    if (!looked) return 'Looking for your name and picture';
    return looked.asked >= looked.of
      ? `No name or picture: all ${looked.of} nodes that hold your account were asked`
      : `Looking for your name and picture: ${looked.asked} of ${looked.of} nodes asked`;
  },
  stepContacts: ({ count, looked }: { count: number; looked: boolean }) => {
    if (count > 0) return plural(count, { one: '# contact', other: '# contacts' });
    return looked ? 'No contacts so far' : 'Contacts, with what you blocked and pinned';
  },
  stepGroups: 'List of your groups',
  stepMessages: ({ requests }: { requests: number }) =>
    requests > 0
      ? plural(requests, {
          one: 'Messages of the last two weeks: # message request so far',
          other: 'Messages of the last two weeks: # message requests so far'
        })
      : 'Messages of the last two weeks',
  nameTitle: 'What should people call you?',
  nameLead: 'Your account is back. The network holds no name for it, so type the one you use.',
  nameLate:
    'Your account is back. Its name was not found yet, so type the one you use. The search goes on, and this page with it as soon as the name turns up.',
  /** The words are of an account that is here. */
  exists: 'This account is in this browser already.',
  openExisting: 'Open it',
  addLead: 'It is added beside the account you have here. Nothing of that one changes.',
  displayName: 'Display name',
  nameEmpty: 'Type a name first. Any name will do.',
  nameTooLong: 'That name is too long. Choose a shorter one.',
  nameFailed: ({ code }: { code: string }) => `The name could not be saved (${code}). Try again.`,
  /** Above the account's own ID, shown so that it can be compared. */
  accountId: 'Account ID of this account',
  displayNameHelp: 'The people you write to see this name.',
  continue: 'Continue',
  oldMessages: 'Messages older than two weeks are no longer on the network.'
} as const;
