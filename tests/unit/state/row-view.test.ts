import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import { avatarIndex, initials } from '../../../src/lib/state/avatar.ts';
import { filterConversations, isMuted, isUnread, rowName, viewRow } from '../../../src/lib/state/row-view.ts';
import { MUTED_FOR_GOOD_MS } from '../../../src/lib/storage/views.ts';
import { SAMPLE_ACCOUNT as ACCOUNT, sampleConversation } from '../../support/views.ts';
import { createPlural } from '../../../src/lib/text/plural.ts';

const conversation = sampleConversation;
const QUIET = { muted: false, typing: false };

describe('a row of the list', () => {
  it('shows the last message on one line', () => {
    expect(viewRow(conversation())).toEqual({
      name: 'Mara Lindqvist',
      nameIsId: false,
      mark: null,
      preview: 'See you there',
      media: null
    });
  });

  it('says who wrote it when it was oneself, but not in Note to Self', () => {
    const lastMessage = { preview: 'Hi', direction: 'out', state: 'sent' } as const;
    expect(viewRow(conversation({ lastMessage })).preview).toBe('You: Hi');
    const note = viewRow(conversation({ kind: 'note-to-self', name: 'Ana', lastMessage }));
    expect([note.name, note.preview]).toEqual(['Note to Self', 'Hi']);
  });

  it('shows words without the marks around them', () => {
    const lastMessage = { preview: '**now** or `never`', direction: 'in', state: 'received' } as const;
    expect(viewRow(conversation({ lastMessage })).preview).toBe('now or never');
  });

  it('names what has no words of its own, and gives a line nobody wrote no author', () => {
    const last = (label: 'voice' | 'they-accepted' | 'deleted') =>
      viewRow(conversation({ lastMessage: { preview: '', direction: 'out', state: 'sent', label } })).preview;
    expect(last('voice')).toBe('You: Voice message');
    expect(last('deleted')).toBe('You: Message deleted');
    expect(last('they-accepted')).toBe('Your request was accepted');
  });

  it('tells what kind of file came last, unless a draft stands in its place', () => {
    const lastMessage = { preview: 'Look', direction: 'in', state: 'received', label: 'image' } as const;
    expect(viewRow(conversation({ lastMessage })).media).toBe('image');
    expect(viewRow(conversation({ lastMessage, draft: 'Nice' })).media).toBeNull();
    const notice = { ...lastMessage, label: 'they-accepted' } as const;
    expect(viewRow(conversation({ lastMessage: notice })).media).toBeNull();
  });

  it('lets a draft go before a failure, and a failure before waiting', () => {
    const lastMessage = { preview: 'Hi', direction: 'out', state: 'queued' } as const;
    expect(viewRow(conversation({ lastMessage })).mark).toBe('queued');
    expect(viewRow(conversation({ lastMessage, failed: 1 })).mark).toBe('failed');
    const draft = viewRow(conversation({ lastMessage, failed: 1, draft: 'I could' }));
    expect([draft.mark, draft.preview]).toEqual(['draft', 'I could']);
    expect(viewRow(conversation({ draft: ' \n' })).mark).toBeNull();
  });

  it('names an unnamed person by the ends of their Account ID', () => {
    const row = viewRow(conversation({ name: null }));
    expect(row.nameIsId).toBe(true);
    expect(row.name).toMatch(/^05d1 c8ab … f3f3$/);
  });

  it('puts a nickname before the name they chose, and finds them by either', () => {
    const view = conversation({ nickname: 'Mum' });
    expect(viewRow(view)).toMatchObject({ name: 'Mum', nameIsId: false });
    expect(viewRow(conversation({ name: null, nickname: 'Mum' })).nameIsId).toBe(false);
    expect(filterConversations([view], 'mum')).toHaveLength(1);
    expect(filterConversations([view], 'lindq')).toHaveLength(1);
    expect(filterConversations([view], 'dad')).toHaveLength(0);
  });

  it('is muted until a moment, and unread by mark as well as by count', () => {
    expect(isMuted(conversation({ mutedUntilMs: 10 }), 9)).toBe(true);
    expect(isMuted(conversation({ mutedUntilMs: 10 }), 10)).toBe(false);
    expect(isMuted(conversation({ mutedUntilMs: MUTED_FOR_GOOD_MS }), Date.now())).toBe(true);
    expect([{ unread: 1 }, { markedUnread: true }, {}].map((part) => isUnread(conversation(part)))).toEqual([
      true,
      true,
      false
    ]);
  });

  it('says typing in place of the last message, and every mark it shows', () => {
    const view = conversation({
      markedUnread: true,
      blocked: true,
      notify: 'none',
      timer: { mode: 'after-read', seconds: 60 }
    });
    expect(rowName(view, viewRow(view), '14:09', { muted: false, typing: true })).toBe(
      'Mara Lindqvist, marked unread, typing…, 14:09, messages disappear, notifications off, blocked'
    );
  });

  it('is one name for assistive technology, with all that is shown', () => {
    const view = conversation({ unread: 2, pinned: true });
    expect(rowName(view, viewRow(view), '14:09', { muted: true, typing: false })).toBe(
      'Mara Lindqvist, 2 unread messages, See you there, 14:09, pinned, muted'
    );
    const failed = conversation({
      failed: 1,
      lastMessage: { preview: 'Hi', direction: 'out', state: 'failed' }
    });
    expect(rowName(failed, viewRow(failed), '14:09', QUIET)).toBe('Mara Lindqvist, Hi, 14:09, Failed');
  });
});

