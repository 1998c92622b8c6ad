import { describe, expect, it } from 'vitest';
import { DEFAULT_KEYMAP } from '../../../src/lib/state/shortcuts.ts';
import { actOfKey, isAnswerable, messageActs } from '../../../src/lib/state/message-acts.ts';
import { sampleMessage } from '../../support/views.ts';

const theirs = sampleMessage({ sort: 1, text: 'Hello' });
const key = (part: Partial<KeyboardEvent>) =>
  ({ key: '', code: '', ctrlKey: false, metaKey: false, altKey: false, ...part }) as KeyboardEvent;

describe('what can be done with a message', () => {
  it('is everything with an ordinary one', () => {
    expect(messageActs(theirs, false)).toEqual([
      'reply',
      'react',
      'copy',
      'forward',
      'select',
      'info',
      'delete'
    ]);
  });

  it('is sending it again where it failed, and no answer', () => {
    const failed = sampleMessage({ sort: 1, direction: 'out', state: 'failed' });
    expect(messageActs(failed, false)).toEqual(['resend', 'copy', 'forward', 'select', 'info', 'delete']);
  });

  it('is sending on what has no words, unless its files are nowhere', () => {
    const withFile = (part: object) =>
      messageActs(
        { ...theirs, text: '', attachments: [{ mediaId: null, state: 'remote', ...part }] as never },
        false
      );
    expect(withFile({})).toContain('forward');
    expect(withFile({ state: 'here', mediaId: 'm' })).toContain('forward');
    expect(withFile({ state: 'expired' })).not.toContain('forward');
    expect(messageActs({ ...theirs, text: '' }, false)).not.toContain('forward');
  });

  it('is no answer where the other side is blocked', () => {
    expect(messageActs(theirs, true)).not.toContain('reply');
    expect(isAnswerable(theirs, true)).toBe(false);
    expect(isAnswerable(theirs, false)).toBe(true);
  });

  it('is little with one that was deleted, and nothing with a line nobody wrote', () => {
    expect(messageActs({ ...theirs, deleted: true, text: '' }, false)).toEqual(['select', 'info', 'delete']);
    expect(messageActs({ ...theirs, notice: { type: 'you-accepted' } }, false)).toEqual([]);
  });
});

describe('a key on a message', () => {
  it.each([
    ['r', 'reply'],
    ['R', 'reply'],
    ['e', 'react'],
    ['c', 'copy'],
    ['Delete', 'delete'],
    ['x', null],
    ['Enter', null]
  ])('%s means %s', (pressed, act) => {
    expect(actOfKey(key({ key: pressed }), DEFAULT_KEYMAP, theirs, false)).toBe(act);
  });

  it('is known by its place where the layout has no Latin letters, and only there', () => {
    expect(actOfKey(key({ key: 'с', code: 'KeyC' }), DEFAULT_KEYMAP, theirs, false)).toBe('copy');
    expect(actOfKey(key({ key: 'j', code: 'KeyC' }), DEFAULT_KEYMAP, theirs, false)).toBeNull();
    expect(actOfKey(key({ key: '.', code: 'KeyE' }), DEFAULT_KEYMAP, theirs, false)).toBeNull();
  });

  it('means nothing with Ctrl, and nothing that is not possible', () => {
    expect(actOfKey(key({ key: 'c', ctrlKey: true }), DEFAULT_KEYMAP, theirs, false)).toBeNull();
    expect(actOfKey(key({ key: 'r' }), DEFAULT_KEYMAP, theirs, true)).toBeNull();
  });
});
