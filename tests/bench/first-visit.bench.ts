// What a first visit costs in bytes and time, and a second one in time, with the network and processor of a cheap phone.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, CDPSession, Page } from '@playwright/test';
import { BUILD, withApp, type BenchApp } from './app.ts';
import { coreNote, freeCorePercent, median } from './numbers.ts';
import type { Bench, BenchRow } from './types.ts';

const VISITS = 3;
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8
};
const CPU_SLOWDOWN = 4;

interface Marks {
  /** Milliseconds after navigation began; NaN until it happened. */
  visibleMs: number;
  /** The page's code runs and asks for the engine: from here on the button does something. */
  workingMs: number;
}

/** Runs in the page before everything else. */
function watch(): void {
  const marks: Marks = { visibleMs: NaN, workingMs: NaN };
  Object.assign(globalThis, { benchMarks: marks });
  const look = () => {
    const button = [...document.querySelectorAll('button')].find((element) =>
      element.textContent.includes('Create account')
    );
    if (button && button.checkVisibility() && button.getBoundingClientRect().height > 0) {
      // Laid out in this frame, on screen with the next.
      requestAnimationFrame(() => {
        marks.visibleMs = performance.now();
      });
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  globalThis.Worker = class extends Worker {
    constructor(...input: ConstructorParameters<typeof Worker>) {
      super(...input);
      if (Number.isNaN(marks.workingMs)) marks.workingMs = performance.now();
    }
  };
}

async function visit(page: Page, origin: string): Promise<Marks> {
  await page.goto(origin);
  const marks = await page.waitForFunction(
    () => {
      const { benchMarks } = globalThis as unknown as { benchMarks: Marks };
      return Number.isNaN(benchMarks.visibleMs) || Number.isNaN(benchMarks.workingMs) ? null : benchMarks;
    },
    undefined,
    { polling: 100 }
  );
  return (await marks.jsonValue()) as Marks;
}

async function openPage(context: BrowserContext): Promise<{ page: Page; cdp: CDPSession }> {
  const page = await context.newPage();
  await page.addInitScript(watch);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  return { page, cdp };
}

/** Every answer the page got until now, by address. */
function recordTransfers(cdp: CDPSession) {
  const requests = new Map<string, { path: string; type: string; bytes: number; atMs: number }>();
  cdp.on('Network.responseReceived', ({ requestId, response, timestamp }) => {
    const path = new URL(response.url).pathname;
    requests.set(requestId, { path, type: response.mimeType, bytes: 0, atMs: timestamp * 1000 });
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const request = requests.get(requestId);
    if (request) request.bytes = encodedDataLength;
  });
  return {
    /** Scripts and styles. */
    code: () => [...requests.values()].filter(({ type }) => /javascript|css/.test(type))
  };
}

/** Size of what is served at an address, compressed with gzip where that is smaller. */
async function gzipBytes(path: string): Promise<number> {
  const name = path.endsWith('/') ? `${path}index.html` : path;
  const file = join(BUILD, /\.[a-z0-9]+$/i.test(name) ? name : `${name}.html`);
  const twin = await stat(`${file}.gz`).catch(() => null);
  return (twin ?? (await stat(file))).size;
}

async function sum(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(gzipBytes));
  return sizes.reduce((total, size) => total + size, 0);
}

/** Addresses of everything the service worker keeps, once it is in charge. */
async function precachedPaths(page: Page): Promise<string[]> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.includes('precache'));
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
}

async function measureBytes({ browser, origin }: BenchApp): Promise<BenchRow[]> {
  const context = await browser.newContext();
  try {
    const { page, cdp } = await openPage(context);
    // Slow, so that what comes after the first screen is told from what comes before it. The engine's own script and
    // what follows it are not part of the first screen.
    await cdp.send('Network.emulateNetworkConditions', SLOW_4G);
    const transfers = recordTransfers(cdp);
    // Sizes arrive after the worker is seen, so what is recorded is kept by reference.
    const untilWorking = page.waitForEvent('worker').then(() => transfers.code());
    await visit(page, origin);
    const first = (await untilWorking).filter(({ path }) => !path.includes('/workers/'));
    if (first.length === 0) throw new Error('no script or style was seen on the way to the first screen');
    const transferred = first.reduce((total, { bytes }) => total + bytes, 0);
    await cdp.send('Network.emulateNetworkConditions', {
      ...SLOW_4G,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1
    });
    const precached = await precachedPaths(page);
    const html = await gzipBytes('/');
    return [
      {
        what: 'first visit: JS + CSS until Create account works, gz',
        value: (await sum(first.map(({ path }) => path))) / 1000,
        unit: 'kB',
        atMost: 120,
        note: `${first.length} files; the page holds the screen itself: ${(html / 1000).toFixed(1)} kB gz`
      },
      {
        what: 'the same as transferred, headers included',
        value: transferred / 1000,
        unit: 'kB',
        note: 'brotli'
      },
      {
        what: 'all precached files, gz',
        value: (await sum(precached)) / 1_000_000,
        unit: 'MB',
        atMost: 1.5,
        note: `${precached.length} files`
      }
    ];
  } finally {
    await context.close();
  }
}

async function timedVisits({ browser, origin }: BenchApp): Promise<{ first: Marks; repeat: Marks }> {
  const context = await browser.newContext();
  const slowly = async () => {
    const { page, cdp } = await openPage(context);
    await cdp.send('Network.emulateNetworkConditions', SLOW_4G);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    return { marks: await visit(page, origin), page, cdp };
  };
  try {
    const { marks: first, page, cdp } = await slowly();
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.close();
    const { marks: repeat } = await slowly();
    return { first, repeat };
  } finally {
    await context.close();
  }
}

async function measureTimes(app: BenchApp): Promise<BenchRow[]> {
  const firsts: Marks[] = [];
  const repeats: Marks[] = [];
  const free: number[] = [];
  for (let round = 0; round < VISITS; round++) {
    free.push(freeCorePercent());
    const { first, repeat } = await timedVisits(app);
    firsts.push(first);
    repeats.push(repeat);
  }
  const note = `median of ${VISITS}; 4× CPU, 1.6 Mbit/s, 150 ms; ${coreNote(median(free))}`;
  const seconds = (marks: Marks[], name: keyof Marks) => median(marks.map((mark) => mark[name])) / 1000;
  return [
    {
      what: 'first visit until Create account is visible',
      value: seconds(firsts, 'visibleMs'),
      unit: 's',
      atMost: 1.8,
      note
    },
    { what: 'first visit until it works', value: seconds(firsts, 'workingMs'), unit: 's' },
    {
      what: 'repeat visit until Create account is visible',
      value: seconds(repeats, 'visibleMs'),
      unit: 's',
      atMost: 0.75,
      note
    },
    { what: 'repeat visit until it works', value: seconds(repeats, 'workingMs'), unit: 's' }
  ];
}

export const bench: Bench = {
  name: 'first visit',
  run: () => withApp(async (app) => [...(await measureBytes(app)), ...(await measureTimes(app))])
};
