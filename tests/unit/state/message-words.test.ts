import { describe, expect, it } from 'vitest';
import {
  articleName,
  copyText,
  messageWords,
  noticeWords,
  stateKey,
  timeWords
} from '../../../src/lib/state/message-words.ts';
import type { AttachmentView, TimelineNotice } from '../../../src/lib/storage/views.ts';
import { SAMPLE_ACCOUNT, sampleMessage } from '../../support/views.ts';

const nameOf = (accountId: string) => (accountId === SAMPLE_ACCOUNT ? 'Mara' : null);
const picture: AttachmentView = {
  id: 'a1',
  kind: 'image',
  name: 'boat.jpg',
  bytes: 1,
  contentType: 'image/jpeg',
  width: 1,
  height: 1,
  caption: null,
  state: 'here',
  progress: 1,
  failureCode: null,
  mediaId: null,
  thumbnailMediaId: null
};

describe('a message in words', () => {
  it('says marks and mentions as they are read', () => {
    const message = sampleMessage({ sort: 1, text: `**Hello** @${SAMPLE_ACCOUNT}` });
    expect(messageWords(message, nameOf)).toBe('Hello @Mara');
  });

  it('says what it is where it has no words', () => {
    const bare = { sort: 1, text: '' };
    expect(messageWords(sampleMessage({ ...bare, attachments: [picture] }), nameOf)).toBe('Picture');
    expect(
      messageWords(
        sampleMessage({ ...bare, attachments: [{ ...picture, kind: 'file' }], text: 'here' }),
        nameOf
      )
    ).toBe('File boat.jpg, here');
    expect(messageWords(sampleMessage({ ...bare, deleted: true }), nameOf)).toBe('This message was deleted');
    const invitation = { name: 'Harbour', url: 'https://example.org/harbour' };
    expect(messageWords(sampleMessage({ ...bare, invitation }), nameOf)).toContain('Harbour');
  });

  it('names its article by author, time, text and state', () => {
    const own = sampleMessage({ sort: 1, direction: 'out', text: 'Hello' });
    const named = (part: object) =>
      articleName({ ...own, ...part }, { author: 'Mara', time: '14:09', nameOf });
    expect(named({})).toBe('You, 14:09, Hello, Sent');
    expect(named({ readByThem: true })).toBe('You, 14:09, Hello, Read');
    expect(named({ state: 'failed' })).toBe('You, 14:09, Hello, Failed');
    expect(named({ direction: 'in', state: 'received' })).toBe('Mara, 14:09, Hello');
    expect(named({ oddDate: true })).toBe('You, 14:09, Hello, Sent, unlikely date');
    expect(named({ direction: 'in', state: 'received', oddDate: true })).toBe(
      'Mara, 14:09, Hello, unlikely date'
    );
    expect(named({ deleted: true, text: '' })).toBe('You, 14:09, This message was deleted');
  });

  it('is read only once it was sent', () => {
    expect(stateKey({ state: 'queued', readByThem: true })).toBe('queued');
    expect(stateKey({ state: 'sent', readByThem: true })).toBe('read');
  });

  it('is copied as it was typed, and several with who wrote them', () => {
    const words = { author: 'Mara', nameOf, timeOf: (ms: number) => `t${ms}` };
    const first = sampleMessage({ sort: 1, text: '**Hello**' });
    const second = sampleMessage({ sort: 2, direction: 'out', text: 'Yes' });
    expect(copyText([first], words)).toBe('**Hello**');
    expect(copyText([first, second], words)).toBe('[t1] Mara: **Hello**\n[t2] You: Yes');
  });
});

describe('a line nobody wrote', () => {
  it('has a sentence of its own for each kind and side', () => {
    const timer = { type: 'timer', seconds: 12 } as const;
    const notices: TimelineNotice[] = [
      { type: 'you-accepted' },
      { type: 'they-accepted' },
      { type: 'call-missed' },
      { type: 'media-saved', byMe: true },
      { type: 'media-saved', byMe: false },
      { type: 'group-invitation', groupName: 'Harbour' },
      ...(['off', 'after-read', 'after-send'] as const).flatMap((mode) => [
        { ...timer, mode, byMe: true },
        { ...timer, mode, byMe: false }
      ])
    ];
    const sentences = notices.map((notice) => noticeWords(notice, 'Mara', false));
    expect(new Set(sentences).size).toBe(notices.length);
    expect(noticeWords({ ...timer, mode: 'after-read', byMe: false }, 'Mara', false)).toBe(
      'Messages from Mara disappear 12 seconds after they are read.'
    );
  });

  it('says durations in words', () => {
    expect(timeWords(3_600)).toBe('1 hour');
    expect(timeWords(1_209_600)).toBe('2 weeks');
  });
});
