// Figures of clearing in words.
import type { MediaSum } from '../worker/protocol.ts';
import type { AttachmentKind } from '../storage/views.ts';
import { storage as text } from '../text/en/storage.ts';

/** In the order they are named in. */
const KINDS: readonly AttachmentKind[] = ['image', 'video', 'voice', 'audio', 'file'];

/** `96 pictures, 12 videos and 3 files`; empty when there are none. */
export function sumWords({ byKind }: Pick<MediaSum, 'byKind'>): string {
  return text.kindList(
    KINDS.flatMap((kind) => {
      const count = byKind[kind] ?? 0;
      return count === 0 ? [] : [text.kindCount({ kind, count })];
    })
  );
}

/** Names so many, and how many more there are. */
export function someNames(names: readonly string[], most = 3): string {
  const shown = names.length > most + 1 ? names.slice(0, most) : names;
  const rest = names.length - shown.length;
  return text.kindList(rest === 0 ? shown : [...shown, text.andMore({ count: rest })]);
}

/** `12 Mar 2026` */
export function shortDate(ms: number): string {
  return new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' }).format(ms);
}
