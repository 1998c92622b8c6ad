import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import { createFuzzTargets, type FuzzTarget } from '../../soak/fuzz-targets.ts';
import { runFuzz } from '../../soak/fuzz.ts';
import { createReport } from '../../soak/report.ts';
import { DECODERS } from '../../support/wire-decoders.ts';

async function fuzz(targets: readonly FuzzTarget[], budgetMs: number, onlyCase?: number): Promise<string[]> {
  const lines: string[] = [];
  const report = createReport((line) => lines.push(line));
  await runFuzz({ targets, seed: 1, budgetMs, onlyCase, report });
  report.finish();
  return lines;
}

const target = (parse: FuzzTarget['parse']): FuzzTarget => ({
  name: 'planted',
  seeds: [new Uint8Array(50)],
  parse
});

describe('the fuzz slice', () => {
  // The decoders of the wire have their own slice in tests/unit/wire.
  it('finds no parser of foreign bytes that fails otherwise than by a typed error', async () => {
    const own = new Set(DECODERS.map(({ name }) => name));
    const targets = (await createFuzzTargets()).filter(({ name }) => !own.has(name));
    expect(targets.length).toBeGreaterThan(15);
    const lines = await fuzz(targets, 4_000);
    expect(lines.filter((line) => line.startsWith('✗'))).toEqual([]);
    expect(lines.at(-1)).toBe(`${targets.length} passed, 0 failed, 0 skipped`);
  }, 60_000);

  it('sees a parser that throws something else, and names a case that shows it again', async () => {
    const broken = target((bytes) => {
      if (bytes.length > 52) throw new TypeError('planted');
      return true;
    });
    const [line = ''] = await fuzz([broken], 50);
    expect(line).toMatch(/^✗ fuzz planted: case \d+ of seed 1 \(.*\): TypeError: planted/);
    const again = await fuzz([broken], 50, Number(/case (\d+)/.exec(line)?.[1]));
    expect(again[0]).toContain('TypeError: planted');
  });

  it('sees a parser that keeps what it was given', async () => {
    const kept: number[][] = [];
    const [line] = await fuzz([target(() => kept.push(new Array<number>(30_000).fill(0.5)))], 400);
    expect(line).toMatch(/^✗ fuzz planted: .*keeps \d+ bytes$/);
  });

  it('sees a parser that refuses everything', async () => {
    const refusing = target(() => {
      throw new AppError('planted', { retry: 'never' });
    });
    expect((await fuzz([refusing], 50))[0]).toBe('✗ fuzz planted: refuses what it should read');
  });
});
