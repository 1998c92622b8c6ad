// What the rules of receiving know of a profile in which nothing happened yet.
import { DEFAULT_SETTINGS, type InboxChanges, type InboxSnapshot } from '../../src/lib/storage/index.ts';

export function emptySnapshot(part: Partial<InboxSnapshot> = {}): InboxSnapshot {
  return {
    conversations: new Map(),
    known: new Set(),
    deletedBeforeMs: new Map(),
    hashByAccount: new Map(),
    messages: new Map(),
    ownSentAt: new Map(),
    settings: DEFAULT_SETTINGS,
    ...part
  };
}

/** What a batch comes to that brings nothing but what is named. */
export function inboxChanges(part: Partial<InboxChanges> = {}): InboxChanges {
  return {
    messages: [],
    conversations: new Map(),
    seen: [],
    updates: [],
    graves: [],
    chores: [],
    events: [],
    rejected: {},
    cursor: null,
    ...part
  };
}
