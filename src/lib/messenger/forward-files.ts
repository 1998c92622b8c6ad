// Files of a forwarded message: what still lies at the file server is named again, without another upload.
import {
  ownFiles,
  stagedOwner,
  type MediaStore,
  type MessageContent,
  type StoredAttachment
} from '../storage/index.ts';

/** A file server keeps a file for 14 days; what is older than this is uploaded anew. */
const FRESH_MS = 10 * 86_400_000;

/**
 * @param nowMs network time
 * @returns files named again, and copies staged for another upload; what is neither there nor here is left out
 */
export async function forwardedFiles(
  media: MediaStore,
  message: Required<Pick<MessageContent, 'attachments' | 'sentAtMs'>>,
  conversationId: string,
  nowMs: number
): Promise<{ attachments: StoredAttachment[]; stagedIds: string[] }> {
  const attachments: StoredAttachment[] = [];
  const stagedIds: string[] = [];
  const isFresh = nowMs - message.sentAtMs < FRESH_MS;
  for (const attachment of ownFiles(message.attachments)) {
    const facts = attachment.mediaId === null ? null : await media.facts(attachment.mediaId);
    if (attachment.remote && (isFresh || !facts) && attachment.state !== 'expired') {
      attachments.push({
        ...attachment,
        id: `${nowMs}-${attachment.id.slice(-40)}`,
        state: 'remote',
        failureCode: null,
        mediaId: null,
        thumbnailMediaId: null
      });
    } else if (facts) {
      const { width, height, caption } = attachment;
      const staged = { width, height, caption, thumbnailMediaId: null };
      const file = { kind: facts.kind, name: facts.name, contentType: facts.contentType, staged };
      const source = await media.range(facts.id, 0, facts.bytes);
      stagedIds.push((await media.save({ owner: stagedOwner(conversationId), ...file }, source)).id);
    }
  }
  return { attachments, stagedIds };
}
