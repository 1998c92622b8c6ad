import { describe, expect, it } from 'vitest';
import { createUnreadyFiles, type UnreadyPage } from '../../../src/lib/state/unready-files.ts';

const NONE = { unready: 0, refused: 0 };

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
    createUnreadyFiles(page(1), 'a').note({ unready: 2, refused: 1 });
    expect(createUnreadyFiles(page(2), 'a').take()).toEqual({ unready: 2, refused: 1 });
    expect(createUnreadyFiles(page(2), 'a').take()).toEqual(NONE);
    expect(kept.size).toBe(0);
  });

  it('are not told once they are ready, and leave nothing behind', () => {
    const { page, kept } = tab();
    const files = createUnreadyFiles(page(1), 'a');
    files.note({ unready: 2, refused: 0 });
    files.note(NONE);
    expect(kept.size).toBe(0);
    expect(createUnreadyFiles(page(2), 'a').take()).toEqual(NONE);
  });

  it('are not lost while their own page is at it, whatever screen asks or notes', () => {
    const { page } = tab();
    createUnreadyFiles(page(1), 'a').note({ unready: 1, refused: 0 });
    const again = createUnreadyFiles(page(1), 'a');
    expect(again.take()).toEqual(NONE);
    again.note(NONE);
    expect(createUnreadyFiles(page(2), 'a').take()).toEqual({ unready: 1, refused: 0 });
  });

  it('belong to their conversation', () => {
    const { page } = tab();
    createUnreadyFiles(page(1), 'a').note({ unready: 1, refused: 0 });
    createUnreadyFiles(page(1), 'b').note({ unready: 0, refused: 3 });
    expect(createUnreadyFiles(page(2), 'c').take()).toEqual(NONE);
    expect(createUnreadyFiles(page(2), 'b').take()).toEqual({ unready: 0, refused: 3 });
    expect(createUnreadyFiles(page(2), 'a').take()).toEqual({ unready: 1, refused: 0 });
  });

  it('are none where what is kept is no such record, or storage is off', () => {
    const { page, kept } = tab();
    const values = [
      '{',
      'null',
      '7',
      '{"a":1}',
      '{"a":[1,"2",0]}',
      '{"a":[1,-1,0]}',
      '{"a":[1,2]}',
      '{"a":null}'
    ];
    for (const value of values) {
      kept.set('onionskin.unready', value);
      expect(createUnreadyFiles(page(2), 'a').take()).toEqual(NONE);
    }
    const off = () => {
      throw new DOMException('off', 'SecurityError');
    };
    const none = createUnreadyFiles(
      { sessionStorage: { getItem: off, setItem: off, removeItem: off }, performance: { timeOrigin: 1 } },
      'a'
    );
    none.note({ unready: 1, refused: 0 });
    expect(none.take()).toEqual(NONE);
  });
});
