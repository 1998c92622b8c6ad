// English: the lock of a profile: its page in the settings, and the screen that stands while it is locked.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');
const seconds = (count: number) => plural(count, { one: '# second', other: '# seconds' });

interface Failure {
  readonly code: string;
  readonly waitSeconds: number;
  readonly limit?: number;
}

const WORDS: Readonly<Record<string, string>> = {
  'passkey-unsupported':
    'This browser offers no passkeys at this address. Passkeys need a host name and an encrypted connection.',
  'passkey-without-secret':
    'This passkey cannot open a profile: the device or password manager that holds it gives no secret of its own (PRF). Nothing was changed. Delete it there, and use a passphrase or another device.',
  'passkey-refused':
    'No passkey answered. The request was cancelled or timed out, or the passkey was removed from the device or password manager that held it.',
  'code-taken': 'The passphrase and the wipe code must differ.',
  quota: 'There is no room left on this device. Nothing was changed.',
  blocked: 'Another tab is changing the lock. Try again.'
};

/** Why nothing was opened or changed; never whether a word was nearly right. */
function failure({ code, waitSeconds, limit = 0 }: Failure): string {
  if (code === 'unlock-refused' || code === 'unlock-too-soon') {
    const wait = waitSeconds > 0 ? ` Wait ${seconds(waitSeconds)}, then try again.` : '';
    return code === 'unlock-refused' ? `That did not open it.${wait}` : `It was not tried.${wait}`;
  }
  if (code === 'passphrase-too-short') return `Use ${limit} characters or more.`;
  if (code === 'passphrase-too-long') return `Use ${limit} characters or fewer.`;
  return WORDS[code] ?? `That did not work (${code}). Try again.`;
}

