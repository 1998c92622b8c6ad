import { expect, it } from 'vitest';
import { hintChunks } from '../../../scripts/lib/chunks.mjs';

const HINT = '//# allFunctionsCalledOnLoad\n';

it('begins the files that the list needs with the hint, and no others', () => {
  const { banner, generateBundle } = hintChunks();
  const chunk = (name: string, code: string) => ({ type: 'chunk', name, code });
  const bundle = {
    // The bundler put its own line first here, left it where it was there, and took it out of the third.
    first: chunk('first', `const deps=[];\n${HINT}start();`),
    app: chunk('app', `${HINT}list();`),
    stripped: chunk('app', 'list();'),
    more: chunk('more', 'more();'),
    style: { type: 'asset', name: 'app', source: 'a{}' }
  };
  generateBundle.handler({}, bundle);
  expect(bundle.first.code).toBe(`${HINT}const deps=[];\nstart();`);
  expect(bundle.app.code).toBe(`${HINT}list();`);
  expect(bundle.stripped.code).toBe(`${HINT}list();`);
  expect(bundle.more.code).toBe('more();');
  expect(bundle.style).toEqual({ type: 'asset', name: 'app', source: 'a{}' });
  expect(banner({ name: 'first' })).toBe(HINT);
  expect(banner({ name: 'more' })).toBe('');
});
