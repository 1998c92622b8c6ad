import { describe, expect, it } from 'vitest';
import {
  attachmentFacts,
  attachmentName,
  attachmentStatus,
  failureWords,
  fewerBars,
  fileFacts,
  filesHere,
  frameRatio,
  quotedPicture,
  withTransfer,
  withTransfers
} from '../../../src/lib/state/attachment-view.ts';
import { stateKey } from '../../../src/lib/state/message-words.ts';
import type { AttachmentView } from '../../../src/lib/storage/views.ts';
import { formatBytes, formatClock, formatSpokenLength } from '../../../src/lib/text/sizes.ts';
import { sampleMessage } from '../../support/views.ts';

const file = (part: Partial<AttachmentView> = {}): AttachmentView => ({
  id: '0',
  kind: 'image',
  name: 'boat.jpg',
  bytes: 1_830_000,
  contentType: 'image/jpeg',
  width: 640,
  height: 400,
  caption: null,
  state: 'here',
  progress: 1,
  failureCode: null,
  mediaId: 'm',
  thumbnailMediaId: null,
  ...part
});

describe('a file in its bubble', () => {
  it('is asked for while it is not here, whatever else its row says', () => {
    expect(attachmentStatus(file())).toBeNull();
    expect(attachmentStatus(file({ mediaId: null }))).toBe('remote');
    expect(attachmentStatus(file({ state: 'failed', mediaId: null }))).toBe('failed');
  });

  it('is named by its description, else by what it is', () => {
    expect(attachmentName(file({ caption: 'A boat' }))).toBe('Picture: A boat');
    expect(attachmentName(file())).toBe('Picture boat.jpg');
    expect(attachmentName(file({ kind: 'voice', name: 'x.ogg' }))).toBe('Voice message');
    expect(attachmentFacts(file({ kind: 'file', name: 'a.pdf' }))).toBe('PDF, 1.8 MB');
  });

  it('keeps a place of a shape that can be shown, whatever the sender claims', () => {
    expect(frameRatio(file())).toBe(1.6);
    expect(frameRatio(file({ width: 100_000, height: 1 }))).toBeLessThan(3);
    expect(frameRatio(file({ width: 1, height: 100_000 }))).toBeGreaterThan(0.3);
    expect(frameRatio(file({ width: null, height: 0 }))).toBeCloseTo(4 / 3);
  });

  it('shows what is under way for it, which its row does not say', () => {
    const down = withTransfer(file({ state: 'remote', mediaId: null }), { fraction: 0.5 });
    expect(attachmentStatus(down)).toBe('downloading');
    expect(attachmentStatus(withTransfer(file({ state: 'queued' }), { fraction: null }))).toBe('uploading');
    expect(attachmentStatus(withTransfer(file({ state: 'queued' }), null))).toBe('queued');
    expect(attachmentStatus(withTransfer(file({ state: 'here' }), { fraction: null }))).toBeNull();
  });

  it('says why it failed, also for codes it does not know', () => {
    expect(failureWords('attachment-too-large')).toBe('It is larger than the 10 MB a file may have.');
    // What came damaged is not the fault of a server that did not answer.
    const damaged = [
      'attachment-wrong-mac',
      'attachment-wrong-digest',
      'attachment-no-digest',
      'attachment-truncated',
      'attachment-wrong-size',
      'attachment-damaged'
    ];
    for (const code of damaged) expect(failureWords(code), code).toMatch(/thrown away\.$/);
    expect(failureWords('destination-unreachable')).toBe(failureWords('other'));
    expect(failureWords('constructor')).toBe(failureWords(null));
  });

  it('is told apart from the files of other messages', () => {
    const first = sampleMessage({ sort: 1, attachments: [file(), file({ id: '1', mediaId: null })] });
    const second = sampleMessage({ sort: 2, attachments: [file()] });
    const gone = sampleMessage({ sort: 3, deleted: true, attachments: [file()] });
    expect(filesHere([first, second, gone], ({ id }) => id).map(({ key }) => key)).toEqual(['m1/0', 'm2/0']);
  });
});

describe('a waveform with less room', () => {
  it('keeps its loudest parts', () => {
    expect(fewerBars([0, 1, 0.2, 0.4], 2)).toEqual([1, 0.4]);
    expect(fewerBars([0.1, 0.2], 8)).toEqual([0.1, 0.2]);
    expect(
      fewerBars(
        Array.from({ length: 64 }, (_, index) => index / 64),
        36
      )
    ).toHaveLength(36);
  });
});

describe('sizes and lengths', () => {
  it('are written in decimal units', () => {
    expect(
      [0, 1, 999, 1_000, 999_600, 1_830_000, 10_200_000].map((bytes) => formatBytes(bytes, 'en'))
    ).toEqual(['0 bytes', '1 byte', '999 bytes', '1 kB', '1 MB', '1.8 MB', '10.2 MB']);
  });

  it('of sound are written and spoken', () => {
    expect([0, 48.9, 62, 3_723].map(formatClock)).toEqual(['0:00', '0:48', '1:02', '1:02:03']);
    expect(formatSpokenLength(62, 'en')).toBe('1 minute, 2 seconds');
    expect(formatSpokenLength(0.4, 'en')).toBe('0 seconds');
    expect(formatSpokenLength(60, 'en')).toBe('1 minute');
  });
});

describe('a message whose files are on their way', () => {
  const going = { ...sampleMessage({ sort: 1 }), direction: 'out' as const, state: 'sending' as const };
  const files = [file({ id: '0' }), file({ id: '1', state: 'queued' })];

  it('is Uploading while one of them goes up, and Sending after that', () => {
    const up = ({ id }: AttachmentView) => (id === '1' ? { fraction: null } : null);
    expect(stateKey(withTransfers({ ...going, attachments: files }, up))).toBe('uploading');
    expect(stateKey(withTransfers({ ...going, attachments: files }, () => null))).toBe('sending');
  });

  it('stays the same object where it is received or has no files', () => {
    const received = { ...going, direction: 'in' as const, attachments: files };
    expect(withTransfers(received, () => ({ fraction: 0.5 }))).toBe(received);
    expect(withTransfers(going, () => ({ fraction: 0.5 }))).toBe(going);
  });
});

it('shows of a quoted message the first picture that is here, and nothing of one that was deleted', () => {
  const away = file({ id: '0', mediaId: null });
  const film = file({ id: '1', kind: 'video' });
  const here = file({ id: '2' });
  expect(quotedPicture({ attachments: [away, film, here], deleted: false })).toBe(here);
  expect(quotedPicture({ attachments: [away, film, here], deleted: true })).toBeNull();
  expect(quotedPicture({ attachments: [away, film], deleted: false })).toBeNull();
  const shownFilm = { ...film, thumbnailMediaId: 't' };
  expect(quotedPicture({ attachments: [shownFilm, here], deleted: false })).toBe(shownFilm);
});

it('tells in the details of a message what its file is and whether it lies here', () => {
  expect(fileFacts(file())).toBe('Picture, 1.8 MB · 640 × 400 pixels · On this device');
  expect(fileFacts(file({ kind: 'file', name: 'a.pdf', width: null, mediaId: null }))).toBe(
    'PDF, 1.8 MB · Not on this device'
  );
});
