// English: the devices of an account, and how a new one is taken in.
export const devices = {
  title: 'Devices',
  lead: 'Every browser in which this account runs Onionskin. They share the keys that new messages are sealed with.',
  list: 'Your devices',
  thisDevice: 'This device',
  unnamed: 'Device without a name',
  added: ({ day }: { day: string }) => `Added: ${day}`,
  addedBefore: 'Was here before this device',
  active: ({ day }: { day: string }) => `Last seen: ${day}`,
  remove: 'Remove',
  removeNamed: ({ name }: { name: string }) => `Remove ${name}`,
  groupMark: 'All your devices show this mark:',
  otherApps:
    'Only devices that run Onionskin are listed. Other Session apps that use this account are not known here, and cannot be removed.',
  looking: 'Looking for your devices…',
  lookingHelp: 'This takes a connection to the network.',

  addTitle: 'Add a device',
  addText:
    'Restore this account there with your Recovery Password, then choose Link with my other device. It appears here, with a row of pictures to compare.',

  leaveTitle: 'Take this device out',
  leaveText:
    'The keys for new messages are destroyed here. Chats stay, and this device goes on with classic messages.',
  leave: 'Leave',
  leaveAsk: 'Take this device out of your devices?',
  leaveAskText:
    'It will not read forward-secret messages any more, until another device of yours takes it in again.',

  removeAsk: ({ name }: { name: string }) => `Remove ${name}?`,
  removeAskText:
    'It reads no forward-secret message sent from now on. What it has already is not taken away from it.',
  removeWarning:
    'Whoever has your Recovery Password can still write in your name. If somebody else may know it, only moving to a new account helps.',
  cancel: 'Cancel',

  requestTitle: 'A new device wants to be added',
  requestText: ({ name }: { name: string }) =>
    `${name} asks to read and write as you. Compare these pictures with those on its screen, one by one.`,
  requestNotYou: 'If you are not adding a device now, somebody has your Recovery Password: choose Refuse.',
  accept: 'They match: add it',
  refuse: 'Refuse',
  symbols: 'Pictures to compare',
  moreSymbols: 'Compare all 21',
  fewerSymbols: 'Show seven',
  endsAt: ({ time }: { time: string }) => `Asks until ${time}.`,
  bannerTitle: 'A new device wants to be added',
  bannerText: 'Compare it before it reads your messages.',
  bannerShow: 'Compare',
  unlinkedTitle: 'This browser is not linked yet',
  unlinkedText:
    'It cannot read the forward-secret messages of your other device, those of the last days too. Classic messages come here.',
  unlinkedShow: 'Link it',

  linkTitle: 'This device is not linked yet',
  linkText:
    'Another device of yours has the keys for forward-secret messages. Until it shares them, this one sends and reads classic messages alone.',
  link: 'Link with my other device',
  linkHelp: 'Nothing is lost: this device then reads what was sent in the last 14 days too.',
  freshTitle: 'No other device left?',
  freshText:
    'Starting fresh makes new keys. Forward-secret messages that wait for you cannot be read then; your contacts can be asked to send them again.',
  fresh: 'Start fresh',
  freshAsk: 'Start fresh with this device alone?',
  freshAskText:
    'Forward-secret messages sent to your other devices stay unreadable here for good: nobody keeps their keys for you. Contacts see that your devices changed.',
  freshAskSure:
    'I use this account only in apps that read forward-secret messages. Other Session apps would miss new messages without a word.',
  alone: 'No device of this account shares keys',
  aloneText: 'This device sends and reads classic messages until you start with keys of its own.',

  waitingTitle: 'Compare with your other device',
  waitingText: 'Open Settings, Devices there. It shows the same pictures if the two of you are alone.',
  waitingAccepted: 'Your other device has added this one. Are the pictures the same there?',
  waitingFor: 'Waiting for your other device…',
  confirmed: 'Confirmed here. Waiting for your other device…',
  match: 'They match',
  noMatch: 'They do not match',
  stop: 'Stop',
  noMatchHelp:
    'Pictures that differ mean that somebody stands between the two devices. Stop here, and remove the unknown device on your other one.',

  removedTitle: 'This device was removed',
  removedText:
    'Another device of yours took it out. What was sent before stays here; forward-secret messages sent since cannot be read here.',
  displacedTitle: 'This device missed a change of keys',
  displacedText:
    'Your other devices went on without it. Link it again, and it reads what was sent in the last 14 days.',
  cutOffTitle: 'Your devices were replaced',
  cutOffText:
    'Somebody with your Recovery Password started with new keys. If that was you, link this device with the new one. If not, somebody else has your Recovery Password: move to a new account.',
  linkAgain: 'Link again',

  problems: {
    'link-failed': 'The request could not be sent. Try again once you are connected.',
    'link-expired': 'Nobody answered within ten minutes. Ask again.',
    'too-many-devices': 'There are too many devices. Remove one first.',
    'last-device': 'This is the only device. There is nothing to leave.'
  },

  /** Pictures of the Matrix specification for comparing, by number, each with its name. */
  pictures: [
    ['🐶', 'Dog'],
    ['🐱', 'Cat'],
    ['🦁', 'Lion'],
    ['🐎', 'Horse'],
    ['🦄', 'Unicorn'],
    ['🐷', 'Pig'],
    ['🐘', 'Elephant'],
    ['🐰', 'Rabbit'],
    ['🐼', 'Panda'],
    ['🐓', 'Rooster'],
    ['🐧', 'Penguin'],
    ['🐢', 'Turtle'],
    ['🐟', 'Fish'],
    ['🐙', 'Octopus'],
    ['🦋', 'Butterfly'],
    ['🌷', 'Flower'],
    ['🌳', 'Tree'],
    ['🌵', 'Cactus'],
    ['🍄', 'Mushroom'],
    ['🌏', 'Globe'],
    ['🌙', 'Moon'],
    ['☁️', 'Cloud'],
    ['🔥', 'Fire'],
    ['🍌', 'Banana'],
    ['🍎', 'Apple'],
    ['🍓', 'Strawberry'],
    ['🌽', 'Corn'],
    ['🍕', 'Pizza'],
    ['🎂', 'Cake'],
    ['❤️', 'Heart'],
    ['😀', 'Smiley'],
    ['🤖', 'Robot'],
    ['🎩', 'Hat'],
    ['👓', 'Glasses'],
    ['🔧', 'Spanner'],
    ['🎅', 'Santa'],
    ['👍', 'Thumbs Up'],
    ['☂️', 'Umbrella'],
    ['⌛', 'Hourglass'],
    ['⏰', 'Clock'],
    ['🎁', 'Gift'],
    ['💡', 'Light Bulb'],
    ['📕', 'Book'],
    ['✏️', 'Pencil'],
    ['📎', 'Paperclip'],
    ['✂️', 'Scissors'],
    ['🔒', 'Lock'],
    ['🔑', 'Key'],
    ['🔨', 'Hammer'],
    ['☎️', 'Telephone'],
    ['🏁', 'Flag'],
    ['🚂', 'Train'],
    ['🚲', 'Bicycle'],
    ['✈️', 'Aeroplane'],
    ['🚀', 'Rocket'],
    ['🏆', 'Trophy'],
    ['⚽', 'Ball'],
    ['🎸', 'Guitar'],
    ['🎺', 'Trumpet'],
    ['🔔', 'Bell'],
    ['⚓', 'Anchor'],
    ['🎧', 'Headphones'],
    ['📁', 'Folder'],
    ['📌', 'Pin']
  ]
} as const;
