// What stands for a person without a picture (look.md, "Avatars").

/** How many grounds there are. */
const GROUNDS = 12;

/** Which of the twelve grounds an account has, the same on every device: hex digits 3 to 10 of its ID, mod 12. */
export function avatarIndex(accountId: string): number {
  const digits = Number.parseInt(accountId.slice(2, 10), 16);
  return Number.isNaN(digits) ? 0 : digits % GROUNDS;
}

/** First grapheme of the first and of the last word, in capitals where the script has them; empty without a name. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => word !== '');
  const first = words[0];
  if (first === undefined) return '';
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return (firstGrapheme(first) + (last === undefined ? '' : firstGrapheme(last))).toLocaleUpperCase();
}

/** Made once, when a name first needs it: its data takes milliseconds to load. */
const segmenter = once(() => new Intl.Segmenter(undefined, { granularity: 'grapheme' }));

/** Nothing joins a letter of ASCII but what is beyond ASCII. */
const PLAIN = /^[!-~](?:[!-~]|$)/;

function firstGrapheme(word: string): string {
  if (PLAIN.test(word)) return word.slice(0, 1);
  for (const { segment } of segmenter().segment(word)) return segment;
  return '';
}

function once<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}
