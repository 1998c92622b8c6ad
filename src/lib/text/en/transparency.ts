// English: versions, updates, who runs what, and how to check it.
export const transparency = {
  title: 'Transparency and code',
  lead: 'What runs here, who runs the rest, and how you can check.',
  versionHeading: 'This version',
  version: 'Version',
  upToDate: 'This is the version the host offers now.',
  /** Another version is offered. */
  offered: ({ version }: { version: string }) =>
    `The host offers version ${version}. Nothing changes until you agree.`,
  update: 'Update',
  later: 'Later',
  putOff: 'Put off. It stays offered here.',
  updateFailed: 'The new version could not be installed. This one goes on.',

  checkHeading: 'Check the code',
  checkText:
    'The list holds the SHA-256 of every file of this build. A build of the same version from the public sources gives the same list.',
  checkList: 'List of files',
  checkCommand: 'npm ci && npm run build',
  checkLimit:
    'The host of this page can serve other files tomorrow. An installed version stays as it is until you agree to a new one; a forced reload or cleared storage loads what the host serves then.',

  partiesHeading: 'Who runs what, and what they could hand over',
  parties: [
    {
      name: 'Host of this page',
      text: 'Your IP address and when you loaded the app. It decides which code you get.'
    },
    {
      name: 'Relay',
      text: 'Your IP address, sizes and times of sealed packets. It keeps no records, but it could.'
    },
    {
      name: 'Service Nodes on your path',
      text: 'The stop before and the stop after. Run by many people who do not know each other.'
    },
    {
      name: 'Nodes that hold your mail',
      text: 'Your Account ID, sizes and times, and sealed messages for up to two weeks.'
    }
  ],

  limitsHeading: 'Known limits',
  limits: [
    'Someone who can watch both your connection and the nodes that hold your mail can compare times.',
    'With the device key alone, a copy of this browser profile can be opened by someone who knows its format.',
    'Your browser remembers that you visited this site.'
  ],

  installHeading: 'Installed app',
  installText: 'An installed app opens in its own window and keeps its storage more reliably.',
  install: 'Install'
} as const;
