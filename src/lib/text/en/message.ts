// English: what stands in messages and what is done with them. Names of menu items are a contract (ux.md §7).
import { createPlural } from '../plural.ts';

const plural = createPlural('en');

export const message = {
  reply: 'Reply',
  react: 'React',
  forward: 'Forward',
  select: 'Select',
  resend: 'Resend',
  /** Row of emoji on top of the menu. */
  quickEmoji: 'Emoji at hand',

  deleted: 'This message was deleted',
  readMore: 'Show all',
  readLess: 'Show less',
  /** Link preview: what the sender says of an address. */
  previewLabel: ({ title }: { title: string }) => `Link: ${title}`,
  invitation: 'Invitation to a community',
  invitationNote: 'Communities are not part of this version.',

  replyTo: ({ name }: { name: string }) => `Reply to ${name}`,
  replyToYou: 'Reply to yourself',
  cancelReply: 'Cancel the reply',
  quoteGone: 'Original message not found',
  quoteDeleted: 'The original was deleted',
  jumpToOriginal: ({ name }: { name: string }) => `Go to the message of ${name}`,
  jumpToOwn: 'Go to your message',
  /** What a quote shows of a message without text. */
  kinds: {
    image: 'Picture',
    video: 'Video',
    audio: 'Audio',
    voice: 'Voice message',
    file: 'File'
  },

  reactions: 'Reactions',
  reactionName: ({ emoji, count, mine }: { emoji: string; count: number; mine: boolean }) =>
    plural(count, {
      one: mine ? `${emoji}, yours` : `${emoji}, #`,
      other: mine ? `${emoji}, # with yours` : `${emoji}, #`
    }),
  whoReacted: 'Who did that',
  takeBack: 'Take yours back',
  tooManyReactions: 'That is more than 20 in a minute. Wait a little.',
  emojiTitle: 'Choose an emoji',
  emojiButton: 'Emoji',
  emojiSearch: 'Find by name',
  emojiNone: 'No emoji has that name.',
  emojiGroups: {
    smileys: 'Faces',
    people: 'People',
    nature: 'Animals and nature',
    food: 'Food and drink',
    travel: 'Travel and places',
    activities: 'Activities',
    objects: 'Objects',
    symbols: 'Symbols',
    flags: 'Flags'
  },
  emojiNames: 'Emoji with that name',

  selected: ({ count }: { count: number }) =>
    plural(count, { one: '# message chosen', other: '# messages chosen' }),
  selectThis: ({ text }: { text: string }) => `Choose: ${text}`,
  endSelection: 'End choosing',
  copied: ({ count }: { count: number }) => plural(count, { one: 'Copied.', other: '# messages copied.' }),

  forwardTitle: ({ count }: { count: number }) =>
    plural(count, { one: 'Forward this message', other: 'Forward # messages' }),
  forwardText: 'It goes as a new message from you, without the name of who wrote it.',
  forwardTo: 'To whom',
  forwardFind: 'Find a conversation',
  forwardNobody: 'Choose at least one conversation.',
  forwarded: ({ count }: { count: number }) =>
    plural(count, { one: 'Forwarded.', other: 'Forwarded to # conversations.' }),

  deleteTitle: ({ count }: { count: number }) =>
    plural(count, { one: 'Delete this message?', other: 'Delete # messages?' }),
  deleteFrom: 'Where to delete',
  deleteWhere: {
    device: 'Delete on this device only',
    'my-devices': 'Delete on all my devices',
    everyone: 'Delete for everyone'
  },
  deleteDevice: ({ name }: { name: string }) => `Your other devices and ${name} keep it.`,
  deleteDeviceNote: 'Your other devices keep it.',
  deleteUnsent: 'It was not sent, so nobody else has it.',
  deletePlaceholder: 'What was in it is gone already.',
  deleteMine: ({ name }: { name: string }) => `${name} keeps it. Devices that are off follow later.`,
  deleteMineNote: 'Devices that are off follow later.',
  deleteEveryone: ({ name }: { name: string }) =>
    `Asks the app of ${name} to delete it. Copies and screenshots stay out of reach.`,
  deletedSaid: ({ count }: { count: number }) =>
    plural(count, { one: 'Deleted.', other: '# messages deleted.' }),

  linkTitle: 'Leave this app?',
  linkText: 'The site learns your IP address and that you came. Nothing was loaded from it yet.',
  linkHost: 'Site',
  linkOpen: 'Open link',
  linkCopy: 'Copy address',
  linkCopied: 'The address was copied.',
  linkWarnings: {
    punycode: 'Its name has letters that can look like others. Check it letter by letter.',
    'mixed-scripts': 'Its name mixes letters of several scripts, which is a common way to deceive.',
    'user-info': 'What stands before the @ is not the site.',
    'not-encrypted': 'The connection is not encrypted: others on the way can read it.',
    'number-address': 'It has a number in place of a name.'
  },
  linkWritten: ({ host }: { host: string }) => `Written as ${host}`,

  notices: {
    youAccepted: ({ name }: { name: string }) => `You accepted ${name}.`,
    theyAccepted: ({ name }: { name: string }) => `${name} accepted your message request.`,
    callMissed: ({ name }: { name: string }) => `${name} called. Calls are off in this app.`,
    callOwn: 'A call from your other device. Calls are off in this app.',
    mediaSaved: ({ name }: { name: string }) => `${name} saved media you sent.`,
    mediaSavedByYou: 'You saved media.',
    group: ({ name, group }: { name: string; group: string }) =>
      `${name} invited you to the group ${group}. Groups are not part of this version.`,
    deviceAdded: ({ device }: { device: string }) =>
      `A new device was added to your account: ${device}. If that was not you, remove it in Settings, Devices.`,
    deviceRemoved: ({ device }: { device: string }) => `A device was removed from your account: ${device}.`,
    deviceLeft: ({ device }: { device: string }) => `A device left your account: ${device}.`,
    deviceLinked: 'This device was added to your account.',
    unnamedDevice: 'a device without a name',
    protection: {
      enabled: ({ name }: { name: string }) =>
        `Messages with ${name} are forward secret and post-quantum from now on.`,
      withdrew: ({ name }: { name: string }) =>
        `${name} turned forward-secret messages off. What you write from now on is Classic.`,
      'devices-changed': ({ name }: { name: string }) =>
        `${name}’s linked devices changed. If you compared keys before, compare them again.`,
      'answers-classic': ({ name }: { name: string }) =>
        `${name} keeps answering with Classic messages. They may not see your keys; they are sent along with your next message.`,
      dropped: ({ name }: { name: string }) => `${name} sent a Classic message, less protected than before.`
    },
    timerOff: ({ name }: { name: string }) => `Messages from ${name} no longer disappear.`,
    timerOffByYou: 'Your messages no longer disappear.',
    timerRead: ({ name, time }: { name: string; time: string }) =>
      `Messages from ${name} disappear ${time} after they are read.`,
    timerReadByYou: ({ time }: { time: string }) => `Your messages disappear ${time} after they are read.`,
    timerSend: ({ name, time }: { name: string; time: string }) =>
      `Messages from ${name} disappear ${time} after they are sent.`,
    timerSendByYou: ({ time }: { time: string }) => `Your messages disappear ${time} after they are sent.`
  },
  followSetting: 'Follow Setting',
  timerChanged: 'Your messages disappear from now on.',
  timerEnded: 'Your messages stay from now on.',

  timerTitle: 'Disappearing Messages',
  timerText: 'This is for what you send. The others choose for what they send.',
  timerNoteText: 'For what you write here from now on.',
  timerWhen: 'When',
  timerModes: {
    off: 'Off',
    'after-read': 'Disappear After Read',
    'after-send': 'Disappear After Send'
  },
  timerHelp: {
    off: 'Messages stay until somebody deletes them.',
    'after-read': 'The time runs from when they are read, and on your devices from when they are sent.',
    'after-send': 'The time runs from when they are sent, read or not.'
  },
  timerHowLong: 'How long they stay',
  timerWarning: 'Whoever reads them can copy them before.',
  timerSet: 'Set',
  timerBadge: ({ time }: { time: string }) => `Your messages disappear: ${time}`,
  timeUnits: {
    second: ({ count }: { count: number }) => plural(count, { one: '# second', other: '# seconds' }),
    minute: ({ count }: { count: number }) => plural(count, { one: '# minute', other: '# minutes' }),
    hour: ({ count }: { count: number }) => plural(count, { one: '# hour', other: '# hours' }),
    day: ({ count }: { count: number }) => plural(count, { one: '# day', other: '# days' }),
    week: ({ count }: { count: number }) => plural(count, { one: '# week', other: '# weeks' })
  },

  typing: ({ name }: { name: string }) => `${name} is typing…`,

  requestLine: 'Not a contact yet',
  requestTitle: ({ name }: { name: string }) => `${name} wants to write to you`,
  requestText: ({ name }: { name: string }) =>
    `If you accept, ${name} sees your name and picture, and media can load. Writing back counts as accepting.`,
  theirAccountId: 'Their Account ID',
  accept: 'Accept',
  requestDelete: 'Delete',
  block: 'Block',
  outgoingLine: ({ name }: { name: string }) =>
    `${name} has not answered yet. Until then you can send text only.`,
  blockedTitle: ({ name }: { name: string }) => `You blocked ${name}.`,
  blockedText: 'What they send is thrown away on arrival. They are not told.',
  unblock: 'Unblock',

  /** Rows of "Where is this?". */
  ownDevices: 'My other devices',
  ownDevicesText: {
    copied: 'A sealed copy waits in your own swarm for those that are off.',
    waiting: 'The copy for them waits to be sent.',
    unknown: 'Whether another device has it is not known.'
  },
  networkText: ({ until }: { until: string }) =>
    `Service nodes keep a sealed copy until ${until}. Then they drop it.`,
  networkNone: 'None, as far as this device knows.',
  recipientText: {
    waiting: 'Has not got it yet. It waits on this device.',
    'not-sent': 'Has not got it: it was not sent.',
    'in-swarm': 'It waits for them in their swarm. Whether they fetched it is not told.',
    read: 'Read it. They can keep or copy it; you cannot undo that.'
  },
  senderText: 'Wrote it, and has it.',
  disappears: 'Disappears',
  disappearsAt: ({ time }: { time: string }) => `At ${time}`,
  disappearsAfterRead: ({ time }: { time: string }) => `${time} after it is read`,
  disappearsAfterSend: ({ time }: { time: string }) => `${time} after it is sent`,
  receivedAt: 'Received',
  messageHash: 'Message hash'
} as const;
