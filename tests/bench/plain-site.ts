// A static page with the look of the list, from the same gateway and kept by a service worker: what a repeat visit costs before
// anything is an app.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';
import { startStack } from '../../scripts/lib/stack.ts';
import { silentLog } from '../../src/lib/log.ts';
import { plainDocument, type Look } from './plain-page.ts';

const WORKER = `
const FILES = ['/', '/plain.css'];
addEventListener('install', (event) => event.waitUntil(caches.open('plain').then((cache) => cache.addAll(FILES))));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) =>
  event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)))
);`;

async function write(directory: string, look: Look): Promise<void> {
  const files: Record<string, [type: string, text: string]> = {
    '/index.html': ['text/html', plainDocument(look, '<link rel="stylesheet" href="/plain.css">')],
    '/plain.css': ['text/css', look.css],
    '/service-worker.js': ['text/javascript', WORKER]
  };
  const headers: Record<string, unknown> = {};
  for (const [path, [type, text]] of Object.entries(files)) {
    await writeFile(join(directory, path), text);
    headers[path] = { headers: { 'content-type': `${type}; charset=utf-8`, etag: '"plain"' }, encodings: [] };
  }
  await writeFile(join(directory, 'headers.json'), JSON.stringify({ common: {}, files: headers }));
}

/** Runs `measure` with the page visited once, so that its service worker is in charge. */
export async function withPlainSite<Result>(
  context: BrowserContext,
  look: Look,
  measure: (origin: string) => Promise<Result>
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'plain-site-'));
  try {
    await write(directory, look);
    const stack = await startStack({ network: 'local', staticDirectory: directory, log: silentLog });
    try {
      const page = await context.newPage();
      await page.goto(stack.origin);
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('/service-worker.js');
        if (navigator.serviceWorker.controller) return;
        await new Promise((resolve) =>
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true })
        );
      });
      await page.close();
      return await measure(stack.origin);
    } finally {
      await stack.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
