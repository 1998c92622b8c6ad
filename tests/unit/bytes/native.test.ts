import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('base64 and hex of the engine accept, refuse and produce the same as ours', () => {
  const script = fileURLToPath(new URL('native-agreement.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--no-warnings', '--js-base-64', script], {
    encoding: 'utf8'
  });
  const result = JSON.parse(output) as {
    native: boolean;
    texts: number;
    accepted: number;
    differences: string[];
  };
  expect(result.native).toBe(true);
  expect(result.texts).toBeGreaterThan(20_000);
  expect(result.accepted).toBeGreaterThan(500);
  expect(result.differences).toEqual([]);
});
