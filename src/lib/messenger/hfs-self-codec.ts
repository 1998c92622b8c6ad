// The place of this device in the group as text, to be sealed and kept; and back.
import type { HfsSelf } from '../hfs/index.ts';
import { decodeMarked, encodeMarked } from './marked-json.ts';

export const encodeSelf = (self: HfsSelf): string => encodeMarked(self);

/** What `encodeSelf` made, and nothing else: it was sealed. */
export const decodeSelf = (text: string): HfsSelf => decodeMarked(text) as HfsSelf;
