// English: versions, updates, who runs what, and how to check it.
export const transparency = {
  title: 'Transparency and code',
  lead: 'What runs here, who runs the rest, and how you can check.',
  versionHeading: 'This version',
  version: 'Version',
  upToDate: 'No other version is offered now.',
  /** Another version is offered. */
  offered: ({ version }: { version: string }) =>
    `The host offers version ${version}. Nothing changes until you agree.`,
  update: 'Update',
  later: 'Later',
  putOff: 'Put off. It stays offered here.',
  updateFailed: 'The new version could not be installed. This one goes on.',

  whatChanged: 'What changed',
  offeredUnsigned:
    'The release key this version trusts did not sign it. Ask who runs this site before you update.',
  updateLimit:
    'A new version waits for your yes. Not in our hands: a host that ships a service worker without this rule, a reload that goes past the worker, and storage the browser clears. Each of them loads what the host serves then.',

  checkHeading: 'Check the code',
  checkText:
    'Every build has a list with the SHA-256 of each of its files. This compares the files that run here, and those the host serves now, with that list.',
  check: 'Check all files',
  checkBegins: 'Asking the host for its list.',
  checking: ({ count, all }: { count: number; all: number }) => `${count} of ${all} files compared.`,
  checkSame: ({ served, stored }: { served: number; stored: number }) =>
    `All ${served} files of the host and all ${stored} files stored here are as their list says.`,
  checkSameUnstored: ({ served }: { served: number }) =>
    `All ${served} files of the host are as its list says. Nothing is stored here yet.`,
  checkDiffers: ({ count }: { count: number }) =>
    count === 1 ? 'One file is not as its list says.' : `${count} files are not as their list says.`,
  alarm: ({ count }: { count: number }) =>
    count === 1
      ? 'The host serves a file that is not as its own list says.'
      : `The host serves ${count} files that are not as its own list says.`,
  differences: 'Files that differ',
  differenceKinds: {
    altered: 'the host serves other bytes',
    missing: 'the host does not serve it',
    unlisted: 'in no list',
    stored: 'the copy stored here has other bytes'
  },
  more: ({ count }: { count: number }) => `and ${count} more`,
  differsAdvice:
    'Do not update, and do not reload past the worker, until who runs this site can explain it. What you have written is in this browser; a backup keeps it.',
  checkOther: ({ version }: { version: string }) =>
    `The host serves version ${version} now. The files that run here were compared with the list they came with.`,
  checkNoList: 'The host shows no list of its files, so nothing could be compared.',
  checkNoAnswer: 'The host did not answer. Try again when you are connected.',
  signatures: {
    'none-expected': 'This build names no release key, so no signature was looked for.',
    valid: 'The release key this version trusts signed the list of the host.',
    invalid: 'The signature on the list of the host is not by the release key this version trusts.',
    missing: 'The list of the host has no signature, though this version trusts a release key.',
    unknown: 'This browser cannot check the signature.'
  },
  listHash: 'SHA-256 of the list of the host, to compare with what others see:',
  checkList: 'List of files',
  copyCommand: 'Copy the command',
  commandCopied: 'Copied',
  copyFailed: 'The browser did not allow copying. Select the text and copy it.',
  outsideHeading: 'Check from outside',
  outsideText:
    'In a copy of the public sources of this version, one command builds them and compares every file of this address with the result:',
  checkLimit:
    'A check inside a page cannot convict the host that served the page: it could have served another check. The command above does not depend on it, but it sees only what the host serves to you, at that moment.',

  installHeading: 'Installed app',
  installText: 'An installed app opens in its own window and keeps its storage more reliably.',
  install: 'Install'
} as const;
