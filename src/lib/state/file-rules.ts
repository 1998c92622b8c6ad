// What may go with a message, and how it is called: pure.
import {
  categoryOf,
  extensionOf,
  guessContentType,
  safeFileName,
  cleanContentType,
  UNKNOWN_TYPE
} from '../media/index.ts';
import type { AttachmentKind } from '../storage/views.ts';

/** Most bytes of a file that is sent: encrypted they are the 10,000,000 a file server takes (§5.5). */
export const MAX_FILE_BYTES = 9_999_951;
/** Most files of one message. */
export const MAX_FILES = 20;
/** Larger pictures are not even read, bytes. */
export const MAX_PICTURE_SOURCE_BYTES = 64_000_000;

/** A name for a file as it was chosen. */
export function sentName(name: string, contentType: string): string {
  return withExtension(safeFileName(name), contentType, false);
}

/** The name with the end its type has: a picture drawn anew may be of another type than its name says. */
export function withExtension(name: string, contentType: string, replaces: boolean): string {
  const wanted = extensionOf(contentType);
  if (wanted === null || guessContentType(name) === contentType) return name;
  const dot = name.lastIndexOf('.');
  if (dot > 0 && !replaces) return name;
  return safeFileName(`${dot > 0 ? name.slice(0, dot) : name}.${wanted}`);
}

/** By what the browser says, else by the end of the name. */
export function chosenType({ name, type }: { readonly name: string; readonly type: string }): string {
  const told = cleanContentType(type);
  return told === UNKNOWN_TYPE ? guessContentType(name) : told;
}

/** What kind of file it is called to be, before anybody looked into it. */
export function chosenKind(source: { readonly name: string; readonly type: string }): AttachmentKind {
  return categoryOf(chosenType(source));
}

/** `PDF`, `JPEG`, else null: what people call the type of a file. */
export function typeLabel(name: string): string | null {
  const extension = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1];
  return extension === undefined ? null : extension.toUpperCase();
}
