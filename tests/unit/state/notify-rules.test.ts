import { describe, expect, it } from 'vitest';
import { buildNotice, isNotified } from '../../../src/lib/state/notify-rules.ts';
import { sampleConversation } from '../../support/views.ts';

const ON = { notifications: true };

describe('whether a message is notified', () => {
  it('only where the person turned it on', () => {
    expect(isNotified(sampleConversation(), ON, 0)).toBe(true);
    expect(isNotified(sampleConversation(), { notifications: false }, 0)).toBe(false);
  });

  it('never for requests, blocked people, chats that are muted or set to nothing', () => {
    const silent = [
      { request: 'incoming' },
      { blocked: true },
      { mutedUntilMs: 10 },
      { notify: 'none' }
    ] as const;
    for (const part of silent) expect(isNotified(sampleConversation(part), ON, 9)).toBe(false);
    expect(isNotified(sampleConversation({ mutedUntilMs: 10 }), ON, 10)).toBe(true);
    expect(isNotified(sampleConversation({ request: 'outgoing' }), ON, 0)).toBe(true);
  });
});

describe('what a notification shows', () => {
  const view = sampleConversation({ id: 'c7' });

  it('neither name nor message, whatever it is given, and the same for every chat', () => {
    const notice = buildNotice(view, 'neither', 'a secret');
    expect(notice).toEqual({ title: 'Onionskin', body: 'New message', tag: 'message' });
    expect(buildNotice(sampleConversation({ id: 'c8', name: 'Ben' }), 'neither', null)).toEqual(notice);
  });

  it('the name they are known by, without the message', () => {
    const named = sampleConversation({ nickname: 'Mum' });
    expect(buildNotice(named, 'name', 'a secret')).toMatchObject({ title: 'Mum', body: 'New message' });
  });

  it('the beginning of the message on one line, cut between characters', () => {
    const notice = buildNotice(view, 'name-and-text', `one\n\n two ${'🦊'.repeat(200)}`);
    expect(notice.body).toBe(`one two ${'🦊'.repeat(112)}…`);
    expect(buildNotice(view, 'name-and-text', null).body).toBe('New message');
    expect(buildNotice(view, 'name-and-text', '').body).toBe('New message');
  });

  it('never names an account where the browser writes it down', () => {
    for (const content of ['neither', 'name', 'name-and-text'] as const) {
      expect(JSON.stringify(buildNotice(view, content, 'hi'))).not.toContain(view.accountId);
    }
  });
});
