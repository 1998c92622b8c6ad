import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDraftKeeper } from '../../../src/lib/state/draft-keeper.ts';
import { createFileWords } from '../../../src/lib/state/file-words.ts';
import type { LastWords, WordsOnTheirWay } from '../../../src/lib/storage/queries-last-words.ts';

/** A composer, and an engine that answers when it is told to. */
function composer() {
  const at = { text: '', sending: [] as WordsOnTheirWay[], kept: null as LastWords | null };
  const saved: string[] = [];
  let answers: PromiseWithResolvers<void>[] = [];
  const files = createFileWords();
  const keeper = createDraftKeeper({
    text: () => at.text,
    sending: () => at.sending,
    save(text) {
      saved.push(text);
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      return answer.promise;
    },
    files,
    lastWords: { keep: (words) => (at.kept = words), forget: () => (at.kept = null) }
  });
  async function answer(error?: Error): Promise<void> {
    const open = answers;
    answers = [];
    for (const { resolve, reject } of open) {
      if (error) reject(error);
      else resolve();
    }
    await vi.advanceTimersByTimeAsync(0);
  }
  return { at, saved, files, keeper, answer };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a draft', () => {
  it('is stored a moment after the last key, once', async () => {
    const { at, saved, keeper } = composer();
    for (const text of ['h', 'he', 'hello']) {
      at.text = text;
      keeper.later();
      await vi.advanceTimersByTimeAsync(300);
    }
    expect(saved).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    keeper.now();
    expect(saved).toEqual(['hello']);
  });

  it('that the database has already is not stored again', () => {
    const { at, saved, keeper } = composer();
    at.text = 'from before';
    keeper.found('from before');
    keeper.now();
    keeper.leave();
    expect(saved).toEqual([]);
    expect(at.kept).toBeNull();
  });

  it('that could not be stored is tried again with the next key', async () => {
    const { at, saved, keeper, answer } = composer();
    at.text = 'hello';
    keeper.now();
    await answer(new Error('no room'));
    keeper.now();
    expect(saved).toEqual(['hello', 'hello']);
  });
});

describe('a page that is left', () => {
  it('keeps what the engine has not confirmed, and lets go of it once it has', async () => {
    const { at, keeper, answer } = composer();
    at.text = 'hello';
    keeper.leave();
    expect(at.kept).toEqual({ text: 'hello', sending: [], files: [] });
    await answer();
    expect(at.kept).toBeNull();
    keeper.leave();
    expect(at.kept).toBeNull();
  });

  it('goes on keeping what changed while the engine answered', async () => {
    const { at, keeper, answer } = composer();
    at.text = 'hello';
    keeper.leave();
    at.text = 'hello there';
    await answer();
    expect(at.kept).toMatchObject({ text: 'hello' });
    keeper.leave();
    expect(at.kept).toMatchObject({ text: 'hello there' });
    await answer();
    expect(at.kept).toBeNull();
  });

  it('keeps messages and words on files that nobody has confirmed', async () => {
    const { at, files, keeper } = composer();
    const way = { text: 'on its way', afterSort: 7 };
    at.sending = [way];
    const done = Promise.withResolvers<void>();
    void files.follow({ stagedId: 'one', caption: null }, done.promise);
    keeper.leave();
    expect(at.kept).toEqual({ text: '', sending: [way], files: [{ stagedId: 'one', caption: null }] });
    at.sending = [];
    keeper.sent();
    expect(at.kept).not.toBeNull();
    done.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(at.kept).toBeNull();
  });

  it('keeps nothing of a conversation that is deleted', async () => {
    const { at, keeper, saved } = composer();
    at.text = 'hello';
    keeper.leave();
    keeper.drop();
    expect(at.kept).toBeNull();
    at.text = 'hello again';
    keeper.leave();
    keeper.now();
    expect(at.kept).toBeNull();
    expect(saved).toEqual(['hello']);
  });
});

describe('a message that was stored', () => {
  it('takes the draft there was along', () => {
    const { at, saved, keeper } = composer();
    at.text = 'hello';
    keeper.now();
    at.text = '';
    keeper.sent();
    expect(saved).toEqual(['hello', '']);
  });

  it('leaves the same words typed again to be stored again', () => {
    const { at, saved, keeper } = composer();
    at.text = 'ok';
    keeper.now();
    keeper.sent();
    expect(saved).toEqual(['ok', 'ok']);
  });
});

describe('words on a file', () => {
  it('count until the last of them is done, also when it is refused', async () => {
    const files = createFileWords();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const settled = vi.fn();
    files.onSettled(settled);
    void files.follow({ stagedId: 'one', caption: 'dusk' }, first.promise);
    files.follow({ stagedId: 'one', caption: 'dawn' }, second.promise).catch(() => {});
    first.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(files.pending).toEqual([{ stagedId: 'one', caption: 'dawn' }]);
    expect(settled).not.toHaveBeenCalled();
    second.reject(new Error('gone'));
    await vi.advanceTimersByTimeAsync(0);
    expect(files.pending).toEqual([]);
    expect(settled).toHaveBeenCalledOnce();
  });
});
