import { defineConfig, devices } from '@playwright/test';
import { LAUNCH_OPTIONS } from './tests/e2e/launch.ts';

/** Stories and checks that are too long for every run carry this tag. */
const FULL_ONLY = /@full/;
/** What does not depend on the size of the window runs at desktop size alone. */
const ONCE = /@once/;
/** What a window in between may show differently from both others; the rest is the same as on the one or the other. */
const TABLET = /@tablet/;
const isFull = process.env.E2E_FULL === '1';

/** JSON for the counting line of scripts/test.mjs. */
const reportFile = process.env.E2E_REPORT;

const phone = { ...devices['Pixel 7'], defaultBrowserType: 'chromium' as const };

export default defineConfig({
  testDir: 'tests/e2e',
  testIgnore: process.env.PICTURES ? [] : ['**/pictures.spec.ts'],
  outputDir: 'test-results/e2e',
  // Two at a time; each worker has a network of its own.
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: reportFile ? [['list'], ['json', { outputFile: reportFile }]] : [['list']],
  grepInvert: isFull ? undefined : FULL_ONLY,
  use: { launchOptions: LAUNCH_OPTIONS, trace: 'off', screenshot: 'only-on-failure' },
  // Each story once at desktop size; a phone pass over those tagged @phone; everything in both in the full run.
  projects: [
    { name: 'desktop', use: { ...devices['Desktop Chrome'], viewport: { width: 1280, height: 800 } } },
    { name: 'phone', use: phone, grep: isFull ? undefined : /@phone/, ...(isFull && { grepInvert: ONCE }) },
    ...(isFull
      ? [{ name: 'tablet', use: { ...phone, viewport: { width: 834, height: 1112 } }, grep: TABLET }]
      : [])
  ]
});
