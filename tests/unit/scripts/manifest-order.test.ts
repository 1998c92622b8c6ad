import { describe, expect, test } from 'vitest';
import { byBuiltFile } from '../../../scripts/lib/manifest-order.mjs';

describe('the order of built files', () => {
  const here = {
    'node_modules/kit/entry.js': { file: 'entry/start.aaa.js' },
    '.svelte-kit/app.js': { file: 'entry/app.bbb.js' },
    'src/worker.ts': { file: 'chunks/ccc.js' }
  };

  test('is that of their names, wherever the packages lie', () => {
    const elsewhere = {
      '../../home/node_modules/kit/entry.js': here['node_modules/kit/entry.js'],
      '.svelte-kit/app.js': here['.svelte-kit/app.js'],
      'src/worker.ts': here['src/worker.ts']
    };
    const files = (manifest: Record<string, { file: string }>) =>
      Object.values(byBuiltFile(manifest)).map(({ file }) => file);
    expect(files(here)).toEqual(['chunks/ccc.js', 'entry/app.bbb.js', 'entry/start.aaa.js']);
    expect(files(elsewhere)).toEqual(files(here));
    expect(Object.values(elsewhere)).not.toEqual(Object.values(byBuiltFile(elsewhere)));
  });

  test('loses nothing', () => {
    expect(byBuiltFile(here)).toEqual(here);
  });
});
