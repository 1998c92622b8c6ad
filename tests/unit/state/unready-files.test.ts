import { describe, expect, it } from 'vitest';
import { createUnreadyFiles, type UnreadyPage } from '../../../src/lib/state/unready-files.ts';

function tab() {
  const kept = new Map<string, string>();
  const sessionStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key)
  };
  const page = (timeOrigin: number): UnreadyPage => ({ sessionStorage, performance: { timeOrigin } });
  return { kept, page };
}

describe('files that were not ready', () => {
  it('are told to the next page of the tab, once', () => {
    const { page, kept } = tab();
    createUnreadyFiles(page(1), 'a').note(2);
    expect(createUnreadyFiles(page(2), 'a').take()).toBe(2);
    expect(createUnreadyFiles(page(2), 'a').take()).toBe(0);
    expect(kept.size).toBe(0);
  });

  it('are not told once they are ready, and leave nothing behind', () => {
    const { page, kept } = tab();
    const files = createUnreadyFiles(page(1), 'a');
    files.note(2);
    files.note(0);
    expect(kept.size).toBe(0);
    expect(createUnreadyFiles(page(2), 'a').take()).toBe(0);
  });

  it('are not lost while their own page is at it, whatever screen asks or notes', () => {
    const { page } = tab();
    createUnreadyFiles(page(1), 'a').note(1);
    const again = createUnreadyFiles(page(1), 'a');
    expect(again.take()).toBe(0);
    again.note(0);
    expect(createUnreadyFiles(page(2), 'a').take()).toBe(1);
  });

  it('belong to their conversation', () => {
    const { page } = tab();
    createUnreadyFiles(page(1), 'a').note(1);
    createUnreadyFiles(page(1), 'b').note(3);
    expect(createUnreadyFiles(page(2), 'c').take()).toBe(0);
    expect(createUnreadyFiles(page(2), 'b').take()).toBe(3);
    expect(createUnreadyFiles(page(2), 'a').take()).toBe(1);
  });

  it('are none where what is kept is no such record, or storage is off', () => {
    const { page, kept } = tab();
    for (const value of ['{', 'null', '7', '{"a":1}', '{"a":[1,"2"]}', '{"a":[1,-1]}', '{"a":null}']) {
      kept.set('onionskin.unready', value);
      expect(createUnreadyFiles(page(2), 'a').take()).toBe(0);
    }
    const off = () => {
      throw new DOMException('off', 'SecurityError');
    };
    const none = createUnreadyFiles(
      { sessionStorage: { getItem: off, setItem: off, removeItem: off }, performance: { timeOrigin: 1 } },
      'a'
    );
    none.note(1);
    expect(none.take()).toBe(0);
  });
});
