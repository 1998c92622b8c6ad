// English: the sheet behind the plus button, invites, and the card an invite link opens.
export const start = {
  title: 'New message',
  back: 'Back',
  lead: 'Write to someone by the Account ID or the name they gave you.',
  /** The field. Contract (ux.md §7). */
  accountId: 'Account ID',
  accountIdHelp: 'You can also paste an invite link, or type a name.',
  placeholder: '05…',
  /** The button. Contract. */
  startConversation: 'Start conversation',
  camera: 'Scan a QR code with the camera',
  image: 'Read a QR code from a picture',
  paste: 'Paste',
  progress: ({ length, total }: { length: number; total: number }) => `${length} of ${total} characters`,
  ready: 'This is an Account ID.',
  nameNote:
    'This can be a name. Three service nodes are asked for a hash of it: who knows the name recognises it, and none learns who asks. Exposure then has a row for them.',
  nameAsking: ({ name }: { name: string }) => `Asking three service nodes for “${name}”`,
  nameProblems: {
    unregistered: 'Nobody has registered this name. Check its spelling.',
    disputed:
      'The service nodes gave different answers, so none is believed. Try again, or ask for the Account ID.',
    'no-account': 'This name does not lead to an account.',
    unreachable: 'The network could not be asked. Try again when you are connected.',
    'wrong-network': 'This account belongs to another network than this site, so no name can be looked up.'
  },
  nameTitle: ({ name }: { name: string }) => `“${name}” leads to this account`,
  nameLead: 'Three service nodes agree. Compare the Account ID if you know it.',
  nameOwn: 'Three service nodes agree: this is your own account. It opens Note to Self.',
  nameId: ({ name }: { name: string }) => `Account ID of ${name}`,
  nameDismiss: 'Back',
  readyFromLink: 'This invite link holds an Account ID.',
  own: 'This is your own Account ID. It opens Note to Self.',

  empty: 'Type or paste an Account ID first.',
  wrongLength: ({ length, total }: { length: number; total: number }) =>
    `An Account ID has ${total} characters. This has ${length}.`,
  noName:
    'This is neither an Account ID nor a name. A name has letters, digits, hyphens and underscores, 64 at most.',
  notHex: 'An Account ID holds only digits and the letters a to f.',
  isGroup: 'This is the ID of a group. A group is joined when one of its admins invites you.',
  isBlinded: 'This is a blinded ID from a community. It works only there, not for a direct message.',
  wrongPrefix: 'An Account ID starts with 05. This starts differently.',
  inviteBroken: 'This link holds no Account ID. Ask for it again.',
  noQr: 'No QR code was found in that picture.',
  otherQr: 'That QR code holds no Account ID.',
  cameraFailed: 'The camera could not be opened. Allow it for this site, or use a picture.',
  pasteFailed: 'The browser did not hand over the clipboard. Paste into the field instead.',
  failed: ({ code }: { code: string }) => `The conversation could not be opened (${code}). Try again.`,

  scanTitle: 'Scan a QR code',
  scanHelp: 'Hold their QR code into the picture. It stays in this browser.',
  cancel: 'Cancel',

  invite: 'Invite a friend',
  inviteRowHelp: 'Your QR code, Account ID and link',
  inviteTitle: 'Invite a friend',
  inviteLead: 'Give them one of these. Who has it can write to you.',
  /** Label of the element that holds nothing but the ID. Contract. */
  yourAccountId: 'Your Account ID',
  qrLabel: 'QR code of this account',
  link: 'Invite link',
  copyId: 'Copy',
  copyLink: 'Copy link',
  copied: 'Copied',
  copiedIdStatus: 'Your Account ID was copied.',
  copiedLinkStatus: 'The invite link was copied.',
  copyFailed: 'The browser did not allow copying. Select the text and copy it.',
  share: 'Share',
  shareText: ({ app }: { app: string }) => `Write to me on ${app}`,
  linkNote:
    'The ID stands behind the # of the link, so no server is sent it. The browser that opens the link may keep it in its history.',

  confirmTitle: 'Start a conversation?',
  confirmLead: 'You opened an invite link. Compare this Account ID with the one you were told.',
  confirmOwn: 'You opened your own invite link. It leads to Note to Self.',
  confirmId: 'Account ID from the link',
  confirmStart: 'Start conversation',
  confirmDismiss: 'Not now',
  brokenInviteTitle: 'This invite link does not work',
  brokenInviteText: 'It holds no Account ID. Part of it may have been cut off; ask for it again.'
} as const;
