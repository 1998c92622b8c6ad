// Feel of a long conversation (ux.md §6): scrolling through it and what memory that costs, going from chat to chat by
// keyboard, the own bubble, and typing. Scrolls for 40 seconds; BENCH_SCROLL_SECONDS=300 for five minutes.
import type { BrowserContext, CDPSession, Page } from '@playwright/test';
import { withApp, type BenchApp } from './app.ts';
import { coreNote, freeCorePercent, median, ninetieth } from './numbers.ts';
import { makeAccount, openProfilePage, type ProfileScript } from './person.ts';
import { openPlain, repeatLines, takeLook, timeBuilding, type Look } from './plain-page.ts';
import type { Bench, BenchRow } from './types.ts';

const CONVERSATIONS = 500;
const MESSAGES = 100_000;
const ROUNDS = 9;
const PATIENCE_MS = 60_000;
const SCROLL_SECONDS = Number(process.env.BENCH_SCROLL_SECONDS ?? 40);
/** Lines of the plain page, and for how long they last at the pace of the gesture, seconds. */
const PLAIN_LINES = 700;
const PLAIN_SECONDS = 8;
/** Messages of a chat in which one goes from chat to chat. */
const FEW = 2;
/** The heap is first looked at after this share of the time: a minute of five. */
const FIRST_LOOK = 0.2;

/** Scrolls back through the history for some seconds. @returns milliseconds between frames */
function scrollBack(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(async (forMs) => {
    const log = document.querySelector('[role="log"]') as HTMLElement;
    const gaps: number[] = [];
    const begin = performance.now();
    let last = begin;
    while (last - begin < forMs) {
      log.scrollTop -= 60;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      gaps.push(performance.now() - last);
      last = performance.now();
    }
    return gaps;
  }, seconds * 1000);
}

async function heapBytes(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize;
}

/** Milliseconds from a key until another chat has its last message on screen. */
function timeSwitch(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const before = location.pathname;
    const begin = performance.now();
    const key = { key: 'ArrowDown', code: 'ArrowDown', altKey: true, bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', key));
    const isThere = () => {
      const last = [...document.querySelectorAll('[role="log"] article')].at(-1)?.getBoundingClientRect();
      return location.pathname !== before && last !== undefined && last.height > 0 && last.top < innerHeight;
    };
    while (!isThere()) await frame();
    return performance.now() - begin;
  });
}

/** Milliseconds from pressing Send until the own bubble is laid out. */
function timeBubble(page: Page, words: string): Promise<number> {
  return page.evaluate(async (text) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const composer = document.querySelector('#composer') as HTMLTextAreaElement;
    composer.value = text;
    composer.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await frame();
    const begin = performance.now();
    composer.form?.requestSubmit();
    const isThere = () =>
      [...document.querySelectorAll('[role="log"] article')].at(-1)?.textContent?.includes(text) ?? false;
    while (!isThere()) await frame();
    return performance.now() - begin;
  }, words);
}

/** Milliseconds from a typed letter until the frame that shows it. */
function timeTyping(page: Page, letters: number): Promise<number[]> {
  return page.evaluate(async (count) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const composer = document.querySelector('#composer') as HTMLTextAreaElement;
    const times: number[] = [];
    for (let index = 0; index < count; index++) {
      await frame();
      const begin = performance.now();
      composer.value += 'a';
      composer.dispatchEvent(new InputEvent('input', { bubbles: true }));
      // What the letter costs the page before the next frame can be drawn.
      await Promise.resolve();
      composer.getBoundingClientRect();
      times.push(performance.now() - begin);
    }
    return times;
  }, letters);
}

/** Resolves once the page has nothing to do: what went before is not measured with what comes next. */
function calm(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (let quiet = 0; quiet < 3; quiet++) await new Promise((resolve) => requestIdleCallback(resolve));
  });
}

interface Plain {
  /** Milliseconds between frames. */
  readonly gaps: number[];
  /** Milliseconds of building a chat. */
  readonly buildings: number[];
}

