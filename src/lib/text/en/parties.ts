// English: who runs what, what each could hand over and what not, why Fast Mode is not offered, and what is not promised.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const parties = {
  heading: 'Who runs what, and what they could hand over',
  where: 'Where',
  could: 'Could hand over',
  not: 'Does not have',
  list: [
    {
      name: 'Host of this app',
      who: 'Whoever runs this address. The files are public, and any web server can hand them out.',
      where: 'At this address. In which country its machine stands, a page cannot see.',
      could: 'Your IP address, when you loaded the app, which version. It decides which code you get.',
      not: 'Your Account ID, contacts, messages. Addresses inside the app are random and mean nothing elsewhere.'
    },
    {
      name: 'Relay',
      who: 'Whoever runs the hosts listed below; often the same people as the app’s host.',
      where: 'At the hosts listed below.',
      could:
        'Your IP address, which Entry Node you use, sizes and times of sealed packets. It keeps no records as it is published; a changed one could.',
      not: 'The rest of the path, the destination, your Account ID, any text.'
    },
    {
      name: 'Entry Node and the other stops',
      who: 'Operators of Service Nodes, all over the world. Each staked money of its own, and most do not know each other.',
      where: 'Path names the country of each stop of your last request.',
      could: 'The stop before and the stop after, sizes and times.',
      not: 'Your IP address, your Account ID, any text. The last stop knows the destination, not who asks.'
    },
    {
      name: 'Your swarm',
      who: 'The five to ten Service Nodes that hold your mail, chosen by your Account ID.',
      where: 'Exposure lists those that were asked, with their countries.',
      could: 'Your Account ID, sizes and times, and sealed messages for up to two weeks.',
      not: 'Your IP address, who writes to you, what it says.'
    },
    {
      name: 'Swarms of people you write to',
      who: 'The Service Nodes that hold their mail.',
      where: 'Exposure lists those that were asked, with their countries.',
      could: 'That somebody left something for that Account ID, sizes and times.',
      not: 'That it was you, your IP address, what it says.'
    },
    {
      name: 'File server',
      who: 'The Session Technology Foundation on the main network; this computer on a local network.',
      where: 'One server, reached over the same stops. Exposure names its host once it was asked.',
      could: 'Sealed files, their sizes, when they were left and fetched.',
      not: 'Your IP address, Account IDs, names and content of files.'
    },
    {
      name: 'Name service',
      who: 'Three Service Nodes, asked only when you submit a name.',
      where: 'Exposure lists those that were asked, with their countries.',
      could: 'A hash of that name: who guesses the name recognises it.',
      not: 'Your IP address, who asks. Nothing is asked while you type.'
    },
    {
      name: 'People you write to',
      who: 'They, and whatever runs on their devices.',
      where: 'Wherever they are: this app does not learn it.',
      could: 'What you sent them, your Account ID, name and picture, when you wrote.',
      not: 'Your IP address. When you read or type, unless you turned that on.'
    }
  ],

  hostsHeading: 'Hosts this page may connect to',
  hostsText: ({ count }: { count: number }) =>
    plural(count, {
      one: 'The security policy of this page lets it connect to one host, and the browser refuses every other.',
      other:
        'The security policy of this page lets it connect to # hosts, and the browser refuses every other.'
    }),
  /** This address itself. */
  own: 'host of this app, and its Relay',
  relay: 'Relay',

  fastHeading: 'Why Fast Mode is not offered',
  fast: [
    'To wake a closed app at once, a push service of the browser’s maker must be able to reach it. It would learn your IP address, that this browser uses this app, and the moment of every message.',
    'A push server of the network’s makers would have to fetch your mail for you. It would learn your Account ID, and could tie it to the address at the push service.',
    'No setting could take that back, so it is left out. Slow Mode asks nobody: the browser wakes the app now and then, and the app looks over its usual path.'
  ],

  limitsHeading: 'Known limits',
  limits: [
    'Nobody outside has audited this app. It is an experiment.',
    'Who serves the page serves the code. A host that turns hostile can serve a page that leaks; checking from outside can show it, a check inside cannot.',
    'Messages to people without Forward Secrecy are sealed with one key for the account’s life. Who gets the Recovery Password or that key can read every copy somebody kept.',
    'Someone who can watch both your connection and the nodes that hold your mail can compare times.',
    'Relay and Entry Node together know your IP address and the second stop, as an Entry Node of any other client does.',
    'A Relay can refuse to work, be slow, and see when you are online.',
    'With the device key alone, a copy of this browser profile can be opened by someone who knows its format. A lock closes that; what was copied before stays open.',
    'Your browser remembers that you visited this site, and keeps notifications it has shown.',
    'A hostile extension, browser or operating system sees what you see.',
    'What you sent, its receivers keep. Deleting asks their apps; it cannot force them.',
    'Countries are those an address range was given to. A machine may stand elsewhere.'
  ],

  capabilitiesHeading: 'What works, as tested',
  capabilitiesText: ({ version, date, passed }: { version: string; date: string; passed: number }) =>
    plural(passed, {
      one: `Made from the results of # test, run on ${date} with version ${version}. Nothing here is written by hand but the names of the groups.`,
      other: `Made from the results of # tests, run on ${date} with version ${version}. Nothing here is written by hand but the names of the groups.`
    }),
  capabilityCount: ({ passed, failed }: { passed: number; failed: number }) =>
    failed === 0
      ? plural(passed, { one: '# test passed', other: '# tests passed' })
      : `${plural(passed, { one: '# test passed', other: '# tests passed' })}, ${plural(failed, { one: '# failed', other: '# failed' })}`,
  /** Holds the names of tests, in the order of their files. */
  capabilityTests: ({ name }: { name: string }) => `Tests of: ${name}`
} as const;
