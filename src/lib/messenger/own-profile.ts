// What our name and picture travel with (accounts-and-messages.md §4.11).
import { loadMeta, type OwnPicture, type ProfileStore } from '../storage/index.ts';
import type { OwnProfile } from './outgoing-content.ts';

export async function loadOwnProfile(store: ProfileStore): Promise<OwnProfile> {
  const profile = await loadMeta(store, 'profile');
  return {
    displayName: profile?.content.displayName ?? '',
    updatedSeconds: profile?.content.displayNameUpdatedSeconds ?? 0,
    ...ownPicture(profile?.content.picture)
  };
}

/** What of our picture others are told: nothing before it lies at the file server, and once that there is none any more. */
function ownPicture(picture: OwnPicture | null | undefined): Pick<OwnProfile, 'picture'> {
  if (picture === null) return { picture: null };
  if (!picture?.upload) return {};
  const { url, keyBase64 } = picture.upload;
  return { picture: { url, keyBase64 } };
}
