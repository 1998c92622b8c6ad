// What a person can do with one file of a message; handed down from the screen to the bubble.
import type { Transfer } from '../../state/transfers.svelte.ts';
import type { AttachmentView, MessageView } from '../../storage/views.ts';

export interface MediaDeeds {
  /** What is under way for a file; null when nothing is. */
  transferOf(message: MessageView, attachment: AttachmentView): Transfer | null;
  /** Asks about trust the first time. */
  download(message: MessageView, attachment: AttachmentView): void;
  cancel(message: MessageView, attachment: AttachmentView): void;
  retry(message: MessageView, attachment: AttachmentView): void;
  /** Large, over everything. */
  open(message: MessageView, attachment: AttachmentView): void;
  save(message: MessageView, attachment: AttachmentView): void;
}
