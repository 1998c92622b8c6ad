// What a person can do with one file of a message; handed down from the screen to the bubble.
import type { AttachmentView, MessageView } from '../../storage/views.ts';

export interface MediaDeeds {
  /** Of a transfer under way, 0 to 1; null where it cannot be told. */
  progressOf(message: MessageView, attachment: AttachmentView): number | null;
  /** Asks about trust the first time. */
  download(message: MessageView, attachment: AttachmentView): void;
  cancel(message: MessageView, attachment: AttachmentView): void;
  retry(message: MessageView, attachment: AttachmentView): void;
  /** Large, over everything. */
  open(message: MessageView, attachment: AttachmentView): void;
  save(message: MessageView, attachment: AttachmentView): void;
}
