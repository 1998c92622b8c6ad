import { describe, expect, it } from 'vitest';
import { createPendingMessages } from '../../../src/lib/state/pending-messages.ts';
import type { MessageView } from '../../../src/lib/storage/views.ts';
import { sampleMessage } from '../../support/views.ts';

const own = (id: string, text: string, part: Partial<MessageView> = {}) =>
  sampleMessage({ id, text, sort: 1, direction: 'out', state: 'queued', ...part });

const fresh = (text: string) => ({ conversationId: 'c', text, quote: null, disappears: null, sentAtMs: 5 });

const texts = (views: readonly MessageView[]) => views.map(({ text }) => text);

describe('an own message that is not stored yet', () => {
  it('counts as no newer than the newest stored one, so that seeing it reads nothing that comes later', () => {
    const pending = createPendingMessages();
    const last = sampleMessage({ id: 'a', sort: 70 });
    pending.add(fresh('hello'), [last]);
    pending.add(fresh('you'), []);
    const [first, second] = pending.left([last]);
    expect(first).toMatchObject({ direction: 'out', state: 'queued', text: 'hello', sort: 70 });
    expect(second?.sort).toBe(0);
  });

  it('becomes the first new own message with its words while the engine has not answered', () => {
    const pending = createPendingMessages();
    const old = own('old', 'hello');
    const id = pending.add(fresh('hello'), [old]);
    expect(texts(pending.left([old]))).toEqual(['hello']);
    const theirs = sampleMessage({ id: 'theirs', text: 'hello', sort: 1, direction: 'in' });
    expect(texts(pending.left([old, theirs]))).toEqual(['hello']);
    expect(pending.left([old, theirs, own('new', 'hello')])).toEqual([]);
    expect([old, theirs, { id: 'new' }].map(pending.keyOf)).toEqual(['old', 'theirs', id]);
  });

  it('becomes the message the engine names, whatever else has the same words', () => {
    const pending = createPendingMessages();
    const id = pending.add(fresh('hello'), []);
    pending.name(id, 'named');
    const twin = own('twin', 'hello');
    expect(texts(pending.left([twin]))).toEqual(['hello']);
    expect(pending.left([twin, own('named', 'hello')])).toEqual([]);
    expect([twin, { id: 'named' }].map(pending.keyOf)).toEqual(['twin', id]);
  });

  it('never shares a stored message with another one', () => {
    const pending = createPendingMessages();
    const first = pending.add(fresh('hello'), []);
    const second = pending.add(fresh('hello'), []);
    pending.name(second, 'one');
    expect(pending.left([own('one', 'hello')]).map(({ id }) => id)).toEqual([first]);
    expect(pending.left([own('one', 'hello'), own('two', 'hello')])).toEqual([]);
    expect([{ id: 'one' }, { id: 'two' }].map(pending.keyOf)).toEqual([second, first]);
  });

  it('is no line that nobody wrote, and goes when it is dropped', () => {
    const pending = createPendingMessages();
    const id = pending.add(fresh(''), []);
    expect(pending.left([own('line', '', { notice: { type: 'you-accepted' } })])).toHaveLength(1);
    expect(pending.drop(id)).toBe(true);
    expect(pending.left([])).toEqual([]);
    expect(pending.drop(id)).toBe(false);
  });
});
