// Files named by a received message, as they are stored before anything is loaded (accounts-and-messages.md §2.5, §5.5).
// Everything in a pointer is a claim of the sender. Pure.
import { bytesToBase64 } from '../bytes/index.ts';
import type { AttachmentKind, StoredAttachment } from '../storage/index.ts';
import type { AttachmentPointer, DataMessage } from '../wire/index.ts';
import { cutToCodePoints } from './limits.ts';

const FLAG_VOICE = 1;
const KEY_BYTES: readonly number[] = [32, 64];
const MAX_NAME = 200;
const MAX_TYPE = 127;
const TYPE_PATTERN = /^[a-z0-9!#$&^_.+-]{1,63}\/[a-z0-9!#$&^_.+-]{1,63}$/;
const MAX_SIDE = 100_000;

/** The usable pointers of a message, in its order; those without address or key are left out. */
export function receivedAttachments({ attachments }: DataMessage): StoredAttachment[] {
  return attachments.flatMap((pointer, index) => {
    if (pointer.url === '' || !KEY_BYTES.includes(pointer.key.length)) return [];
    return [storedAttachment(pointer, index)];
  });
}

function storedAttachment(pointer: AttachmentPointer, index: number): StoredAttachment {
  const type = pointer.contentType.toLowerCase();
  const contentType = type.length <= MAX_TYPE && TYPE_PATTERN.test(type) ? type : 'application/octet-stream';
  const isVoice = (pointer.flags & FLAG_VOICE) !== 0;
  return {
    id: String(index),
    kind: isVoice ? 'voice' : kindOf(contentType),
    name: cutToCodePoints(pointer.fileName.toWellFormed(), MAX_NAME),
    bytes: pointer.size,
    contentType,
    width: sideOf(pointer.width),
    height: sideOf(pointer.height),
    caption: null,
    remote: {
      url: pointer.url,
      keyBase64: bytesToBase64(pointer.key),
      digestBase64: pointer.digest.length === 32 ? bytesToBase64(pointer.digest) : null,
      bytes: pointer.size
    },
    state: 'remote',
    failureCode: null,
    mediaId: null,
    thumbnailMediaId: null
  };
}

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** SVG is a program, not a picture; like every type not named it can only be saved. */
export function kindOf(contentType: string): AttachmentKind {
  if (IMAGE_TYPES.has(contentType)) return 'image';
  if (contentType.startsWith('video/')) return 'video';
  if (contentType.startsWith('audio/')) return 'audio';
  return 'file';
}

function sideOf(value: number): number | null {
  return value > 0 && value <= MAX_SIDE ? value : null;
}
