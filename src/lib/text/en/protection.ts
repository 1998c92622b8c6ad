// English: how messages are protected, what waits for keys, and what is asked about it. The two states are called as in ux.md §4.4.
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const protection = {
  heading: 'Protection',
  classic: 'Classic',
  hybrid: 'Forward secret + post-quantum',
  none: 'No messages yet',
  noneHelp: 'How messages are protected shows with the first one.',
  classicHelp:
    'End-to-end encrypted, with keys that stay the same: who records it now and gets hold of a Recovery Password later can read it.',
  hybridHelp:
    'Sealed with keys that change every 12 hours and are destroyed after about three weeks, also against quantum computers. Experimental, and not audited.',
  mixed: ({ received, sent }: { received: string; sent: string }) =>
    `Last received: ${received}. Last sent: ${sent}.`,

  keysProblem: ({ name }: { name: string }) =>
    `Key directory problem: where the keys of ${name} should be, the network has shown something else more than once. Messages go out with the keys found before, or wait; nothing weaker is sent unless you say so.`,
  keysProblemFirst: ({ name }: { name: string }) =>
    `Key directory problem: where keys of ${name} would be, the network has shown something nobody can use more than once. Until that ends, messages go out Classic.`,

  require: 'Require enhanced encryption',
  requireHelp: ({ name }: { name: string }) =>
    `What you write to ${name} goes out Forward secret + post-quantum, or waits here. What they write may still be Classic.`,

  /** Beside the state of a message that waits. */
  waits: {
    required: 'waits for keys you require',
    unreachable: 'waits for keys',
    stale: 'waits for newer keys'
  },
  waitingRequired: ({ name }: { name: string }) =>
    `${name} shows no keys for enhanced encryption, and you require it. What you write waits here.`,
  waitingUnreachable: ({ name }: { name: string }) =>
    `The keys of ${name} cannot be fetched now. What you write waits, and is tried again by itself.`,
  staleTitle: ({ count, name }: { count: number; name: string }) =>
    plural(count, {
      one: `A message waits for the keys of ${name}`,
      other: `# messages wait for the keys of ${name}`
    }),
  staleText: ({ name }: { name: string }) =>
    `For more than nine days the network has shown no valid keys of ${name}. They may not have opened the app, or somebody may be hiding their keys to get weaker messages out of you.`,
  basic: 'Send with basic encryption',
  keep: 'Keep waiting',
  basicAsk: 'Send with basic encryption?',
  basicText: ({ name }: { name: string }) =>
    `It goes out Classic: end-to-end encrypted, but with keys of ${name} that never change. Who records it now can read it later with their Recovery Password or a quantum computer. That cannot be taken back.`,
  basicWhich: 'Which messages',
  basicThese: ({ count }: { count: number }) =>
    plural(count, { one: 'This message only', other: 'These # messages only' }),
  basicAlways: ({ name }: { name: string }) => `All of them, until ${name} shows keys again`,
  basicSend: 'Send as Classic',

  resendTitle: ({ name, count }: { name: string; count: number }) =>
    plural(count, {
      one: `${name} set up a new device and asks to resend a message`,
      other: `${name} set up a new device and asks to resend # messages`
    }),
  resendText: ({ name }: { name: string }) =>
    `Whoever has the Recovery Password of ${name} can ask this too, and would read them. Make sure another way that it is them.`,
  resend: ({ count }: { count: number }) =>
    plural(count, { one: 'Resend the message', other: 'Resend # messages' }),
  resendNot: 'Not now',
  resent: 'They are sent again.',

  held: ({ count }: { count: number }) =>
    plural(count, {
      one: 'A message could not be decrypted because this device does not have its key',
      other: '# messages could not be decrypted because this device does not have their keys'
    }),
  heldLabel: 'Messages without keys',
  heldWhen: ({ from, to }: { from: string; to: string }) =>
    from === to ? `Received: ${from}` : `Received: ${from} to ${to}`,
  heldWhy: 'Why?',
  heldReason:
    'They were sealed with keys that only your devices of that time had. This device was linked later, started fresh, or missed a change. Nobody keeps a copy of those keys, and who wrote does not show before a message opens. They are tried again for two weeks.',
  heldUnlinked: 'Another device of yours has the keys. Link this one, and it can read them.',
  heldLink: 'Link this device',
  heldAsk: 'Ask contacts to resend',
  heldAsked: ({ time }: { time: string }) =>
    `Asked ${time}. Each contact decides, and their app has to be open for it.`,
  askTitle: 'Ask your contacts to resend?',
  askText:
    'Every contact you write forward secret with gets one message, with the time in question and nothing else. They learn that your keys changed, and each of them decides. They are asked once a day at most.',
  ask: 'Ask contacts',
  cancel: 'Cancel',

  alarms: {
    'foreign-keys': {
      title: 'Somebody published other keys for this account',
      text: 'It takes your Recovery Password to do that. Was it you, on another device or in another browser?',
      banner: 'Other keys were published for this account. Was that you?'
    },
    'other-app': {
      title: 'Another app uses this account',
      text: 'It sends messages or changes settings and does not belong to your devices, so it misses every forward-secret message without a word. If it is not yours, somebody has your Recovery Password.',
      banner: 'Another app without enhanced encryption uses this account.'
    },
    'official-app': {
      title: 'Another app publishes its own keys for this account',
      text: 'It is of the network’s coming version and reads nothing that is sealed to the keys of this app. So they are not published for now, and contacts go on with those they have, for nine days at most.',
      banner: 'An app of the network’s coming version uses this account.'
    }
  },
  alarmIgnoreOfficial: 'Publish my keys all the same',
  alarmIgnoreOfficialHelp:
    'Contacts go on writing forward secret to this app. The other app misses those messages, without a word.',
  alarmShow: 'Look at it',
  alarmLink: 'It was me: link this device',
  alarmLinkHelp: 'The other device shows pictures to compare. Both then share its keys.',
  alarmTakeBack: 'It was not me: publish my keys',
  alarmTakeBackHelp:
    'Contacts write to this device’s keys again. Whoever has your Recovery Password can do it anew, so move to a new account.',
  alarmTurnOff: 'Turn enhanced encryption off',
  alarmTurnOffHelp: 'Contacts are told, and what they write from then on is Classic.',
  alarmIgnore: 'Go on as it is',
  alarmIgnoreHelp: 'The other app goes on missing messages. You are not told again.',
  takeBackAsk: 'Publish your own keys again?',
  takeBackText:
    'Contacts see that your keys changed. What was sealed for the other keys since then stays unreadable here.',
  takeBackConfirm: 'Publish my keys',
  turnOffAsk: 'Turn enhanced encryption off?',
  turnOffText:
    'Your contacts are told and write Classic from then on: who records that now can read it later with your Recovery Password. You can turn it on again under Privacy.',
  turnOffConfirm: 'Turn off',

  unpublished:
    'The keys of this account could not be published for more than a day. Contacts go on with those they have, for nine days at most. Check the clock of this device and the connection; it is tried again by itself.',

  window: 'How long old keys are kept',
  windowStandard: '16 days',
  windowStandardHelp:
    'Whatever still lies in the network can be read, also by a device you link later. Who takes this device may open recorded messages of about the last three weeks.',
  windowShort: '3 days',
  windowShortHelp:
    'Who takes this device may open those of about the last week. A device you link later reads less, and a contact whose clock is far off cannot write to you. Choose it on every device.',
  windowNote: 'Old keys are destroyed on this device as far as the browser allows.',
  dormant: 'Take out devices that are not used',
  dormantDays: ({ days }: { days: number }) => plural(days, { one: 'After # day', other: 'After # days' }),
  dormantNote:
    'A device nobody opens keeps old keys alive: who gets hold of it could open everything since. Taking it out tells the others, and it can be linked again.'
} as const;
