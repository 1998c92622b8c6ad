// Pictures of profiles: our own, and those of the people we talk with (accounts-and-messages.md §4.11).
import { updateConversation } from './conversation-changes.ts';
import { removeFilesOf } from './media-changes.ts';
import type { MediaContent } from './media-rows.ts';
import { loadMeta, metaChange } from './meta.ts';
import type { ConversationContent, OwnPicture, ProfileContent } from './rows.ts';
import { commitBuilt, mergeChanges, openRow, reading, type ProfileStore } from './store.ts';

/** Owner of our own picture's file. */
export const OWN_PICTURE_OWNER = 'profile/picture';

/** Owner of the file of somebody's picture. */
export const pictureOwner = (conversationId: string) => `${conversationId}/picture`;

/** Others take a name or picture only when its time is later than that of the last. */
export function laterProfileTime({ displayNameUpdatedSeconds }: ProfileContent, nowMs: number): number {
  return Math.max(Math.floor(nowMs / 1000), displayNameUpdatedSeconds + 1);
}

/** Where our picture lies at the file server; null once it was removed, undefined where there is no address. */
export function ownPictureAddress({
  picture,
  awaitedPicture
}: Pick<ProfileContent, 'picture' | 'awaitedPicture'>): PictureAddress | null | undefined {
  if (awaitedPicture) return awaitedPicture;
  if (!picture) return picture;
  return picture.upload ? { url: picture.upload.url, keyBase64: picture.upload.keyBase64 } : undefined;
}

export interface PictureAddress {
  readonly url: string;
  readonly keyBase64: string;
}

/**
 * Sets our own picture, or none; the file of the one before goes.
 * @param mediaId a stored file of `OWN_PICTURE_OWNER`; it is told to others once it is uploaded
 * @param nowMs network time
 */
export async function setOwnPicture(
  store: ProfileStore,
  mediaId: string | null,
  nowMs: number
): Promise<void> {
  await changeOwnPicture(store, 'set picture', (profile) =>
    mediaId === null
      ? {
          ...profile,
          picture: null,
          awaitedPicture: null,
          displayNameUpdatedSeconds: laterProfileTime(profile, nowMs)
        }
      : { ...profile, picture: { mediaId, upload: null }, awaitedPicture: null }
  );
}

/**
 * The picture that was chosen on another device is here; the file of the one before goes.
 * @param nowMs network time
 * @returns false when another one was chosen meanwhile: the stored file is then the caller's to remove
 */
export async function saveAwaitedPicture(
  store: ProfileStore,
  address: PictureAddress,
  mediaId: string,
  nowMs: number
): Promise<boolean> {
  let isKept = false;
  await changeOwnPicture(store, 'own picture downloaded', (profile) => {
    isKept = profile.awaitedPicture?.url === address.url;
    if (!isKept) return null;
    const { url, keyBase64 } = address;
    // When it was uploaded is not told; asking for a longer life says whether it is still there.
    const upload = { url, keyBase64, uploadedAtMs: nowMs, renewedAtMs: nowMs };
    return { ...profile, picture: { mediaId, upload }, awaitedPicture: null };
  });
  return isKept;
}

/** Files of pictures of ours that are no longer shown. @param beforeMs device time: later ones may not be named yet */
export async function formerOwnPictures(store: ProfileStore, beforeMs: number): Promise<string[]> {
  const shown = (await loadMeta(store, 'profile'))?.content.picture?.mediaId;
  const rows = await reading(() => store.db.media.where('owner').equals(OWN_PICTURE_OWNER).toArray());
  const former = [];
  for (const row of rows) {
    if (row.id === shown || row.writing !== undefined) continue;
    const { createdAtMs } = await openRow<MediaContent>(store, 'media', row);
    if (createdAtMs < beforeMs) former.push(row.id);
  }
  return former;
}

/**
 * Our picture lies at the file server. Nothing happens when it was exchanged meanwhile.
 * @param options.isNew others are to be told
 * @param options.nowMs network time
 */
export function saveOwnPictureUpload(
  store: ProfileStore,
  mediaId: string,
  upload: NonNullable<OwnPicture['upload']>,
  { isNew, nowMs }: { isNew: boolean; nowMs: number }
): Promise<void> {
  return changeOwnPicture(store, 'picture uploaded', (profile) => {
    if (profile.picture?.mediaId !== mediaId) return null;
    const seconds = isNew ? laterProfileTime(profile, nowMs) : profile.displayNameUpdatedSeconds;
    return { ...profile, picture: { mediaId, upload }, displayNameUpdatedSeconds: seconds };
  });
}

async function changeOwnPicture(
  store: ProfileStore,
  name: string,
  update: (profile: ProfileContent) => ProfileContent | null
): Promise<void> {
  const gone = await commitBuilt(store, async () => {
    const profile = await loadMeta(store, 'profile');
    const next = profile && update(profile.content);
    if (!next) return { changes: null, result: [] };
    const files = await reading(() => store.db.media.where('owner').equals(OWN_PICTURE_OWNER).toArray());
    const old = files.filter(({ id, writing }) => id !== next.picture?.mediaId && writing === undefined);
    const parts = [
      await metaChange(store, 'profile', profile, next),
      { remove: old.map(({ id }) => ({ table: 'media' as const, id })) }
    ];
    return { changes: mergeChanges(name, 'any', parts), result: old };
  });
  await removeFilesOf(store, gone);
}

export interface ContactPicture {
  readonly conversationId: string;
  readonly content: ConversationContent;
  /** Stored files of pictures, the one shown and those of before. */
  readonly mediaIds: readonly string[];
}

/** Contacts that have a picture, or of whose pictures files are still here. */
export async function loadContactPictures(store: ProfileStore): Promise<ContactPicture[]> {
  const rows = await reading(() => store.db.conversations.toArray());
  const owners = rows.map(({ id }) => pictureOwner(id));
  const files = await reading(() => store.db.media.where('owner').anyOf(owners).toArray());
  const byOwner = Map.groupBy(
    files.filter(({ writing }) => writing === undefined),
    ({ owner }) => owner
  );
  const contents = await Promise.all(
    rows.map(async (row) => ({
      conversationId: row.id,
      content: await openRow<ConversationContent>(store, 'conversations', row),
      mediaIds: (byOwner.get(pictureOwner(row.id)) ?? []).map(({ id }) => id)
    }))
  );
  return contents.filter(({ content, mediaIds }) => content.picture || mediaIds.length > 0);
}

/** A contact's picture is here. Nothing happens when they have another one by now. @throws StorageError `not-found` */
export function saveContactPicture(
  store: ProfileStore,
  conversationId: string,
  url: string,
  mediaId: string
): Promise<void> {
  return updateConversation(store, conversationId, 'picture downloaded', async (content) =>
    content.picture?.url === url ? { ...content, picture: { ...content.picture, mediaId } } : null
  );
}
