// English: the panel of a contact.
export const details = {
  title: 'Details',
  close: 'Close',
  /** Label of the element that holds nothing but the ID. */
  accountIdOf: ({ name }: { name: string }) => `Account ID of ${name}`,
  accountId: 'Account ID',
  copy: 'Copy ID',
  copied: 'The Account ID was copied.',
  showQr: 'Show QR code',
  hideQr: 'Hide QR code',
  qrLabel: ({ name }: { name: string }) => `QR code of ${name}`,
  callsThemselves: ({ name }: { name: string }) => `Calls themselves ${name}`,
  noName: 'Has not sent a name yet',
  noteLead: 'Notes reach your own devices only.',
  notAContact: 'Not a contact yet',
  blocked: 'Blocked',
  waiting: 'They have not answered yet',

  nickname: 'Nickname',
  none: 'None',
  timer: 'Disappearing Messages',
  timerOff: 'Off',
  timerModes: { 'after-read': 'Disappear After Read', 'after-send': 'Disappear After Send' },
  timerValue: ({ mode, time }: { mode: string; time: string }) => `${mode}, ${time}`,
  notifications: 'Notify me of messages',
  mute: 'Mute',
  notMuted: 'Not muted',
  mutedForGood: 'Always',
  mutedUntil: ({ until }: { until: string }) => `Until ${until}`,
  pinned: 'Pinned',
  media: 'Shared media',
  change: ({ what, value }: { what: string; value: string }) => `${what}: ${value}`
} as const;
