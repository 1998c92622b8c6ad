// English: files, pictures and voice messages. Names of the two buttons of the composer are a contract (ux.md §7).
import { createPlural } from '../plural.ts';
import { formatBytes, formatSpokenLength } from '../sizes.ts';

const plural = createPlural('en');

export const media = {
  /** Contract. */
  attachFiles: 'Attach files',
  /** Contract. */
  recordVoice: 'Record voice message',
  size: (bytes: number) => formatBytes(bytes, 'en'),
  length: (seconds: number) => formatSpokenLength(seconds, 'en'),

  tray: 'Files to send',
  dropHere: ({ name }: { name: string }) => `Drop files to send them to ${name}`,
  remove: ({ name }: { name: string }) => `Remove ${name}`,
  describe: ({ name }: { name: string }) => `Describe ${name}`,
  describeShort: 'Describe the picture',
  preparing: 'Getting it ready',
  sendsWhenReady: 'Getting it ready, then it is sent',
  resized: ({ before }: { before: string }) => `Resized, was ${before}`,
  madeStill: 'No longer moving',
  metadataRemoved: 'Place, time and device removed',
  sentAsIs: 'Sent as it is, with everything in it',
  tooLarge: ({ size }: { size: string }) => `Too large: it has ${size}, the limit is 10 MB.`,
  makeSmaller: ({ name }: { name: string }) => `Send a smaller version of ${name}`,
  makeSmallerShort: 'Send a smaller version',
  tooMany: ({ limit }: { limit: number }) =>
    plural(limit, { one: 'One file goes with a message.', other: 'At most # files go with one message.' }),
  emptyFile: 'It is empty.',
  unreadable: 'It could not be read.',
  notKept: 'It could not be kept on this device. Remove it, or try again.',
  blockedByProblem: 'A file cannot be sent. Remove it, or choose a smaller version.',
  notReadyInTime: ({ count }: { count: number }) =>
    plural(count, {
      one: 'One file was not ready when this page was left. Choose it again.',
      other: '# files were not ready when this page was left. Choose them again.'
    }),
  refusedAreGone: ({ count }: { count: number }) =>
    plural(count, {
      one: 'One file that could not be sent as it was is no longer here.',
      other: '# files that could not be sent as they were are no longer here.'
    }),
  textOnly: ({ name }: { name: string }) => `Files can be sent once ${name} has answered.`,
  added: ({ count }: { count: number }) => plural(count, { one: '# file added.', other: '# files added.' }),
  removedSaid: ({ name }: { name: string }) => `${name} removed.`,

  recording: 'Recording',
  recordingLength: ({ time }: { time: string }) => `Recorded ${time} of 5 minutes`,
  level: 'Loudness',
  stopRecording: 'Stop and listen',
  discardRecording: 'Discard recording',
  sendVoice: 'Send voice recording',
  recordingReady: 'Recording ready. Listen to it, or send it.',
  recordingOver: 'Five minutes are over.',
  recordingProblems: {
    'microphone-refused': 'The microphone could not be opened. Allow it for this site in the browser.',
    'recording-unsupported': 'This browser cannot record sound that others play.',
    other: 'The recording failed.'
  },

  playingOn: 'Playing on',
  goToMessage: 'Go to its message',
  endPlaying: 'End it',
  play: ({ what }: { what: string }) => `Play ${what}`,
  pause: ({ what }: { what: string }) => `Pause ${what}`,
  speed: ({ speed }: { speed: number }) => `Speed ${speed}×`,
  speedShort: ({ speed }: { speed: number }) => `${speed}×`,
  position: ({ what }: { what: string }) => `Position in ${what}`,
  positionValue: ({ at, of }: { at: number; of: number }) =>
    `${formatSpokenLength(at, 'en')} of ${formatSpokenLength(of, 'en')}`,
  cannotPlay: 'This browser cannot play it. You can save it.',
  yourRecording: 'your recording',
  /** Name of the file others save. */
  voiceFileName: 'Voice message',

  kinds: { image: 'Picture', video: 'Video', audio: 'Audio', voice: 'Voice message', file: 'File' },
  /** Second line of a file: its type and size. */
  typeAndSize: ({ type, size }: { type: string; size: string }) => `${type}, ${size}`,
  /** Width and height of a picture. */
  pixels: ({ width, height }: { width: number; height: number }) => `${width} × ${height} pixels`,
  here: 'On this device',
  notHere: 'Not on this device',
  open: ({ what }: { what: string }) => `Open ${what}`,
  clickToDownload: 'Click to download',
  downloadNamed: ({ what, size }: { what: string; size: string }) => `Click to download ${what}, ${size}`,
  save: 'Save',
  saveNamed: ({ name }: { name: string }) => `Save ${name}`,
  saved: ({ name }: { name: string }) => `${name} was saved.`,
  saveFailed: 'It could not be saved.',
  states: {
    queued: 'Queued',
    uploading: 'Uploading',
    downloading: 'Downloading',
    failed: 'Failed',
    expired: 'No longer on the server'
  },
  percent: ({ fraction }: { fraction: number }) => `${Math.round(fraction * 100)}%`,
  cancelTransfer: ({ what }: { what: string }) => `Cancel ${what}`,
  cancel: 'Cancel',
  retry: 'Retry',
  retryNamed: ({ what }: { what: string }) => `Retry ${what}`,
  failures: {
    'file-expired': 'It is no longer on the server. Ask for it to be sent again.',
    'file-too-large': 'It is too large for the file server.',
    'attachment-too-large': 'It is larger than the 10 MB a file may have.',
    'attachment-truncated': 'It arrived incomplete and was thrown away.',
    'attachment-wrong-size': 'It is not as long as was said, and was thrown away.',
    'attachment-wrong-mac': 'It arrived damaged and was thrown away.',
    'attachment-wrong-digest': 'It arrived damaged and was thrown away.',
    'attachment-no-digest': 'What proves that it is whole is missing, so it was thrown away.',
    'attachment-damaged': 'It arrived damaged and was thrown away.',
    'attachment-bad-key': 'The key that came with it does not fit.',
    'attachment-unknown-format': 'It is sealed in a way this app does not know.',
    'file-url-invalid': 'Its address is not one of a file server.',
    'file-missing': 'It is no longer on this device. Send it again.',
    'upload-cancelled': 'You cancelled it.',
    quota: 'This device has no room for it. Free some in Storage, then retry.',
    other: 'The file server did not answer. Text still works.'
  },

  trustTitle: ({ name }: { name: string }) => `Download what ${name} sends by itself?`,
  trustText: ({ name }: { name: string }) =>
    `Pictures, sound and files from ${name} then load as they come. You can change that in the details of the chat.`,
  acceptFirst: 'Accept the request first. Until then nothing is loaded.',
  trustAlways: 'Download always',
  trustOnce: 'Only this one',
  autoDownload: 'Download media by itself',

  lightbox: 'Media',
  opening: 'Opening',
  next: 'Next',
  previous: 'Previous',
  close: 'Close',
  place: ({ at, of }: { at: number; of: number }) => `${at} of ${of}`,

  galleryEmpty: 'Nothing was shared yet.',
  galleryMedia: 'Pictures and videos',
  galleryFiles: 'Files and sound',
  showMore: 'Show more',

  picture: 'Profile picture',
  pictureHelp: 'Your contacts see it. Everything but the picture itself is removed on this device.',
  pictureChoose: 'Choose a picture',
  pictureChange: 'Change picture',
  pictureRemove: 'Remove picture',
  pictureSaved: 'Your picture was changed.',
  pictureRemoved: 'Your picture was removed.',
  pictureProblems: {
    'image-unknown': 'That is not a PNG, JPEG, GIF or WebP picture.',
    'image-too-many-pixels': 'That picture has too many pixels.',
    'image-damaged': 'That picture cannot be read.',
    other: 'The picture could not be changed.'
  }
} as const;
