import { describe, expect, it } from 'vitest';
import { hasAccountMark, markAccount } from '../../../src/lib/state/account-mark.ts';

function fakes() {
  const entries = new Map<string, string>();
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key)
  } as unknown as Storage;
  const root = { dataset: {} } as unknown as HTMLElement;
  return { storage: () => storage, root };
}

describe('the mark of an account', () => {
  it('is set and taken away', () => {
    const { storage, root } = fakes();
    expect(hasAccountMark(storage)).toBe(false);
    markAccount(true, storage, root);
    expect(hasAccountMark(storage)).toBe(true);
    root.dataset['hasAccount'] = '';
    markAccount(true, storage, root);
    expect(root.dataset).toHaveProperty('hasAccount');
    markAccount(false, storage, root);
    expect(hasAccountMark(storage)).toBe(false);
    expect(root.dataset).not.toHaveProperty('hasAccount');
  });

  it('is only missed where storage is switched off', () => {
    const refused = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    const { root } = fakes();
    expect(hasAccountMark(refused)).toBe(false);
    expect(() => markAccount(true, refused, root)).not.toThrow();
  });
});
