// The smoke story: an account, a message to Echo, its answer, all still there after a reload.
import { waitFor, type Browser } from './driver.ts';

const TEXT = 'Hello from another engine';

/** Expressions for the page; controls are found by the names that are a contract (ux.md §7). */
const button = (name: string) =>
  `[...document.querySelectorAll('button, a')].find((it) => (it.getAttribute('aria-label') ?? it.textContent).trim() === ${JSON.stringify(name)})`;
const write = (field: string, text: string) =>
  `((it) => { it.value = ${JSON.stringify(text)}; it.dispatchEvent(new Event('input', { bubbles: true })); })(${field})`;
const then = (...steps: string[]) => `(${steps.join(', ')}, true)`;

const NAME = `document.querySelector('input#display-name')`;
const MESSAGE = `document.querySelector('textarea[aria-label="Message"]')`;
const BUBBLES = `[...document.querySelectorAll('[role=log] article')].filter((it) => it.textContent.includes(${JSON.stringify(TEXT)}))`;

export interface Step {
  readonly name: string;
  run(browser: Browser): Promise<void>;
}

/** @param origin where the app is served */
export function story(origin: string): Step[] {
  return [
    {
      name: 'the app opens',
      async run(browser) {
        await browser.open(`${origin}/`);
        await waitFor(browser, 'the first screen', `${NAME} !== null`);
      }
    },
    {
      name: 'an account is created',
      async run(browser) {
        const create = then(write(NAME, 'Ana'), `${button('Create account')}.click()`);
        // Before the app has loaded the form does nothing.
        await waitFor(
          browser,
          'the list',
          `location.pathname === '/chats' || (${NAME} && ${create} && false)`
        );
      }
    },
    {
      name: 'a message to Echo is sent',
      async run(browser) {
        await waitFor(browser, 'Echo', `${button('Write')} && ${then(`${button('Write')}.click()`)}`);
        await waitFor(browser, 'the composer', `${MESSAGE} !== null`);
        await browser.evaluate(then(write(MESSAGE, TEXT)));
        await browser.evaluate(then(`${button('Send message')}.click()`));
        await waitFor(
          browser,
          'sent',
          `${BUBBLES}.some((it) => it.getAttribute('aria-label').endsWith('Sent'))`
        );
      }
    },
    {
      name: 'Echo answers',
      run: (browser) => waitFor(browser, 'the answer', `${BUBBLES}.length === 2`)
    },
    {
      name: 'a reload keeps both',
      async run(browser) {
        await browser.open(String(await browser.evaluate('location.href')));
        await waitFor(browser, 'both messages', `${BUBBLES}.length === 2`);
      }
    },
    {
      name: 'the service worker is in charge',
      run: (browser) =>
        waitFor(browser, 'a controller', `navigator.serviceWorker.controller?.state === 'activated'`)
    }
  ];
}
