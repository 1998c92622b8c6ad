// Texts of the lengths people write, the same for the same number.

const WORDS =
  'yes no the train is late again and nobody knows why so we walk along the river until it gets dark then home see you tomorrow at nine bring bread if the shop still has some 👍 größer عند 東京'.split(
    ' '
  );

/** Between one word and forty, mostly short. */
export function messageText(index: number): string {
  const length = index % 10 === 0 ? 20 + (index % 21) : 1 + (index % 9);
  return Array.from({ length }, (_, at) => WORDS[(index * 7 + at * 13) % WORDS.length]).join(' ');
}
