// Files named by a received message, as they are stored before anything is loaded (accounts-and-messages.md §2.5, §5.5).
// Everything in a pointer is a claim of the sender. Pure.
import { bytesToBase64 } from '../bytes/index.ts';
import {
  categoryOf,
  cleanContentType,
  guessContentType,
  safeFileName,
  UNKNOWN_TYPE
} from '../media/index.ts';
import type { StoredAttachment } from '../storage/index.ts';
import type { AttachmentPointer, DataMessage } from '../wire/index.ts';
import { trimName } from './display-name.ts';
import { cutToCodePoints, MAX_CAPTION } from './limits.ts';

const FLAG_VOICE = 1;
const KEY_BYTES: readonly number[] = [32, 64];
const MAX_SIDE = 100_000;

/**
 * The usable pointers of a message, in its order; those without address or key are left out.
 * @param timestampMs sent time of the message, which makes their ids differ from those of other messages
 */
export function receivedAttachments(
  { attachments }: Pick<DataMessage, 'attachments'>,
  timestampMs: number
): StoredAttachment[] {
  return attachments.flatMap((pointer, index) => {
    if (pointer.url === '' || !KEY_BYTES.includes(pointer.key.length)) return [];
    return [storedAttachment(pointer, `${timestampMs}-${index}`)];
  });
}

/** The picture of a link preview, which loads as files do; null without one that can be opened. */
export function receivedPreviewPicture(
  image: AttachmentPointer | undefined,
  timestampMs: number
): StoredAttachment | null {
  if (!image || image.url === '' || !KEY_BYTES.includes(image.key.length)) return null;
  const stored = storedAttachment(image, `${timestampMs}-preview`);
  return { ...stored, kind: 'image', caption: null, ofPreview: true };
}

function storedAttachment(pointer: AttachmentPointer, id: string): StoredAttachment {
  const name = safeFileName(pointer.fileName);
  const claimed = cleanContentType(pointer.contentType);
  const contentType = claimed === UNKNOWN_TYPE ? guessContentType(name) : claimed;
  const isVoice = (pointer.flags & FLAG_VOICE) !== 0;
  return {
    id,
    kind: isVoice ? 'voice' : categoryOf(contentType),
    name,
    bytes: pointer.size,
    contentType,
    width: sideOf(pointer.width),
    height: sideOf(pointer.height),
    caption: captionOf(pointer.caption),
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

/** The description of a picture: other apps neither write nor show it (§2.5). Null when there is nothing to see in it. */
function captionOf(caption: string): string | null {
  return cutToCodePoints(trimName(caption), MAX_CAPTION) || null;
}

function sideOf(value: number): number | null {
  return value > 0 && value <= MAX_SIDE ? value : null;
}
