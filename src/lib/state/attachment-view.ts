// A file of a message as the bubble shows it: pure.
import type { AttachmentView } from '../storage/views.ts';
import { media as text } from '../text/en/media.ts';
import { typeLabel } from './file-rules.ts';

/** What is told below or over a file; null: it is here and nothing is under way. */
export type AttachmentStatus =
  'remote' | 'queued' | 'uploading' | 'downloading' | 'failed' | 'expired' | null;

export function attachmentStatus({
  state,
  mediaId
}: Pick<AttachmentView, 'state' | 'mediaId'>): AttachmentStatus {
  if (state === 'here') return mediaId === null ? 'remote' : null;
  return state;
}

/** The file as it stands with what is under way for it: rows do not say that. */
export function withTransfer(
  attachment: AttachmentView,
  transfer: { readonly fraction: number | null } | null
): AttachmentView {
  if (!transfer) return attachment;
  if (attachment.mediaId === null) return { ...attachment, state: 'downloading' };
  return attachment.state === 'queued' ? { ...attachment, state: 'uploading' } : attachment;
}

/** The message as it stands with what is under way for its files: its state is Uploading while one goes up. */
export function withTransfers<
  Message extends { readonly attachments: readonly AttachmentView[]; readonly direction: 'in' | 'out' }
>(
  message: Message,
  transferOf: (attachment: AttachmentView) => { readonly fraction: number | null } | null
): Message {
  const isStill = message.direction === 'in' || message.attachments.length === 0;
  if (isStill) return message;
  const attachments = message.attachments.map((stored) => withTransfer(stored, transferOf(stored)));
  return { ...message, attachments };
}

/** How a file is called in the name of a button: its description, else its name for files, else its kind. */
export function attachmentName({
  kind,
  name,
  caption
}: Pick<AttachmentView, 'kind' | 'name' | 'caption'>): string {
  const kindWord = text.kinds[kind];
  if (caption !== null && caption !== '') return `${kindWord}: ${caption}`;
  return kind === 'voice' ? kindWord : `${kindWord} ${name}`;
}

/** `PDF, 1.8 MB` */
export function attachmentFacts({
  name,
  bytes,
  kind
}: Pick<AttachmentView, 'name' | 'bytes' | 'kind'>): string {
  const size = text.size(bytes);
  const type = kind === 'file' ? typeLabel(name) : text.kinds[kind];
  return type === null ? size : text.typeAndSize({ type, size });
}

/** What details tell of a file: type and size, pixels, whether it lies here. */
export function fileFacts(attachment: AttachmentView): string {
  const { width, height, mediaId } = attachment;
  const facts = [attachmentFacts(attachment)];
  if (width && height) facts.push(text.pixels({ width, height }));
  facts.push(mediaId === null ? text.notHere : text.here);
  return facts.join(' · ');
}

export function failureWords(code: string | null): string {
  const { failures } = text;
  return code !== null && Object.hasOwn(failures, code)
    ? failures[code as keyof typeof failures]
    : failures.other;
}

/** Shown for pictures that do not say their size. */
const UNKNOWN_RATIO = 4 / 3;
/** Neither a thread nor a pole: outside, the picture is cut. */
const [NARROWEST, WIDEST] = [0.5, 2.6];

/** Width by height of the frame that is reserved for a picture or film. */
export function frameRatio({ width, height }: Pick<AttachmentView, 'width' | 'height'>): number {
  if (!width || !height) return UNKNOWN_RATIO;
  return Math.min(WIDEST, Math.max(NARROWEST, width / height));
}

/** Ids of files count within their message. */
export function fileKey(messageId: string, attachmentId: string): string {
  return `${messageId}/${attachmentId}`;
}

/** A file together with the message it belongs to. */
export interface FileOf<Message> {
  readonly key: string;
  readonly message: Message;
  readonly attachment: AttachmentView;
}

/** The files of messages that are on this device, in their order. */
export function filesHere<
  Message extends { readonly attachments: readonly AttachmentView[]; readonly deleted: boolean }
>(messages: readonly Message[], idOf: (message: Message) => string): readonly FileOf<Message>[] {
  return messages.flatMap((message) =>
    message.deleted
      ? []
      : message.attachments
          .filter(({ mediaId }) => mediaId !== null)
          .map((attachment) => ({ key: fileKey(idOf(message), attachment.id), message, attachment }))
  );
}

/** The first picture of a quoted message that is on this device. */
export function quotedPicture({
  attachments,
  deleted
}: {
  readonly attachments: readonly AttachmentView[];
  readonly deleted: boolean;
}): AttachmentView | null {
  if (deleted) return null;
  const isSeen = ({ kind, mediaId, thumbnailMediaId }: AttachmentView) =>
    thumbnailMediaId !== null || (kind === 'image' && mediaId !== null);
  return attachments.find(isSeen) ?? null;
}

/** Pictures and films are shown large. */
export function isVisual({ kind }: Pick<AttachmentView, 'kind'>): boolean {
  return kind === 'image' || kind === 'video';
}

/** The same waveform in at most `most` bars: each is the loudest of those it stands for. */
export function fewerBars(bars: readonly number[], most: number): readonly number[] {
  if (bars.length <= most) return bars;
  return Array.from({ length: most }, (_, index) => {
    const [start, end] = [index, index + 1].map((edge) => Math.floor((edge * bars.length) / most)) as [
      number,
      number
    ];
    return Math.max(...bars.slice(start, end));
  });
}