describe('the filter', () => {
  const views = [
    conversation({ id: 'a', name: 'Zoë' }),
    conversation({ id: 'b', name: 'Юрий' }),
    conversation({ id: 'n', kind: 'note-to-self', name: null, accountId: `05${'0'.repeat(64)}` as AccountId })
  ];
  const found = (typed: string) => filterConversations(views, typed).map((view) => view.id);

  it('ignores case, accents and blanks around', () => {
    expect(found(' zoe ')).toEqual(['a']);
    expect(found('ЮР')).toEqual(['b']);
    expect(found('note to')).toEqual(['n']);
  });

  it('finds part of an Account ID, however it is spaced', () => {
    expect(found('05d1 c8ab')).toEqual(['a', 'b']);
  });

  it('leaves everything without text, and nothing without a match', () => {
    expect(found('  ')).toEqual(['a', 'b', 'n']);
    expect(found('qqq')).toEqual([]);
  });
});

describe('an avatar', () => {
  it('takes its ground from digits 3 to 10 of the Account ID', () => {
    expect(avatarIndex(ACCOUNT)).toBe(0xd1c8abf3 % 12);
    expect(avatarIndex(ACCOUNT)).toBe(7);
    expect(avatarIndex('05ffffffff')).toBe(0xffffffff % 12);
  });

  it('shows the first grapheme of the first and last word', () => {
    expect(initials('Mara Lindqvist')).toBe('ML');
    expect(initials('  zoë  van der berg ')).toBe('ZB');
    expect(initials('ana')).toBe('A');
    expect(initials('👩‍🚀 Nova')).toBe('👩‍🚀N');
    expect(initials(' ')).toBe('');
  });
});

describe('plural forms', () => {
  it('follow the rules of the language and write the number its way', () => {
    const english = createPlural('en');
    const forms = { one: '# message', other: '# messages' };
    expect([0, 1, 2, 1200].map((count) => english(count, forms))).toEqual([
      '0 messages',
      '1 message',
      '2 messages',
      '1,200 messages'
    ]);
    const russian = createPlural('ru');
    expect(russian(3, { one: 'одно', few: 'несколько', other: 'много' })).toBe('несколько');
  });

  it('fall back to the form that is always there', () => {
    expect(createPlural('en')(1, { other: '#' })).toBe('1');
  });
});
