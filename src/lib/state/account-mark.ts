// Whether this browser holds an account, as one unsealed mark in localStorage: static/before-paint.js reads it so
// that the welcome screen is never flashed at somebody who has one. The database alone decides what opens.

export const ACCOUNT_MARK_KEY = 'onionskin.account';

export function hasAccountMark(storage: () => Storage): boolean {
  try {
    return storage().getItem(ACCOUNT_MARK_KEY) === '1';
  } catch {
    return false;
  }
}

/**
 * Keeps the mark true to what the engine found. A page that was loaded without an account stays as it is when one is
 * made: its welcome screen stands until the app takes over.
 * @param storage may throw where storage is switched off
 */
export function markAccount(present: boolean, storage: () => Storage, root: HTMLElement): void {
  if (!present) delete root.dataset['hasAccount'];
  try {
    if (present) storage().setItem(ACCOUNT_MARK_KEY, '1');
    else storage().removeItem(ACCOUNT_MARK_KEY);
  } catch {
    // Without the mark the welcome screen shows for a moment; nothing else depends on it.
  }
}
