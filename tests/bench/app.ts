// The built app behind the real gateway over real nodes, and a browser to visit it with.
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import type { Localnet } from '../../localnet/index.ts';
import { startStack, type Stack } from '../../scripts/lib/stack.ts';
import { silentLog } from '../../src/lib/log.ts';
import { LAUNCH_OPTIONS } from '../e2e/launch.ts';

/** The build that is measured; `BENCH_BUILD` names another one to compare with. */
export const BUILD = process.env.BENCH_BUILD ?? join(import.meta.dirname, '../../build');

export interface BenchApp {
  readonly stack: Stack & { readonly localnet: Localnet };
  readonly origin: string;
  readonly browser: Browser;
}

/** Runs `measure` with everything started, and stops it all whatever happens. */
export async function withApp<Result>(measure: (app: BenchApp) => Promise<Result>): Promise<Result> {
  const stack = await startStack({ network: 'local', staticDirectory: BUILD, log: silentLog });
  try {
    const browser = await chromium.launch(LAUNCH_OPTIONS);
    try {
      return await measure({ stack: stack as BenchApp['stack'], origin: stack.origin, browser });
    } finally {
      await browser.close();
    }
  } finally {
    await stack.close();
  }
}
