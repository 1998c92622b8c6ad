// How the browser of the tests is started (scripts/test.mjs finds or installs it and names it in CHROMIUM).
import type { LaunchOptions } from '@playwright/test';

export const LAUNCH_OPTIONS: LaunchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync'
  ]
};
