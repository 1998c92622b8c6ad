import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZipWriter } from '../../../src/lib/backup/index.ts';
import { concatBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { readZip } from '../../support/zip-reader.ts';

const NOW_MS = Date.UTC(2026, 10, 25, 13, 45, 12);

function zipOf(entries: readonly (readonly [string, readonly Uint8Array[]])[]): Buffer {
  const zip = createZipWriter();
  const parts: Uint8Array[] = [];
  for (const [path, pieces] of entries) {
    parts.push(zip.begin(path, NOW_MS), ...pieces.map((piece) => zip.data(piece)), zip.end());
  }
  for (const part of zip.finish()) parts.push(part);
  return Buffer.concat(parts);
}

describe('an archive', () => {
  it('gives back every entry by its directory', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.array(fc.uint8Array())), {
          selector: ([path]) => path,
          maxLength: 12
        }),
        (entries) => {
          const wellFormed = entries.filter(([path]) => path.isWellFormed());
          const read = readZip(zipOf(wellFormed));
          expect([...read.keys()]).toEqual(wellFormed.map(([path]) => path));
          for (const [path, pieces] of wellFormed) {
            expect(new Uint8Array(read.get(path) as Buffer)).toEqual(concatBytes(...pieces));
          }
        }
      ),
      { numRuns: 100 }
    );
  });

  it('holds more entries than the old format counts', () => {
    const count = 65_540;
    const read = readZip(zipOf(Array.from({ length: count }, (_, index) => [`f/${index}`, []] as const)));
    expect(read.size).toBe(count);
    expect(read.has(`f/${count - 1}`)).toBe(true);
  });

  // Where the system brings a reader of its own, it has to agree.
  const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find(existsSync);
  it.runIf(python)('is accepted by a reader of the system', () => {
    const directory = mkdtempSync(join(tmpdir(), 'onionskin-zip-'));
    const path = join(directory, 'a.zip');
    writeFileSync(
      path,
      zipOf([
        ['ö/x.txt', [utf8ToBytes('one '), utf8ToBytes('two')]],
        ['empty', []]
      ])
    );
    const script =
      'import sys,zipfile as z;a=z.ZipFile(sys.argv[1]);print(a.testzip(),a.namelist(),a.read(a.namelist()[0]),a.infolist()[0].date_time)';
    const said = execFileSync(python as string, ['-c', script, path], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    expect(said.trim()).toBe("None ['ö/x.txt', 'empty'] b'one two' (2026, 11, 25, 13, 45, 12)");
  });
});
