// English: little room, none, and what can be wrong with what is stored.
export const pressure = {
  title: 'Storage',
  nearlyFull: ({ percent }: { percent: number }) => `Storage is ${percent}% full.`,
  free: 'Free some',
  fullTitle: 'No room left in this browser',
  full: 'Everything can be read. Nothing new is stored or sent until there is room. Messages wait on the network for about two weeks, and what you type stays in its field.',
  closedTitle: 'This tab lost its storage',
  closed:
    'Another tab runs a newer version of the app, or what was stored was cleared. Nothing is sent or received here.',
  reload: 'Reload',
  backup: 'Save a backup',

  cardTitle: 'Nearly full',
  card: ({ percent }: { percent: number }) =>
    `${percent}% of what this browser allows is used. At 100% nothing new can be stored. Delete media you no longer need, or save a backup first.`
} as const;

/** By code of what kept a profile from opening. */
export const startProblems = {
  evicted: {
    title: 'The browser removed what was stored here',
    text: 'Browsers do that when a device runs short of room, or when somebody clears their data. Your account still exists. With your Recovery Password or a backup you get it back: contacts, and messages of the last two weeks that are still on the network; a backup brings the rest.'
  },
  'key-missing': {
    title: 'The key to what is stored here is gone',
    text: 'The messages are still in this browser, sealed, and nothing can open them any more: the browser removed the key. Your account still exists. With your Recovery Password or a backup you get it back.'
  },
  damaged: {
    title: 'What is stored here cannot be read',
    text: 'The browser’s files seem to be damaged. Sometimes it helps to restart the browser and try again. If it does not, your Recovery Password or a backup brings your account back. What is stored here is left as it is.'
  },
  'newer-version': {
    title: 'This page is older than what is stored here',
    text: 'Another tab has updated the app. Nothing was changed or lost. Load the newer version to go on.'
  },
  blocked: {
    title: 'An older tab is in the way',
    text: 'The app was updated, and another tab or window still runs the version before. Close all of them, then try again. Nothing was lost.'
  },
  quota: {
    title: 'No room left on this device',
    text: 'The browser has no room to open what is stored here. Free some on the device, then try again. Nothing was lost.'
  },
  tryAgain: 'Try again',
  load: 'Load the newer version',
  restore: 'Restore account',
  anew: 'Begin without it'
} as const;
