// npm run bench: runs every *.bench.ts beside this file, one after another, and prints one table of all rows.
// `npm run bench -- gateway` runs those whose file name holds the word.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureMachine, machineRow } from './machine.ts';
import { atSpeed, formatTable, verdictOf } from './table.ts';
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
/** How fast the machine was, each time it was looked at: whatever else ran then made it slower. */
const speeds: number[] = [];
let failed = 0;
for (const file of files) {
  const { bench } = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as { bench: Bench };
  console.error(`${bench.name} …`);
  speeds.push(await measureMachine());
  try {
    rows.push(...(await bench.run()));
  } catch (error) {
    failed += 1;
    console.error(`${bench.name} did not finish:`, error);
  }
}
const machine = machineRow([...speeds, await measureMachine()]);
console.log(formatTable([machine.row, ...rows], machine.speed));
const count = (judged: readonly BenchRow[], verdict: string) =>
  judged.filter((row) => verdictOf(row) === verdict).length;
const atThisSpeed = rows.map((row) => atSpeed(row, machine.speed) ?? row);
console.log(
  `\n${count(rows, 'met')} budgets met, ${count(rows, 'missed')} missed, ${failed} benches did not finish` +
    `\nat this machine's speed: ${count(atThisSpeed, 'met')} met, ${count(atThisSpeed, 'missed')} missed`
);
process.exit(failed > 0 ? 1 : 0);
