// Names of files as strangers give them, made fit to be shown and to be saved under.

const MAX_NAME_CODE_POINTS = 120;
const MAX_NAME_BYTES = 200;
const MAX_EXTENSION_CODE_POINTS = 16;
const FALLBACK = 'file';

/**
 * Characters that are not seen or that change how their neighbours are read: controls, direction marks and overrides, the
 * invisible separators, tags, and halves of pairs. Joiners stay, since emoji and scripts need them.
 */
const UNSEEN =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;
/** What file systems take for something else. */
const SEPARATORS = /[/\\:*?"<>|\u2044\u2215\u29f8\uff0f\uff3c]/gu;
/** Names that Windows takes for devices, whatever follows the dot. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/**
 * The last part of a path stays one name: separators become `_`. At most 120 characters and 200 bytes of UTF-8, cut before
 * the extension; `file` when nothing is left. Doing it twice changes nothing.
 */
export function safeFileName(text: string, fallback = FALLBACK): string {
  // Far more than can stay, so that 10,000 characters cost no more than a few.
  const start = text.length > 4_096 ? text.slice(0, 2_048) + text.slice(-2_048) : text;
  const shown = start.replace(UNSEEN, '').normalize('NFC').replace(SEPARATORS, '_').replace(/\s+/gu, ' ');
  const trimmed = trimEnds(shown);
  const short = trimEnds(shorten(trimmed));
  if (short === '') return fallback;
  return DEVICE.test(short) ? trimEnds(shorten(`_${short}`)) : short;
}

/** No dots in front, which hide a file; no dots or spaces behind, which Windows drops. */
function trimEnds(name: string): string {
  return name.replace(/^[. ]+/u, '').replace(/[. ]+$/u, '');
}

function shorten(name: string): string {
  if (fits([...name])) return name;
  const extension = extensionWithDot(name);
  const stem = [...name.slice(0, name.length - extension.length)].slice(0, MAX_NAME_CODE_POINTS);
  const end = ['…', ...extension];
  while (stem.length > 1 && !fits([...stem, ...end])) stem.pop();
  // A sign that joins or colours its neighbour is no end.
  while (stem.length > 1 && /[\p{M}\p{Join_Control}]/u.test(stem.at(-1) as string)) stem.pop();
  return stem.join('').trimEnd() + end.join('');
}

function fits(letters: readonly string[]): boolean {
  return (
    letters.length <= MAX_NAME_CODE_POINTS &&
    new TextEncoder().encode(letters.join('')).length <= MAX_NAME_BYTES
  );
}

function extensionWithDot(name: string): string {
  const extension = /\.[^. ]+$/u.exec(name)?.[0] ?? '';
  return [...extension].length <= MAX_EXTENSION_CODE_POINTS + 1 && extension.length < name.length
    ? extension
    : '';
}
