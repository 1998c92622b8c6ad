// Opening a conversation of 100,000 messages, and coming back to a list of 500 conversations.
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { withApp, type BenchApp } from './app.ts';
import { coreNote, freeCorePercent, median } from './numbers.ts';
import { recordTasks, type PageTasks } from './page-tasks.ts';
import { openPlain, takeLook, timeBuilding, type Look } from './plain-page.ts';
import { withPlainSite } from './plain-site.ts';
import { makeAccount, openProfilePage, type ProfileScript } from './person.ts';
import type { Bench, BenchRow } from './types.ts';

const CONVERSATIONS = 500;
const MESSAGES = 100_000;
const LAST = 50;
const ROUNDS = 5;
const LIST_ROUNDS = 3;
const CPU_SLOWDOWN = 4;
const PATIENCE_MS = 60_000;

interface Filled {
  readonly conversationId: string;
  /** Reading and opening the last messages, milliseconds. */
  readonly storageMs: number[];
}

async function fill(context: BrowserContext, origin: string): Promise<Filled> {
  const page = await openProfilePage(context, origin);
  const filled = await page.evaluate(
    async ({ conversations, many, last }) => {
      const { bench } = globalThis as unknown as { bench: ProfileScript };
      const conversationId = await bench.fillHistory({ conversations, few: 2, many });
      // The app would do it beside what is measured.
      await bench.takeIntoIndex();
      return { conversationId, storageMs: await bench.timeLastMessages(conversationId, last, 21) };
    },
    { conversations: CONVERSATIONS, many: MESSAGES, last: LAST }
  );
  await page.close();
  return filled;
}

/** Milliseconds from a click on the conversation's row until its last message is laid out and painted. */
function timeOpening(page: Page, conversationId: string): Promise<number> {
  return page.evaluate(async (id) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const link = document.querySelector<HTMLAnchorElement>(`#list a[href$="${id}"]`);
    const begin = performance.now();
    link?.click();
    const isThere = () => {
      const log = document.querySelector('[role="log"]');
      const bubbles = log?.querySelectorAll('article') ?? [];
      const last = bubbles[bubbles.length - 1]?.getBoundingClientRect();
      return last !== undefined && last.height > 0 && last.top < innerHeight;
    };
    while (!isThere()) await frame();
    await frame();
    return performance.now() - begin;
  }, conversationId);
}

interface Opening {
  readonly times: number[];
  /** Of the list, and of the conversation that was opened. */
  readonly looks: { readonly list: Look; readonly chat: Look };
}

async function measureOpening(context: BrowserContext, origin: string, id: string): Promise<Opening> {
  const times: number[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  for (let round = 0; round < ROUNDS; round++) {
    // Nothing of it is in memory.
    await page.goto(`${origin}/chats`);
    await page.locator(`#list a[href$="${id}"]`).waitFor();
    times.push(await timeOpening(page, id));
  }
  const chat = await takeLook(page);
  await page.goto(`${origin}/chats`);
  await page.locator(`#list a[href$="${id}"]`).waitFor();
  const list = await takeLook(page);
  await page.close();
  return { times, looks: { list, chat } };
}

/** Milliseconds of building what an opened conversation shows, without the app. */
async function measureBuilding(context: BrowserContext, look: Look): Promise<number[]> {
  const page = await openPlain(context, look);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timeBuilding(page, look, LAST));
  await page.close();
  return times;
}

/** Runs in the page before everything else. */
function watchList(): void {
  const marks = { listMs: NaN };
  Object.assign(globalThis, { benchMarks: marks });
  const look = () => {
    const row = document.querySelector('#list li a');
    if (row && row.getBoundingClientRect().height > 0) {
      requestAnimationFrame(() => {
        marks.listMs = performance.now();
      });
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function openWatched(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript(watchList);
  return page;
}

/** Milliseconds from navigation until the list is on screen. */
async function untilList(page: Page, origin: string): Promise<number> {
  await page.goto(origin);
  const listMs = await page.waitForFunction(
    () => {
      const { benchMarks } = globalThis as unknown as { benchMarks: { listMs: number } };
      return Number.isNaN(benchMarks.listMs) ? null : benchMarks.listMs;
    },
    undefined,
    { polling: 100 }
  );
  return (await listMs.jsonValue()) as number;
}

async function timeList(context: BrowserContext, origin: string): Promise<number> {
  const page = await openWatched(context);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  const time = await untilList(page, origin);
  await page.close();
  return time;
}

async function tasksOfList(browser: Browser, context: BrowserContext, origin: string): Promise<PageTasks> {
  const page = await openWatched(context);
  const stop = await recordTasks(browser, page);
  await untilList(page, origin);
  const tasks = await stop();
  await page.close();
  return tasks;
}

async function measure({ browser, origin }: BenchApp): Promise<BenchRow[]> {
  const context = await browser.newContext();
  await makeAccount(context, origin);
  const { conversationId, storageMs } = await fill(context, origin);
  const free = coreNote(freeCorePercent());
  const { times: openings, looks } = await measureOpening(context, origin, conversationId);
  const buildings = await measureBuilding(context, looks.chat);
  const lists: number[] = [];
  const plainLists: number[] = [];
  await withPlainSite(context, looks.list, async (plainOrigin) => {
    for (let round = 0; round < LIST_ROUNDS; round++) {
      lists.push(await timeList(context, origin));
      plainLists.push(await timeList(context, plainOrigin));
    }
  });
  const tasks = await tasksOfList(browser, context, origin);
  await context.close();
  const among = `${MESSAGES.toLocaleString('en')} messages`;
  return [
    {
      what: `open a conversation of ${among}: its end on screen`,
      value: median(openings),
      unit: 'ms',
      atMost: 150,
      scales: true,
      note: `median of ${ROUNDS}, from the click; ${free}`
    },
    {
      what: 'the same against building and painting as much without an app',
      value: median(openings) / median(buildings),
      unit: '×',
      note: `${LAST} bubbles, header and composer as markup: ${median(buildings).toFixed(0)} ms`
    },
    {
      what: `read and open the last ${LAST} of ${among} in storage`,
      value: median(storageMs),
      unit: 'ms',
      atMost: 5,
      scales: true,
      note: `median of ${storageMs.length}, least ${Math.min(...storageMs).toFixed(1)} ms; ${free}`
    },
    {
      what: `repeat visit until a list of ${CONVERSATIONS} conversations shows`,
      value: median(lists) / 1000,
      unit: 's',
      atMost: 1,
      scales: true,
      note: `median of ${LIST_ROUNDS}; 4× CPU; ${free}`
    },
    {
      what: 'the same against a static page of the same rows',
      value: median(lists) / median(plainLists),
      unit: '×',
      note: `from the same gateway, kept by a service worker, 4× CPU: ${median(plainLists).toFixed(0)} ms`
    },
    {
      what: `processor time of the page for that, × ${CPU_SLOWDOWN}`,
      value: tasks.pageCpuSeconds * CPU_SLOWDOWN,
      unit: 's',
      atMost: 1,
      scales: true,
      note: `longest task ${tasks.longestCpuMs.toFixed(0)} ms before the slowdown; other programs do not lengthen it`
    }
  ];
}

export const bench: Bench = { name: 'open a conversation', run: () => withApp(measure) };
