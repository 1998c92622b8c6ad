import { describe, expect, it } from 'vitest';
import { chatActs, muteEnd } from '../../../src/lib/state/chat-acts.ts';
import { countUnread } from '../../../src/lib/state/conversations.svelte.ts';
import { offerFor, type Command } from '../../../src/lib/state/switcher.ts';
import { MUTED_FOR_GOOD_MS } from '../../../src/lib/storage/views.ts';
import { sampleConversation } from '../../support/views.ts';

describe('what can be done with a chat', () => {
  it('is the opposite of how it stands', () => {
    expect(chatActs(sampleConversation(), 0)).toEqual([
      'pin',
      'unread',
      'mute',
      'silence',
      'nickname',
      'block',
      'delete'
    ]);
    const view = sampleConversation({
      pinned: true,
      unread: 1,
      mutedUntilMs: 10,
      notify: 'none',
      blocked: true
    });
    expect(chatActs(view, 9)).toEqual(['unpin', 'read', 'unmute', 'notify', 'nickname', 'unblock', 'delete']);
    expect(chatActs(view, 10)).toContain('mute');
  });

  it('leaves Note to Self what needs nobody else', () => {
    expect(chatActs(sampleConversation({ kind: 'note-to-self' }), 0)).toEqual(['pin', 'unread', 'delete']);
  });

  it('mutes for the time that was said', () => {
    const hours = (span: Parameters<typeof muteEnd>[0]) => muteEnd(span, 0) / 3_600_000;
    expect([hours('hour'), hours('eight-hours'), hours('week')]).toEqual([1, 8, 168]);
    expect(muteEnd('always', 5)).toBe(MUTED_FOR_GOOD_MS);
  });
});

describe('the number of unread messages', () => {
  it('leaves out what is muted or blocked, and counts a mark as one', () => {
    const views = [
      sampleConversation({ unread: 3 }),
      sampleConversation({ markedUnread: true }),
      sampleConversation({ unread: 5, mutedUntilMs: 10 }),
      sampleConversation({ unread: 7, blocked: true })
    ];
    expect(countUnread(views, 9)).toBe(4);
    expect(countUnread(views, 10)).toBe(9);
  });
});

describe('the quick switcher', () => {
  const command = (label: string): Command => ({ id: label, label, run: () => {} });
  const commands = [command('New message'), command('Settings: Privacy'), command('Pin this chat')];
  const offered = (typed: string) => {
    const { chats, commands: found } = offerFor(
      typed,
      [sampleConversation(), sampleConversation({ id: 'c2', name: 'Privat' })],
      commands
    );
    return [...chats.map((view) => view.name), ...found.map(({ label }) => label)];
  };

  it('offers chats by name and commands by the beginnings of their words, in any order', () => {
    expect(offered('priv')).toEqual(['Privat', 'Settings: Privacy']);
    expect(offered('chat pin')).toEqual(['Pin this chat']);
    expect(offered('ssage')).toEqual([]);
  });

  it('offers everything before anything is typed', () => {
    expect(offered('')).toHaveLength(5);
  });
});
