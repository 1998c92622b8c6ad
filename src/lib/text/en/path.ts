// English: the Path screen. Entry Node, Service Node, Destination and Relay are terms (ux.md §2).
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const path = {
  title: 'Path',
  lead: 'A letter passes five stops. None of them knows both where you are and who you write to.',
  newPath: 'New path',
  newPathDone: 'The next letter takes another path. The Entry Node stays.',
  newPathFailed: 'A new path could not be built now. The old one stays.',
  canSee: 'Can see',
  cannotSee: 'Cannot see',
  list: 'Stops of the last request',
  you: 'You',
  relay: 'Relay',
  entry: 'Entry Node',
  node: 'Service Node',
  destination: 'Destination',
  thisBrowser: 'This browser',
  thisComputer: 'This computer',
  ownNetwork: 'Your own network',
  unknownCountry: 'Unknown country',
  /** No request has been made since the app was opened. */
  notYet: 'No request yet',
  youSee: 'Everything. You write it here.',
  youNot: '',
  relaySee: 'Your IP address, sizes and times.',
  relayNot: 'Your Account ID, who you write to, any text.',
  entrySee: 'The Relay, and the next node.',
  entryNot: 'Your IP address, where the letter is going.',
  middleSee: 'One node before, one node after.',
  middleNot: 'Where it began, where it will end.',
  lastSee: 'One node before, and the Destination.',
  lastNot: 'Where it began, who wrote it.',
  destinationSee: 'A sealed letter, and the Account ID it is for.',
  destinationNot: 'Your IP address, who wrote it, what it says.',
  layersNote:
    'Each outline is one layer of encryption still closed. Every node opens one. Only the person you write to opens the letter.',
  lineNote:
    'The line moves when a real packet does. New path keeps your Entry Node: changing it often would show you to more nodes.',
  /** The build holds the data. */
  countriesNote: ({ date }: { date: string }) =>
    `Countries come from data of ${date} in this app. No address is looked up anywhere; the data can be wrong.`,
  /** Said by the packet mark. */
  layers: ({ count }: { count: number }) => plural(count, { one: '# layer closed', other: '# layers closed' })
} as const;
