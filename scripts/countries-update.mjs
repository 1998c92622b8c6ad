// npm run countries:update -- <file.csv> --date 2026-06-17 --source <name> --licence <name>: makes the table of countries
// anew from a file of ranges that whoever makes a release has got (docs/countries.md).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeCountryTable, parseRanges } from './lib/country-table.mjs';
import { PlainError, ROOT, runMain } from './lib/project.mjs';

const TABLE = join(ROOT, 'static/countries.bin');

await runMain(async () => {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { date: { type: 'string' }, source: { type: 'string' }, licence: { type: 'string' } }
    });
  } catch (error) {
    throw new PlainError(error.message, 2);
  }
  const { values, positionals } = parsed;
  const { date, source, licence } = values;
  const isDate = date !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date));
  if (positionals.length !== 1 || !isDate || !source || !licence) {
    throw new PlainError('Needs: <file.csv> --date <yyyy-mm-dd> --source <name> --licence <name>', 2);
  }
  const ranges = parseRanges(readFileSync(positionals[0], 'utf8'));
  const table = encodeCountryTable(ranges, { date, source, licence });
  writeFileSync(TABLE, table);
  console.log(`${ranges.length} ranges, ${(table.length / 1024).toFixed(0)} KiB, of ${date}.`);
});
