// The sender's name and picture, where a content brings newer ones (accounts-and-messages.md §4.11). Pure.
import { bytesToBase64 } from '../bytes/index.ts';
import type { ConversationContent } from '../storage/index.ts';
import { hasField, parseDownloadUrl, type LokiProfile } from '../wire/index.ts';
import { receivedName } from './display-name.ts';

/** Lengths of key that open a picture: of today's format and of the older one, bytes. */
const PICTURE_KEY_BYTES: readonly number[] = [32, 16];

/** @param profileKey of the message the profile came with; empty when it had none */
export function withProfile(
  conversation: ConversationContent,
  profile: LokiProfile | undefined,
  profileKey: Uint8Array
): ConversationContent {
  if (!profile) return conversation;
  const updatedSeconds = Number(profile.lastUpdateSeconds);
  const stored = conversation.nameUpdatedSeconds;
  if (!(updatedSeconds > stored || (updatedSeconds === 0 && stored === 0))) return conversation;
  const name = receivedName(profile.displayName);
  return {
    ...conversation,
    name: name ?? conversation.name,
    nameUpdatedSeconds: updatedSeconds,
    picture: pictureAfter(conversation, profile, profileKey)
  };
}

function pictureAfter(
  { picture = null }: ConversationContent,
  profile: LokiProfile,
  key: Uint8Array
): ConversationContent['picture'] {
  if (!hasField(profile, 'profilePicture')) return picture;
  const url = profile.profilePicture;
  if (!PICTURE_KEY_BYTES.includes(key.length) || !isDownloadUrl(url)) return null;
  const keyBase64 = bytesToBase64(key);
  if (picture?.url === url && picture.keyBase64 === keyBase64) return picture;
  return { url, keyBase64, mediaId: null };
}

/** Whether it is an address that a file can be asked for at. */
export function isDownloadUrl(url: string): boolean {
  try {
    parseDownloadUrl(url);
    return true;
  } catch {
    return false;
  }
}
