import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import { createLastWordsPlace, takeUpLastWords } from '../../../src/lib/state/last-words.ts';
import { chooseProfile, leaveProfile, type ChoicePage } from '../../../src/lib/state/profile-choice.ts';
import { createLastWordsSeal, type LastWords } from '../../../src/lib/storage/queries-last-words.ts';
import {
  enqueueMessage,
  ensureConversation,
  loadMessages,
  raiseEpoch,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import {
  createStorageDevice,
  createTestProfile,
  OTHER_ID,
  OWN_ID,
  START_MS
} from '../../support/storage-device.ts';

class FakeStorage extends Map<string, string> {
  get length() {
    return this.size;
  }
  key = (index: number) => [...this.keys()][index] ?? null;
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => void this.set(key, value);
  removeItem = (key: string) => void this.delete(key);
}

function browserTab(localStorage = new FakeStorage()) {
  const events = new EventTarget();
  const page = {
    localStorage,
    sessionStorage: new FakeStorage(),
    location: { assign: () => {}, replace: () => {} },
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events)
  };
  const tell = (key: string) => {
    const event = Object.assign(new Event('storage'), { key, newValue: localStorage.getItem(key) });
    events.dispatchEvent(event);
  };
  return { localStorage, page: page as unknown as Window & ChoicePage, tell };
}

const only = (text: string): LastWords => ({ text, sending: [], files: [] });

let store: ProfileStore;
let conversationId: string;
const calls: [string, unknown][] = [];
let refusal: AppError | null;

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  const contact = { accountId: OTHER_ID, kind: 'contact', nowMs: START_MS } as const;
  ({ conversationId } = await ensureConversation(store, contact));
  calls.length = 0;
  refusal = null;
});
afterEach(() => void vi.useRealTimers());

async function call(name: string, input: unknown): Promise<never> {
  if (refusal) throw refusal;
  calls.push([name, input]);
  return undefined as never;
}

const profile = () =>
  ({ db: store.db, rowKey: store.keys.rows, status: { profileId: 'ana' } }) as unknown as Parameters<
    typeof takeUpLastWords
  >[1];

/** A page of the profile that ends with these words. */
async function leave(page: ChoicePage, words: LastWords): Promise<void> {
  chooseProfile(page, 'ana');
  const seal = await createLastWordsSeal(store.keys.rows, conversationId);
  createLastWordsPlace(page, { profileId: 'ana', conversationId }, () => seal).keep(words);
}

describe('last words', () => {
  it('lie sealed, and are the draft of the next page', async () => {
    const { page, localStorage } = browserTab();
    await leave(page, only('see you at the harbour'));
    const kept = JSON.stringify([...localStorage]);
    expect(kept).not.toContain('harbour');
    expect(localStorage.size).toBe(2);
    await takeUpLastWords(page, profile(), call).brought;
    expect(calls).toEqual([['conversation.saveDraft', { conversationId, text: 'see you at the harbour' }]]);
    expect([...localStorage.keys()]).toEqual(['onionskin.profile']);
  });

  it('keep nobody waiting where there are none', () => {
    const { page } = browserTab();
    expect(takeUpLastWords(page, profile(), call).brought).toBeNull();
  });

  it('say again what was said of files', async () => {
    const { page } = browserTab();
    const files = [
      { stagedId: 'one', caption: null },
      { stagedId: 'two', caption: 'at dusk' }
    ];
    await leave(page, { text: '', sending: [], files });
    await takeUpLastWords(page, profile(), call).brought;
    expect(calls.slice(0, 2)).toEqual([
      ['attachment.unstage', { stagedId: 'one' }],
      ['attachment.describe', { stagedId: 'two', caption: 'at dusk' }]
    ]);
  });

  it('leave out messages that were stored, once each', async () => {
    const send = (text: string) =>
      enqueueMessage(store, { conversationId, ownId: OWN_ID, nowMs: START_MS, text });
    await send('ok');
    const [before] = await loadMessages(store.db, store.keys.rows, conversationId, { limit: 1 });
    const afterSort = before?.sort ?? 0;
    await send('ok');
    const { page } = browserTab();
    const way = (text: string) => ({ text, afterSort });
    await leave(page, { text: 'and', sending: [way('ok'), way('ok'), way('never stored')], files: [] });
    await takeUpLastWords(page, profile(), call).brought;
    const text = 'ok\nnever stored\nand';
    expect(calls).toEqual([['conversation.saveDraft', { conversationId, text }]]);
  });

  it('stay until they are stored, unless their conversation is gone', async () => {
    const { page, localStorage } = browserTab();
    await leave(page, only('hello'));
    refusal = new AppError('quota', { retry: 'later' });
    await takeUpLastWords(page, profile(), call).brought;
    expect(localStorage.size).toBe(2);
    refusal = new AppError('not-found', { retry: 'never' });
    await takeUpLastWords(page, profile(), call).brought;
    expect(localStorage.size).toBe(1);
  });

  it('of another profile, or altered, are no draft', async () => {
    const { page, localStorage } = browserTab();
    await leave(page, only('hello'));
    const key = `onionskin.draft.ana.${conversationId}`;
    localStorage.set('onionskin.draft.ben.x', localStorage.get(key) as string);
    localStorage.set(key, 'no such thing');
    await takeUpLastWords(page, profile(), call).brought;
    expect(calls).toEqual([]);
    expect([...localStorage.keys()].filter((name) => name.includes('draft'))).toEqual([
      'onionskin.draft.ben.x'
    ]);
  });

  it('of another tab are taken up once it had time to store them itself', async () => {
    const shared = new FakeStorage();
    const [here, there] = [browserTab(shared), browserTab(shared)];
    const taking = takeUpLastWords(here.page, profile(), call);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await leave(there.page, only('from the other tab'));
    here.tell(`onionskin.draft.ana.${conversationId}`);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    await vi.waitFor(() => expect(shared.size).toBe(1));
    taking.stop();
    await leave(there.page, only('after it stopped'));
    here.tell(`onionskin.draft.ana.${conversationId}`);
    expect(shared.size).toBe(2);
  });

  it('are not kept of a profile that was left for good, and what there was is removed', async () => {
    const { page, localStorage } = browserTab();
    await leave(page, only('hello'));
    expect(localStorage.size).toBe(2);
    leaveProfile(page, { next: 'ben', parting: null });
    expect([...localStorage]).toEqual([['onionskin.profile', 'ben']]);
    const seal = await createLastWordsSeal(store.keys.rows, conversationId);
    createLastWordsPlace(page, { profileId: 'ana', conversationId }, () => seal).keep(only('hello'));
    expect([...localStorage]).toEqual([['onionskin.profile', 'ben']]);
  });

  it('are not kept before there is a key, or where storage refuses', () => {
    const { page, localStorage } = browserTab();
    chooseProfile(page, 'ana');
    const ids = { profileId: 'ana', conversationId };
    createLastWordsPlace(page, ids, () => null).keep(only('hello'));
    localStorage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    createLastWordsPlace(page, ids, () => () => 'sealed').keep(only('hello'));
    expect(localStorage.size).toBe(1);
  });
});
