// English: the welcome screen and the pages it opens.
export const welcome = {
  /** Below the product's name; what it is, in one breath. */
  lead: 'A private messenger that lives in this browser. No phone number, no email, nothing to install.',
  /** Label of the one field. Part of the contract of names (ux.md §7). */
  displayName: 'Display name',
  /** Help below the field. */
  displayNameHelp: 'The people you write to see this name.',
  /** Main button. Contract. */
  createAccount: 'Create account',
  /** Second button: goes to the restore screen. Contract. */
  haveAccount: 'I have an account',
  /** Last line on the sheet, beside a key mark. */
  keysLine: 'Keys are made and kept in this browser.',
  /** The button was pressed with nothing in the field. */
  nameEmpty: 'Type a name first. Any name will do.',
  /** Over 100 bytes of UTF-8. */
  nameTooLong: 'That name is too long. Choose a shorter one.',
  /** The account could not be made; `code` is for a report. */
  failed: ({ code }: { code: string }) =>
    `The account could not be made (${code}). Nothing was saved. Try again, or in another browser.`,
  /** This browser keeps nothing: a private window, or storage switched off. */
  storageFailed:
    'This browser lets the page keep nothing here, so an account cannot live in it. Leave private browsing, or allow storage for this site.',
  /** Names of the three links at the foot. */
  footer: 'About this app',
  language: 'English',
  howItWorks: 'How it works',
  checkCode: 'Check the code',
  close: 'Close',

  languageTitle: 'Language',
  languageText: 'English is the one language so far. Names and messages may be in any script.',

  howTitle: 'How it works',
  howParts: [
    {
      title: 'An account is a pair of keys',
      text: 'Your browser makes it when you create an account. No server is asked, and none keeps a list of who you are. Your Account ID is the public half: who has it can write to you.'
    },
    {
      title: 'Only the two ends read a message',
      text: 'It is sealed in your browser for the person you write to and opened in theirs. What lies between passes on a closed letter.'
    },
    {
      title: 'It takes a path of three nodes',
      text: 'Each node opens one layer and learns only the stop before and the stop after. The relay you loaded this page from sees your IP address, the sizes and the times, not who you write to.'
    },
    {
      title: 'A few nodes keep it until it is fetched',
      text: 'The nodes that hold your mail know your Account ID and when letters come in, for up to two weeks. They cannot read them and do not see where you are.'
    },
    {
      title: 'What it cannot promise',
      text: 'Who serves this page serves its code. Someone who takes your unlocked device can read what is on it. If you lose this browser and your Recovery Password, nobody can bring the account back.'
    }
  ],

  codeTitle: 'Check the code',
  codeText:
    'Everything this page runs is in the files it loaded. A release of the same version built from the public sources gives the same files, byte for byte, so the two can be compared.',
  /** Before the version number. */
  codeVersion: 'Version',
  /** Introduces one command line. */
  codeCommand: 'To compare from outside, build that version and look for differences:',
  codeLimit:
    'A host can still serve you other files tomorrow. Installing the app, and updating only after you agree, makes that visible.',

  /** An invite link was opened without an account. */
  invited: 'You were invited to write to',
  /** Names the small cross that drops the invite. */
  dismissInvite: 'Go on without the invite',
  invitedHelp: 'Compare it with the Account ID you were told. The conversation opens once you have a name.'
} as const;
