// A script in a dedicated worker of Chromium, on an origin that allows cryptography.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from '@playwright/test';
import { LAUNCH_OPTIONS } from '../e2e/launch.ts';
import { bundleScript } from './browser-script.ts';

async function serveWorker(script: string): Promise<{ origin: string; close(): void }> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/worker.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><title>bench</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    }
  };
}

/**
 * Runs a file beside this one in a dedicated worker of Chromium.
 * @returns what it posts as `figures`
 */
export async function runInWorker<Figures>(file: string): Promise<Figures> {
  const site = await serveWorker(await bundleScript(file));
  const browser = await chromium.launch(LAUNCH_OPTIONS);
  try {
    const page = await browser.newPage();
    await page.goto(site.origin);
    return await page.evaluate(
      () =>
        new Promise<Figures>((resolve, reject) => {
          const worker = new Worker('/worker.js');
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = ({ data }: MessageEvent<{ figures?: Figures; failure?: string }>) =>
            data.figures !== undefined ? resolve(data.figures) : reject(new Error(data.failure));
        })
    );
  } finally {
    await browser.close();
    site.close();
  }
}
