// What our name and picture travel with (accounts-and-messages.md §4.11).
import { loadMeta, ownPictureAddress, type ProfileStore } from '../storage/index.ts';
import type { OwnProfile } from './outgoing-content.ts';

export async function loadOwnProfile(store: ProfileStore): Promise<OwnProfile> {
  const profile = (await loadMeta(store, 'profile'))?.content;
  // Nothing is told of a picture before it lies at the file server.
  const picture = profile && ownPictureAddress(profile);
  return {
    displayName: profile?.displayName ?? '',
    updatedSeconds: profile?.displayNameUpdatedSeconds ?? 0,
    ...(picture === undefined ? {} : { picture })
  };
}