export const lock = {
  title: 'Lock',
  lead: 'What opens this profile on this device, and when it closes by itself.',

  openHeading: 'What opens this profile',
  offTitle: 'Anyone at this browser',
  offText:
    'Without a lock this profile opens by itself. Who copies the browser’s files and knows their format can read it too, since the key lies among them.',
  passphrase: 'Passphrase',
  passphraseOff: 'Not set.',
  passphraseOn:
    'Set. Each guess at a copy of the files costs 64 MiB of memory and about a quarter of a second of work, so its length decides.',
  passkey: 'Passkey',
  passkeyOff: 'Fingerprint, face, PIN or a security key, by way of your device or password manager.',
  passkeyOn: 'Set. It is kept by your device or password manager, not by this app.',
  passkeyNone: 'This browser has no passkeys.',
  setPassphrase: 'Set a passphrase',
  changePassphrase: 'Change passphrase',
  removePassphrase: 'Remove passphrase',
  addPasskey: 'Add a passkey',
  removePasskey: 'Remove passkey',
  onlyPasskeyTitle: 'Only a passkey opens this profile',
  onlyPasskeyText:
    'If it is lost or deleted, everything here is lost with it. Set a passphrase as well, or keep your Recovery Password and a backup elsewhere.',

  whenHeading: 'When to lock',
  after: 'After time without use',
  afterNames: {
    '1': '1 minute',
    '5': '5 minutes',
    '15': '15 minutes',
    '60': '1 hour',
    '0': 'Never'
  } as Readonly<Record<string, string>>,
  hidden: 'When no tab of it is on screen',
  hiddenHelp: 'Also while another app, or a file picker on a phone, covers it.',
  nowHelp: ({ keys }: { keys: string }) =>
    keys === '' ? 'In every tab of this browser.' : `In every tab of this browser. Also with ${keys}.`,
  now: 'Lock now',
  whileLocked:
    'While it is locked nothing is sent, fetched or notified, and Slow Mode finds nothing: without the keys nobody can ask for your messages. They wait on the network for up to two weeks, and what you sent waits here.',
  lastTab:
    'A new tab opens without asking while another one is unlocked. After the last tab is closed, or the only one is loaded anew, it is locked.',

  screenHeading: 'On screen',
  blur: 'Blur when you look elsewhere',
  blurHelp: 'In previews of tabs and in lists of windows, as far as the browser draws them anew.',

  wipeHeading: 'Wipe code',
  wipe: 'A code that destroys this profile',
  wipeText:
    'Typed in place of the passphrase, it overwrites the keys of this profile on this device, and answers as a wrong entry does. Nobody can tell from the files or from here whether there is one.',
  wipeLimits: [
    'A copy of the files that somebody made before is not wiped.',
    'Other devices, the network, backups and other profiles keep what they have.',
    'Flash memory and snapshots of a disk may keep old blocks for a while.',
    'Who watches closely may notice that afterwards nothing opens any more.'
  ],
  setWipe: 'Set a wipe code',
  removeWipe: 'Remove the wipe code',

  copyTitle: 'What a lock does not do',
  copyText:
    'A copy of this browser’s files made before the lock was set stays readable, and with its key so does what comes later. Programs that run on this device, and extensions of the browser, see what you see while it is unlocked.',

  dialogs: {
    'set-passphrase': {
      title: 'Set a passphrase',
      text: 'From now on this profile opens with it alone. Nobody can reset it: without it, only your Recovery Password or a backup brings the account back.',
      confirm: 'Set passphrase'
    },
    'change-passphrase': {
      title: 'Change the passphrase',
      text: 'The old one opens nothing afterwards.',
      confirm: 'Change passphrase'
    },
    'add-passkey': {
      title: 'Add a passkey',
      text: 'The browser asks your device or password manager for a new passkey, named after this app. Whoever keeps it learns that you use this site, and nothing of your account.',
      confirm: 'Continue'
    },
    'remove-passphrase': {
      title: 'Remove the passphrase?',
      text: 'A wipe code goes with it.',
      confirm: 'Remove passphrase'
    },
    'remove-passkey': {
      title: 'Remove the passkey?',
      text: 'It opens nothing here any more. Your device or password manager keeps it until you delete it there.',
      confirm: 'Remove passkey'
    },
    'set-wipe': {
      title: 'Set a wipe code',
      text: 'Choose something that you never type by mistake. Who types it destroys this profile on this device.',
      confirm: 'Set wipe code'
    },
    'remove-wipe': {
      title: 'Remove the wipe code?',
      text: 'If there is one, it is a wrong entry like any other from now on.',
      confirm: 'Remove wipe code'
    }
  },
  onlyPasskeyWarning:
    'Only the passkey opens this profile then. If it is lost or deleted, everything here is lost with it: keep your Recovery Password or a backup elsewhere first.',
  lastWarning:
    'It is the last one. The profile opens to anyone at this browser then, and to who copies its files.',
  current: 'Current passphrase',
  fresh: 'New passphrase',
  code: 'Wipe code',
  codeHelp: '8 characters or more.',
  byPasskey: 'Confirm with the passkey',
  byPassphrase: 'Confirm with the passphrase',
  suggest: 'Use six random words',
  cancel: 'Cancel',
  done: {
    'set-passphrase': 'The passphrase is set. From now on this profile can be locked.',
    'change-passphrase': 'The passphrase was changed.',
    'add-passkey': 'The passkey is set.',
    'remove-passphrase': 'The passphrase was removed.',
    'remove-passkey': 'The passkey was removed.',
    'set-wipe': 'The wipe code is set.',
    'remove-wipe': 'There is no wipe code any more.'
  },
  failure,
  missing: 'Type it first.',
  /** Somebody presses the keys for locking, and there is nothing to lock with. */
  nothing: 'This profile has no lock yet. Set a passphrase or a passkey first.',
  confirmTitle: 'Confirm that it is you',
  confirm: 'Show',

  screen: {
    /** Heading for assistive technology; nothing on screen names the app. */
    heading: 'Locked',
    passphrase: 'Passphrase',
    unlock: 'Unlock',
    /** Drawn after it while guesses are slowed. */
    inSeconds: ({ count }: { count: number }) => `in ${count} s`,
    usePasskey: 'Use passkey',
    more: 'Other ways',
    moreTitle: 'Other ways',
    forgotTitle: 'Nothing opens it any more?',
    forgotText:
      'Then nobody can read what is here, and it can only be taken away. With your Recovery Password or a backup you can bring the account back afterwards.',
    forgot: 'Take this profile away',
    forgotAsk: 'Take this profile away?',
    forgotAskText:
      'Its messages, files and keys are removed from this browser for good. Other profiles stay as they are.',
    others: 'Other profiles in this browser',
    openOther: ({ name }: { name: string }) => `Open ${name}`,
    otherLocked: ({ number }: { number: number }) => `Locked profile ${number}`,
    /** A profile that does not open. */
    otherClosed: ({ number }: { number: number }) => `Profile ${number}`,
    add: 'Restore or add an account',
    close: 'Close'
  }
} as const;
