// Figures of clearing in words.
import type { MediaSum } from '../worker/protocol.ts';
import { KINDS_IN_ORDER } from './storage-sums.ts';
import { storage as text } from '../text/en/storage.ts';

/** `96 pictures, 12 videos and 3 files`; empty when there are none. */
export function sumWords({ byKind }: Pick<MediaSum, 'byKind'>): string {
  return text.kindList(
    KINDS_IN_ORDER.flatMap((kind) => {
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
