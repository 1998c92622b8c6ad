// Where last words of pages lie in localStorage: by profile and conversation, both random local ids.

const PREFIX = 'onionskin.draft.';

/** What the keys of a profile begin with; the id of the conversation follows. */
export function wordPrefix(profileId: string): string {
  return `${PREFIX}${profileId}.`;
}

/** All keys that begin so; none where storage is switched off. */
export function wordKeys(storage: Storage, prefix: string): string[] {
  try {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
    return keys.filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

export function removeWords(storage: Storage, key: string): void {
  try {
    storage.removeItem(key);
  } catch {
    // Where it cannot be removed it was not written.
  }
}

/** Nothing stays of a profile that is taken off this device. @param storage may throw where it is switched off */
export function forgetWords(storage: () => Storage, profileId: string): void {
  try {
    const words = storage();
    for (const key of wordKeys(words, wordPrefix(profileId))) removeWords(words, key);
  } catch {
    // Nothing was kept there.
  }
}
