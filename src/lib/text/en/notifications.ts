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
    'Not available yet. With no tab or window open nothing is fetched; messages wait on the network for up to two weeks.',
  fast: 'Fast Mode',
  fastHelp:
    'Not offered. A push service would learn your IP address and that this browser gets messages, a push server your Account ID.',

  /** Shown when neither name nor message may be. */
  message: 'New message',
  messages: ({ count }: { count: number }) => plural(count, { one: '# new message', other: '# new messages' })
} as const;
