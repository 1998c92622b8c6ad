// Coming back to 10,000 waiting messages: from the swarm into rows, with the page usable all the while.
import type { Page } from '@playwright/test';
import { createCryptoBackend } from '../../src/lib/crypto/index.ts';
import { fillSwarm } from '../support/waiting-messages.ts';
import { withApp, type BenchApp } from './app.ts';
import { coreNote, freeCorePercent } from './numbers.ts';
import { recordTasks } from './page-tasks.ts';
import { makeAccount, openProfilePage, type ProfileScript } from './person.ts';
import type { Bench, BenchRow } from './types.ts';

const WAITING = 10_000;
const SENDERS = 20;
const PATIENCE_MS = 90_000;

/** Resolves with the time, milliseconds since 1970, when the page's database holds all messages. */
function untilStored(page: Page, count: number): Promise<number> {
  return page.evaluate(async (wanted) => {
    const databases = await indexedDB.databases();
    const name = databases
      .map((database) => database.name ?? '')
      .find((text) => text.startsWith('onionskin-'));
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name as string);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error as DOMException);
    });
    const stored = () =>
      new Promise<number>((resolve) => {
        const request = db.transaction('messages').objectStore('messages').count();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(-1);
      });
    while ((await stored()) < wanted) await new Promise((resolve) => setTimeout(resolve, 50));
    const atMs = Date.now();
    db.close();
    return atMs;
  }, count);
}

/** Time of the first question for messages that reaches a node, milliseconds since 1970. */
function firstRetrieve({ stack }: BenchApp): Promise<number> {
  return new Promise((resolve) => {
    const stop = stack.localnet.onOpened(({ role, plaintext }) => {
      if (role !== 'final' || !Buffer.from(plaintext).includes('"retrieve"')) return;
      stop();
      resolve(Date.now());
    });
  });
}

async function measure(app: BenchApp): Promise<BenchRow[]> {
  const { browser, origin, stack } = app;
  const context = await browser.newContext({ serviceWorkers: 'block' });
  await makeAccount(context, origin);
  const filler = await openProfilePage(context, origin);
  const accountId = await filler.evaluate(() =>
    (globalThis as unknown as { bench: ProfileScript }).bench.ownAccountId()
  );
  await filler.close();
  const crypto = await createCryptoBackend();
  await fillSwarm(stack.localnet, crypto, { accountId, count: WAITING, senders: SENDERS, nowMs: Date.now() });

  const free = freeCorePercent();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const asked = firstRetrieve(app);
  await page.goto(`${origin}/chats`);
  const beginMs = await asked;
  const stopTrace = await recordTasks(browser, page);
  const endMs = await untilStored(page, WAITING);
  const rows = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /Sender/ });
  await rows.nth(SENDERS - 1).waitFor();
  const tasks = await stopTrace();
  await context.close();
  const seconds = (endMs - beginMs) / 1000;
  return [
    {
      what: `backlog: ${WAITING.toLocaleString('en')} waiting messages into rows`,
      value: seconds,
      unit: 's',
      atMost: 4,
      note: `network, gateway and browser on the same cores; ${coreNote(free)}`
    },
    {
      what: 'meanwhile: longest task of the page, processor time',
      value: tasks.longestCpuMs,
      unit: 'ms',
      atMost: 50,
      note: `${tasks.blocking} over 50 ms; longest by the clock ${tasks.longestMs.toFixed(0)} ms`
    },
    {
      what: 'meanwhile: the engine, processor time without that of WebCrypto',
      value: tasks.workerCpuSeconds,
      unit: 's'
    }
  ];
}

export const bench: Bench = { name: 'backlog in the browser', run: () => withApp(measure) };
