// The start page for who has an account: static/before-paint.js has given the page the list's address by then, so Kit starts there
// with nothing of the welcome screen, instead of waking that to life only to leave it.
import { integrityOf, replaceInPolicy } from './integrity.mjs';

/** Kit's inline script, and in it how it starts a page whose markup was made at build time. */
const INLINE_SCRIPT = /<script>([^<]*?\bkit\.start\(app, element, \{[^<]*?)<\/script>/;
const ELEMENT = /const element = document\.currentScript\.parentElement;/;
const START = /kit\.start\(app, element, (\{[\s\S]*?\})\);/;

/** Where static/before-paint.js says that the list is shown. */
const AT_LIST = 'document.documentElement.dataset.hasAccount === "list"';

/**
 * The start page with Kit's script changed; any other page, and one that was changed already, as it is.
 * @param {string} path of the file, from the root of the site @param {string} html
 * @throws Error when Kit's script is not as it was known
 */
export function pageWithDirectStart(path, html) {
  if (path !== '/index.html' || html.includes(AT_LIST)) return html;
  const script = INLINE_SCRIPT.exec(html)?.[1];
  // A page without Kit starts nothing.
  if (script === undefined && !html.includes('kit.start')) return html;
  if (script === undefined || !ELEMENT.test(script) || !START.test(script)) {
    throw new Error(`${path} is started in a way that is not known`);
  }
  const direct = script
    .replace(
      ELEMENT,
      (element) => `${element}\nconst atList = ${AT_LIST};\nif (atList) element.replaceChildren();`
    )
    .replace(START, (_, made) => `kit.start(app, element, atList ? undefined : ${made});`);
  const page = html.replace(`<script>${script}</script>`, () => `<script>${direct}</script>`);
  return replaceInPolicy(page, integrityOf(direct), integrityOf(script));
}
