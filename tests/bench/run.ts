// npm run bench: runs every *.bench.ts beside this file, one after another, and prints one table of all rows.
// `npm run bench -- gateway` runs those whose file name holds the word.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { formatTable, verdictOf } from './table.ts';
import type { Bench, BenchRow } from './types.ts';

const words = process.argv.slice(2);
const files = (await readdir(import.meta.dirname))
  .filter(
    (name) => name.endsWith('.bench.ts') && (words.length === 0 || words.some((word) => name.includes(word)))
  )
  .sort();
if (files.length === 0) {
  console.error(`No bench matches ${words.join(' ')}.`);
  process.exit(2);
}

const rows: BenchRow[] = [];
let failed = 0;
for (const file of files) {
  const { bench } = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as { bench: Bench };
  console.error(`${bench.name} …`);
  try {
    rows.push(...(await bench.run()));
  } catch (error) {
    failed += 1;
    console.error(`${bench.name} did not finish:`, error);
  }
}
console.log(formatTable(rows));
const count = (verdict: string) => rows.filter((row) => verdictOf(row) === verdict).length;
console.log(`\n${count('met')} budgets met, ${count('missed')} missed, ${failed} benches did not finish`);
process.exit(failed > 0 ? 1 : 0);
