// A stored file handed to the browser's downloads, byte for byte, under its safe name. Never opened here.
import type { AttachmentView } from '../storage/views.ts';
import type { MediaShelf } from './media-shelf.svelte.ts';

/** The browser has begun reading by then, milliseconds. */
const READ_BY_MS = 60_000;

/** @throws StorageError `not-found`, `row-damaged` */
export async function saveFile(
  shelf: Pick<MediaShelf, 'blob'>,
  { mediaId, name }: Pick<AttachmentView, 'mediaId' | 'name'>,
  page: Document = document
): Promise<void> {
  if (mediaId === null) return;
  const stored = await shelf.blob(mediaId);
  // Whatever it is, it is saved and not shown.
  const url = URL.createObjectURL(new Blob([stored], { type: 'application/octet-stream' }));
  const link = page.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_BY_MS);
}