/** The same gesture over as many lines as it passes, all laid out before; and what a chat of few lines takes. */
async function measurePlain(context: BrowserContext, looks: { long: Look; short: Look }): Promise<Plain> {
  const page = await openPlain(context, looks.long);
  const buildings: number[] = [];
  for (let round = 0; round < ROUNDS; round++) buildings.push(await timeBuilding(page, looks.short, FEW));
  await page.evaluate(
    ({ main, lines }) => {
      (document.querySelector('main') as HTMLElement).innerHTML = main;
      const log = document.querySelector('[role="log"]') as HTMLElement;
      log.innerHTML = lines;
      log.scrollTop = log.scrollHeight;
    },
    { main: looks.long.main, lines: repeatLines(looks.long, PLAIN_LINES) }
  );
  await calm(page);
  const gaps = await scrollBack(page, PLAIN_SECONDS);
  await page.close();
  return { gaps, buildings };
}

async function measure({ browser, origin }: BenchApp): Promise<BenchRow[]> {
  const context = await browser.newContext();
  await makeAccount(context, origin);
  const filling = await openProfilePage(context, origin);
  const id = await filling.evaluate(
    async (input) => {
      const { bench } = globalThis as unknown as { bench: ProfileScript };
      const conversationId = await bench.fillHistory(input);
      await bench.takeIntoIndex();
      return conversationId;
    },
    { conversations: CONVERSATIONS, few: FEW, many: MESSAGES }
  );
  await filling.close();
  const free = coreNote(freeCorePercent());

  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${origin}/chats`);
  await page.locator(`#list a[href$="${id}"]`).click();
  await page.locator('[role="log"] article').last().waitFor();
  const bubbles: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await calm(page);
    bubbles.push(await timeBubble(page, `own words ${round}`));
  }
  const typing = await timeTyping(page, 60);
  const cdp = await context.newCDPSession(page);
  const begun = await scrollBack(page, SCROLL_SECONDS * FIRST_LOOK);
  const early = await heapBytes(cdp);
  const rest = await scrollBack(page, SCROLL_SECONDS * (1 - FIRST_LOOK));
  const late = await heapBytes(cdp);
  const gaps = [...begun, ...rest];
  const long = await takeLook(page);
  const switches: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await calm(page);
    switches.push(await timeSwitch(page));
  }
  const plain = await measurePlain(context, { long, short: await takeLook(page) });
  await context.close();

  const among = `${MESSAGES.toLocaleString('en')} messages`;
  return [
    {
      what: `scroll back through ${among}: time of a frame`,
      value: ninetieth(gaps),
      unit: 'ms',
      atMost: 1000 / 60 + 1,
      note: `nine of ten of ${gaps.length}, longest ${Math.max(...gaps).toFixed(0)} ms; ${free}`
    },
    {
      what: 'the same against a plain page of the same lines, laid out before',
      value: ninetieth(gaps) / ninetieth(plain.gaps),
      unit: '×',
      note: `nine of ten of ${plain.gaps.length} there within ${ninetieth(plain.gaps).toFixed(1)} ms: what the browser itself takes`
    },
    {
      what: `heap after ${SCROLL_SECONDS} s of that, as a multiple of ${SCROLL_SECONDS * FIRST_LOOK} s`,
      value: late / early,
      unit: '×',
      atMost: 1.2,
      note: `${(late / 1_048_576).toFixed(1)} MiB; BENCH_SCROLL_SECONDS=300 for five minutes`
    },
    {
      what: 'go to another chat by keyboard: its end on screen',
      value: median(switches),
      unit: 'ms',
      atMost: 60,
      scales: true,
      note: `median of ${ROUNDS}, one of ${CONVERSATIONS} chats; ${free}`
    },
    {
      what: 'the same against building and painting as much without an app',
      value: median(switches) / median(plain.buildings),
      unit: '×',
      note: `${FEW} bubbles, header and composer as markup: ${median(plain.buildings).toFixed(0)} ms`
    },
    {
      what: 'send: the own bubble on screen',
      value: median(bubbles),
      unit: 'ms',
      atMost: 50,
      scales: true,
      note: `median of ${ROUNDS}; ${free}`
    },
    {
      what: 'type a letter',
      value: ninetieth(typing),
      unit: 'ms',
      atMost: 16,
      scales: true,
      note: `nine of ten of ${typing.length}; ${free}`
    }
  ];
}

export const bench: Bench = { name: 'feel of a long conversation', run: () => withApp(measure) };
