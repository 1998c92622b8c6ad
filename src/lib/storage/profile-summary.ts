// What the list of profiles shows of each: opened with that profile's own keys, and closed again. The list itself holds ids only.
import { errorCode } from '../errors.ts';
import type { AccountId } from '../account-id.ts';
import { createMediaReader } from './media-reader.ts';
import { listProfiles } from './profile-list.ts';
import { databaseNameOf, openProfile, type StorageEnvironment } from './profiles.ts';
import { loadConversations, loadProfile, loadRequests, openProfileReader } from './queries.ts';
import type { ConversationView } from './views.ts';

export interface ProfileSummary {
  readonly profileId: string;
  /** Null while it cannot be opened: locked, or damaged. */
  readonly opened: {
    readonly accountId: AccountId;
    readonly displayName: string;
    readonly networkId: string;
    /** Messages to read, muted and blocked chats left out; a chat marked unread counts as one. */
    readonly unread: number;
    readonly requests: number;
    readonly picture: Blob | null;
  } | null;
  /** Why it cannot be opened. */
  readonly code: string | null;
}

/**
 * @param nowMs device time: what is muted may not be any more
 */
export async function loadProfileSummary(
  environment: StorageEnvironment,
  profileId: string,
  nowMs: number
): Promise<ProfileSummary> {
  try {
    const store = await openProfile(environment, profileId);
    try {
      const { db, keys, places } = store;
      const profile = await loadProfile(db, keys.rows);
      if (!profile) return { profileId, opened: null, code: 'closed' };
      const conversations = await loadConversations(db, keys.rows);
      const requests = await loadRequests(db, keys.rows);
      const { accountId, displayName, networkId, pictureMediaId } = profile;
      const picture = pictureMediaId && createMediaReader(db, keys.rows, places).blob(pictureMediaId);
      const opened = {
        accountId,
        displayName,
        networkId,
        unread: conversations.reduce((sum, view) => sum + unreadOf(view, nowMs), 0),
        requests: requests.length,
        // Without it there are initials.
        picture: picture ? await picture.catch(() => null) : null
      };
      return { profileId, opened, code: null };
    } finally {
      store.db.close();
    }
  } catch (error) {
    return { profileId, opened: null, code: errorCode(error) };
  }
}

function unreadOf({ blocked, mutedUntilMs, unread, markedUnread }: ConversationView, nowMs: number): number {
  const isMuted = mutedUntilMs !== null && mutedUntilMs > nowMs;
  return blocked || isMuted ? 0 : unread || Number(markedUnread);
}

/** The profile that a conversation belongs to; null when it is of none. Ids are random, so no key is needed. */
export async function findProfileOf(
  environment: StorageEnvironment,
  conversationId: string
): Promise<string | null> {
  for (const profileId of await listProfiles(environment.list)) {
    const db = openProfileReader(databaseNameOf(profileId), environment.indexedDb);
    try {
      if (await db.conversations.get(conversationId)) return profileId;
    } catch {
      // One that does not open has nothing to say.
    } finally {
      db.close();
    }
  }
  return null;
}

/** The profile that holds an account of a network; null when none does, or the one that does is locked. */
export async function findProfileOfAccount(
  environment: StorageEnvironment,
  account: { accountId: AccountId; networkId: string }
): Promise<string | null> {
  for (const profileId of await listProfiles(environment.list)) {
    const store = await openProfile(environment, profileId).catch(() => null);
    if (!store) continue;
    try {
      const profile = await loadProfile(store.db, store.keys.rows);
      if (profile?.accountId === account.accountId && profile.networkId === account.networkId)
        return profileId;
    } finally {
      store.db.close();
    }
  }
  return null;
}
