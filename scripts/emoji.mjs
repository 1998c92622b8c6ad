// Writes src/lib/text/en/emoji-data.ts from an unpacked copy of the package emojibase-data (MIT):
//   node scripts/emoji.mjs <folder of the package>
// The app carries the result, not the package: of its megabytes one list of names is needed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node scripts/emoji.mjs <folder of emojibase-data>');
  process.exit(2);
}
const read = (path) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
const { version } = read('package.json');
const emoji = read('en/data.json');
const shortcodes = read('en/shortcodes/github.json');
const more = read('en/shortcodes/emojibase.json');

/** Number of the group in the package, and its name here. Components (2) are parts, not emoji. */
const GROUPS = [
  [0, 'smileys'],
  [1, 'people'],
  [3, 'nature'],
  [4, 'food'],
  [5, 'travel'],
  [6, 'activities'],
  [7, 'objects'],
  [8, 'symbols'],
  [9, 'flags']
];

/** As it is sent: U+FE0F only where a character would else be drawn as text. */
const qualified = (text) => text.replace(/(\p{Emoji_Presentation})\uFE0F/gu, '$1');
const codesOf = (hexcode) => [shortcodes[hexcode] ?? [], more[hexcode] ?? []].flat();

const lines = GROUPS.map(([group, name]) => {
  const rows = emoji
    .filter((entry) => entry.group === group)
    .sort((a, b) => a.order - b.order)
    .map((entry) => {
      const codes = [...new Set(codesOf(entry.hexcode))].slice(0, 2).join(' ');
      const said = new Set(
        `${entry.label} ${codes.replaceAll('_', ' ')}`.toLowerCase().split(/[^\p{L}\p{N}+]+/u)
      );
      const tags = (entry.tags ?? []).filter((tag) => !said.has(tag.toLowerCase())).slice(0, 5);
      return [qualified(entry.emoji), entry.label, codes, tags.join(' ')].join('|').replace(/\|+$/, '');
    });
  return `  ${name}: \`${rows.join('\n').replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
});

writeFileSync(
  'src/lib/text/en/emoji-data.ts',
  `// Emoji by group, in the order of Unicode: emoji, name, names between colons, further words; one a line. Made by
// scripts/emoji.mjs from emojibase-data ${version} (MIT, © Miles Johnson); over 300 lines because it is a table.
export const EMOJI_DATA = {
${lines.join(',\n')}
} as const;
`
);
