// English: settings, Notifications, and what a shown notification says.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const notifications = {
  title: 'Notifications',
  lead: 'How this browser tells you of messages while you look elsewhere.',
  show: 'Show notifications',
  showHelp: 'While the app is open in a tab or window. The browser asks once for its permission.',
  denied:
    'This browser refuses notifications for this site. Allow them in its settings for the site, then turn this on.',
  unsupported: 'This browser cannot show notifications to web pages.',
  notAllowed: 'The browser did not give its permission.',
  onElsewhere: 'Turned on for this account, but this browser has not given its permission.',
  content: 'What they show',
  neither: 'Neither name nor message',
  neitherHelp: 'Only that a message came.',
  name: 'Name only',
  nameHelp: 'Who wrote.',
  nameAndText: 'Name and message',
  nameAndTextHelp: 'Who wrote, and the beginning of it.',
  kept: 'The browser keeps shown notifications in its own files, outside the sealed storage of this app.',
  checking: 'When messages are fetched',
  live: 'Live',
  liveHelp: 'While the app is open and in view it checks every few seconds, in the background every minute.',
  slow: 'Slow Mode',
  slowHelp:
    'With no tab or window open, the browser wakes the app now and then to look for messages. It decides when.',
  slowRules: {
    unsupported:
      'This browser wakes no web app. With no tab or window open nothing is fetched; messages wait on the network for up to two weeks. Keep a window open to be told at once.',
    refused:
      'This browser does not wake this site yet. Install the app and use it for a while; until then keep a window open.',
    off: 'This browser can wake the app. Browsers of the Chromium family do so at most about twice a day, and only while it is online.',
    on: 'Turned on. Browsers of the Chromium family wake an installed app at most about twice a day, less often when it is seldom used. To be told sooner, keep a window open.'
  },
  wakeUps: 'Latest checks',
  noWakeUps: 'None yet.',
  typicalGap: ({ span }: { span: string }) => `As a rule ${span} apart.`,
  gapUnknown: 'How far apart they are cannot be told yet.',
  minutes: ({ count }: { count: number }) => plural(count, { one: '# minute', other: '# minutes' }),
  hours: ({ count }: { count: number }) => plural(count, { one: '# hour', other: '# hours' }),
  causes: { sync: 'To send', periodicsync: 'To look for messages' },
  results: {
    checked: 'Looked for messages',
    sent: 'Sent what waited',
    unsent: 'Something is still waiting',
    locked: 'The app was locked: nothing was touched',
    'tab-open': 'A tab was open and did it',
    timeout: 'The network did not answer in time',
    'no-profile': 'There was no account'
  } as Readonly<Record<string, string>>,
  failed: ({ code }: { code: string }) => `It did not work (${code})`,
  fast: 'Fast Mode',
  fastHelp:
    'Not offered. A push service would learn your IP address and that this browser gets messages, a push server your Account ID.',

  /** Shown when neither name nor message may be. */
  message: 'New message',
  messages: ({ count }: { count: number }) => plural(count, { one: '# new message', other: '# new messages' })
} as const;
