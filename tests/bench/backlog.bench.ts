// Coming back to 10,000 waiting messages of contacts, classic ones and forward-secret ones: from the swarm into rows, with the page
// usable all the while.
import type { BrowserContext, Page } from '@playwright/test';
import type { AccountId } from '../../src/lib/account-id.ts';
import {
  createAccountSeed,
  createCryptoBackend,
  deriveIdentity,
  type CryptoBackend
} from '../../src/lib/crypto/index.ts';
import { openAnnouncement, OWN_PROFILE, type PublicKeys } from '../../src/lib/hfs/index.ts';
import { fillSwarm } from '../support/waiting-messages.ts';
import { withApp, type BenchApp } from './app.ts';
import { coreNote, freeCorePercent } from './numbers.ts';
import { recordTasks } from './page-tasks.ts';
import { makeAccount, openProfilePage, type ProfileScript } from './person.ts';
import type { Bench, BenchRow } from './types.ts';

const WAITING = 10_000;
const SENDERS = 20;
const PATIENCE_MS = 90_000;
const LOOK_EVERY_MS = 100;

type Kind = 'classic' | 'forward-secret';

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

/** Keeps the page open until its account has announced keys. */
async function announce(page: Page, localnet: BenchApp['stack']['localnet']): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: 'Privacy', exact: true }).first().click();
  await page.getByRole('switch', { name: 'Forward secret + post-quantum' }).setChecked(true);
  await page.getByRole('link', { name: 'Profile', exact: true }).first().click();
  const shown = page.getByLabel('Your Account ID', { exact: true }).first();
  const accountId = (await shown.innerText()).replace(/\s+/g, '');
  const deadline = performance.now() + PATIENCE_MS;
  while (localnet.stored(accountId, OWN_PROFILE.announcementNamespace).length === 0) {
    if (performance.now() > deadline) throw new Error('no keys were announced');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function announcedBy(
  { stack }: BenchApp,
  crypto: CryptoBackend,
  accountId: AccountId
): Promise<PublicKeys> {
  const [item] = stack.localnet.stored(accountId, OWN_PROFILE.announcementNamespace);
  if (!item) throw new Error('no keys were announced');
  const announcement = await openAnnouncement(crypto, item.data, accountId);
  if (!announcement?.publicKeys) throw new Error('no keys are in the announcement');
  return announcement.publicKeys;
}

/** An account with contacts who have written, and closed all the while. */
async function fill(app: BenchApp, context: BrowserContext, kind: Kind): Promise<void> {
  const { origin, stack } = app;
  const crypto = await createCryptoBackend();
  const isHybrid = kind === 'forward-secret';
  await makeAccount(context, origin, isHybrid ? (page) => announce(page, stack.localnet) : undefined);
  const senders = Array.from({ length: SENDERS }, () => deriveIdentity(createAccountSeed(crypto.random)));
  const filler = await openProfilePage(context, origin);
  const accountId = await filler.evaluate(
    async (friends) => {
      const { bench } = globalThis as unknown as { bench: ProfileScript };
      await bench.befriend(friends);
      return bench.ownAccountId();
    },
    senders.map((sender) => sender.accountId)
  );
  await filler.close();
  const publicKeys = isHybrid ? await announcedBy(app, crypto, accountId) : null;
  const nowMs = Date.now();
  await fillSwarm(stack.localnet, crypto, { accountId, count: WAITING, senders, publicKeys, nowMs });
}

async function measure(app: BenchApp, kind: Kind): Promise<BenchRow[]> {
  const { browser, origin } = app;
  const context = await browser.newContext({ serviceWorkers: 'block' });
  await fill(app, context, kind);

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
  const words = kind === 'classic' ? 'waiting messages' : 'forward-secret waiting messages';
  return [
    {
      what: `backlog: ${WAITING.toLocaleString('en')} ${words} into rows`,
      value: seconds,
      unit: 's',
      ...(kind === 'classic' && { atMost: 4, scales: true }),
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
      what: 'meanwhile: the engine, processor time',
      value: tasks.workerCpuSeconds,
      unit: 's',
      note: 'with that of WebCrypto, which Chromium computes in the thread that asks'
    }
  ];
}

export const bench: Bench = {
  name: 'backlog',
  run: () =>
    withApp(async (app) => [...(await measure(app, 'classic')), ...(await measure(app, 'forward-secret'))])
};
