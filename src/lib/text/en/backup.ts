// English: settings, Backup, and restoring from one.
import { createPlural } from '../plural.ts';
import { formatBytes } from '../sizes.ts';

const plural = createPlural('en');
const size = (bytes: number) => formatBytes(bytes, 'en');
const messages = (count: number) => plural(count, { one: '# message', other: '# messages' });
const files = (count: number) => plural(count, { one: '# file', other: '# files' });

export const backup = {
  title: 'Backup',
  lead: 'One encrypted file with your account, your chats and the files on this device. It never leaves this device unless you move it.',

  saveTitle: 'Save a backup',
  saveHelp:
    'It holds your messages, files, contacts, drafts, pins and settings, and your Recovery Password too: whoever has the file and its passphrase has your account.',
  passphrase: 'Passphrase',
  passphraseHelp: 'It alone opens the file. Nobody can reset it, so keep it where you will find it.',
  showPassphrase: 'Show the passphrase',
  hidePassphrase: 'Hide the passphrase',
  suggest: 'Use six random words',
  suggested: 'Six words were put in. Write them down before you go on.',
  strength: 'How long it holds',
  levels: {
    weak: 'Easy to guess. Make it longer, or use random words.',
    fair: 'Can be guessed by somebody who tries hard.',
    good: 'Hard to guess.',
    strong: 'Very hard to guess.'
  },
  levelNames: { weak: 'Weak', fair: 'Fair', good: 'Good', strong: 'Strong' },
  tooShort: ({ limit }: { limit: number }) => `Use ${limit} characters or more.`,
  tooLong: ({ limit }: { limit: number }) => `Use ${limit} characters or fewer.`,
  save: 'Save backup',
  /** Suggested name of the file; `date` is 2026-11-25. */
  fileName: ({ date }: { date: string }) => `Onionskin backup ${date}.onionskin`,

  importTitle: 'Import a backup',
  importHelp:
    'Messages and files that are not here are added. What is here stays as it is, and what you deleted does not come back.',
  choose: 'Choose a backup file',
  chooseOther: 'Choose another file',
  chosen: ({ bytes }: { bytes: number }) => size(bytes),
  importButton: 'Import backup',
  fileMissing: 'Choose a file first.',
  passphraseMissing: 'Type the passphrase of the backup.',

  readableTitle: 'A copy that anybody can read',
  readableHelp:
    'Your chats as JSON and your files beside them, in a ZIP archive, to read or use without this app.',
  readable: 'Save a readable copy…',
  readableName: ({ date }: { date: string }) => `Onionskin chats ${date}.zip`,
  warningTitle: 'Save a copy that is not encrypted?',
  warningText:
    'Whoever gets this file can read every message and open every file in it, and so can programs that search or synchronise your folders. Messages that were to disappear stay in it. Your Recovery Password is not in it.',
  warningConfirm: 'Save readable copy',
  cancel: 'Cancel',

  progress: 'Progress',
  phases: {
    key: 'Making the key from the passphrase',
    writing: 'Writing',
    verifying: 'Reading it again to test it',
    checking: 'Testing the file',
    adding: 'Adding what is missing'
  },
  percent: ({ done, total }: { done: number; total: number }) =>
    `${Math.min(100, Math.floor((100 * done) / Math.max(1, total)))}%`,
  bytesOf: ({ done, total, count }: { done: number; total: number; count: number }) =>
    count === 0 ? `${size(done)} of ${size(total)}` : `${size(done)} of ${size(total)}, ${messages(count)}`,
  aboutBytesOf: ({ done, total, count }: { done: number; total: number; count: number }) =>
    `${size(done)} of about ${size(total)}, ${messages(count)}`,
  cancelled: 'Stopped. Nothing was kept.',

  saved: ({ bytes, counts }: { bytes: number; counts: { messages: number; media: number } }) =>
    `Saved and tested: ${messages(counts.messages)} and ${files(counts.media)}, ${size(bytes)}. The whole file was read again, and everything in it opens.`,
  savedReadable: ({ bytes, counts }: { bytes: number; counts: { messages: number; media: number } }) =>
    `Saved: ${messages(counts.messages)} and ${files(counts.media)}, ${size(bytes)}. Nothing in it is encrypted.`,
  imported: (counts: { messages: number; files: number }) =>
    counts.messages === 0 && counts.files === 0
      ? 'Everything in this backup is here already.'
      : `Added: ${messages(counts.messages)} and ${files(counts.files)}.`,

  restoreTitle: 'Restore a backup',
  restoreLead:
    'The file and its passphrase bring everything back: your account, your chats and the files in it.',
  restoreLink: 'Restore from a backup file',
  wordsLink: 'Use the Recovery Password instead',
  restoreButton: 'Restore backup',

  oldMessages: 'Older than two weeks',
  oldMessagesText: 'The network keeps messages for two weeks. Older ones come back from a backup.',
  importLink: 'Import backup',

  failures: {
    'backup-foreign': 'This file is not a backup of this app. Nothing was changed.',
    'backup-from-newer': 'A newer version of this app made this backup. Update first. Nothing was changed.',
    'backup-truncated':
      'The end of this backup is missing. Copy the file again from where it came. Nothing was changed.',
    'backup-damaged': 'This backup is damaged: bytes in it have changed. Nothing was changed here.',
    'backup-passphrase-wrong': 'The passphrase does not open this backup. Check it and try again.',
    'backup-too-costly': 'This file asks for more memory than any backup of this app. Nothing was changed.',
    'backup-other-account':
      'This backup is of another account. To have that account too, add a profile and restore it there. Nothing was changed.',
    'backup-other-network':
      'The account of this backup lives on another network than this site. Nothing was changed.',
    'profile-exists': 'This account is in this browser already. Open it and import the backup there.',
    'network-unknown': 'The network of this site could not be found out. Try again when you are online.',
    quota: 'This device has not enough room. Nothing was changed.',
    'not-found': 'A file was removed while it was being written. Try again.'
  },
  failed: ({ code }: { code: string }) => `It did not work (${code}). Nothing was changed. Try again.`
} as const;

/** A sentence for a failure. */
export function backupFailure(code: string): string {
  const sentences: Readonly<Record<string, string>> = backup.failures;
  return sentences[code] ?? backup.failed({ code });
}
