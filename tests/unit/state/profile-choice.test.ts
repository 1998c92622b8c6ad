import { describe, expect, it } from 'vitest';
import {
  chooseProfile,
  chosenProfile,
  enterProfile,
  leaveProfile,
  offerProfile,
  takeParting,
  type ChoicePage
} from '../../../src/lib/state/profile-choice.ts';

function storage(isBroken = false): Storage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const guard = () => {
    if (isBroken) throw new DOMException('off', 'SecurityError');
  };
  return {
    kept,
    getItem: (key: string) => (guard(), kept.get(key) ?? null),
    setItem: (key: string, value: string) => (guard(), void kept.set(key, value)),
    removeItem: (key: string) => (guard(), void kept.delete(key))
  } as unknown as Storage & { readonly kept: Map<string, string> };
}

/** Tabs of one browser share what is local, and nothing else. */
function tab(local = storage(), isBroken = false) {
  const visited: string[] = [];
  const page: ChoicePage = {
    localStorage: local,
    sessionStorage: storage(isBroken),
    location: { assign: (url) => void visited.push(url), replace: (url) => void visited.push(`= ${url}`) }
  };
  return { page, visited };
}

describe('the profile of a tab', () => {
  it('stays with its tab, and new tabs open the one used last', () => {
    const local = storage();
    const [first, second] = [tab(local), tab(local)];
    chooseProfile(first.page, 'ana');
    chooseProfile(second.page, 'ben');
    expect(chosenProfile(first.page)).toBe('ana');
    expect(chosenProfile(second.page)).toBe('ben');
    expect(chosenProfile(tab(local).page)).toBe('ben');
    offerProfile(second.page, 'ana');
    expect(chosenProfile(second.page)).toBe('ben');
    expect(chosenProfile(tab(local).page)).toBe('ana');
  });

  it('is shown by loading the page anew', () => {
    const { page, visited } = tab();
    enterProfile(page, 'ben', '/c/1');
    expect(visited).toEqual(['/c/1']);
    expect(chosenProfile(page)).toBe('ben');
  });

  it('is nobody’s where storage is switched off', () => {
    const { page } = tab(storage(true), true);
    chooseProfile(page, 'ana');
    expect(chosenProfile(page)).toBeNull();
  });
});

describe('leaving a profile that was cleared', () => {
  it('forgets it, and says once what became of it on the welcome screen', () => {
    const { page, visited } = tab();
    page.localStorage.setItem('onionskin.account', '1');
    chooseProfile(page, 'ana');
    const parting = { nodes: { confirmed: 2, all: 3 }, isComplete: true };
    leaveProfile(page, { next: null, parting });
    expect(visited).toEqual(['= /']);
    expect(chosenProfile(page)).toBeNull();
    expect(page.localStorage.getItem('onionskin.account')).toBeNull();
    expect(takeParting(page)).toEqual(parting);
    expect(takeParting(page)).toBeNull();
  });

  it('goes to the next one, which keeps the mark of an account', () => {
    const { page, visited } = tab();
    page.localStorage.setItem('onionskin.account', '1');
    chooseProfile(page, 'ana');
    leaveProfile(page, { next: 'ben', parting: { nodes: null, isComplete: false } });
    expect(visited).toEqual(['= /chats']);
    expect(chosenProfile(page)).toBe('ben');
    expect(page.localStorage.getItem('onionskin.account')).toBe('1');
    expect(takeParting(page)).toEqual({ nodes: null, isComplete: false });
  });

  it('in another tab keeps the mark: whether one is left is not known there', () => {
    const { page, visited } = tab();
    page.localStorage.setItem('onionskin.account', '1');
    leaveProfile(page, { next: null, parting: null });
    expect(visited).toEqual(['= /']);
    expect(page.localStorage.getItem('onionskin.account')).toBe('1');
    expect(takeParting(page)).toBeNull();
  });

  it('says nothing of a note that makes no sense', () => {
    const { page } = tab();
    page.sessionStorage.setItem('onionskin.cleared', '{"nodes":{"confirmed":"all"}}');
    expect(takeParting(page)).toEqual({ nodes: null, isComplete: false });
    page.sessionStorage.setItem('onionskin.cleared', 'no json');
    expect(takeParting(page)).toBeNull();
  });
});
