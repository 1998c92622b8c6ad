import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageWithDirectStart } from '../../../scripts/lib/direct-start.mjs';
import { htmlPolicy } from '../../../scripts/lib/finish-build.mjs';

const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const SCRIPT = `{
  const element = document.currentScript.parentElement;
  Promise.all([import("./start.js"), import("./app.js")]).then(([kit, app]) => {
    kit.start(app, element, {
      node_ids: [0, 4],
      data: [null,null]
    });
  });
}`;
const pageOf = (script: string) =>
  `<meta http-equiv="content-security-policy" content="script-src 'self' '${hash(script)}'; style-src 'self'">
<div><h1>Welcome</h1><script>${script}</script></div>`;
const PAGE = pageOf(SCRIPT);

/** Runs the page's script as a browser does. @returns what Kit was given to wake to life, and what is left of the markup */
async function run(page: string, hasAccount: string | undefined) {
  const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] as string;
  const left = { markup: 'welcome' };
  const element = { replaceChildren: () => (left.markup = '') };
  const document = {
    currentScript: { parentElement: element },
    documentElement: { dataset: { hasAccount } }
  };
  const started = await new Promise<unknown[]>((resolve) => {
    const load = () => ({ start: (...input: unknown[]) => resolve(input) });
    // The one script under test, given what it names.
    // eslint-disable-next-line no-new-func
    new Function('document', 'load', script.replaceAll('import(', 'load('))(document, load);
  });
  return { hydrates: started[2], ...left };
}

describe('the start page', () => {
  const page = pageWithDirectStart('/index.html', PAGE);

  it('wakes the welcome screen to life for who has no account, or was invited', async () => {
    for (const mark of [undefined, '']) {
      const made = { node_ids: [0, 4], data: [null, null] };
      expect(await run(page, mark)).toEqual({ hydrates: made, markup: 'welcome' });
    }
  });

  it('starts with nothing of it where the list is shown', async () => {
    expect(await run(page, 'list')).toEqual({ hydrates: undefined, markup: '' });
    expect(await run(PAGE, 'list')).toMatchObject({ markup: 'welcome' });
  });

  it('is allowed by its policy, which allows the script as it was no more', () => {
    expect(htmlPolicy('/index.html', page)).toContain("style-src 'self'");
    expect(page).not.toContain(hash(SCRIPT));
  });

  it('is the same when done twice', () => {
    expect(pageWithDirectStart('/index.html', page)).toBe(page);
    expect(page).not.toBe(PAGE);
  });

  it('is the only page that changes', () => {
    expect(pageWithDirectStart('/restore.html', PAGE)).toBe(PAGE);
    expect(pageWithDirectStart('/index.html', '<p>Nothing</p>')).toBe('<p>Nothing</p>');
  });

  it('is not built when it is started in a way that is not known', () => {
    const other = pageOf(SCRIPT.replace('document.currentScript.parentElement', 'document.body'));
    expect(() => pageWithDirectStart('/index.html', other)).toThrow('not known');
  });
});
