// Smoke runs in Firefox ESR and WebKitGTK: the built app over real nodes. Ends with a counting line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startFirefox } from './lib/browsers/firefox.ts';
import { story } from './lib/browsers/story.ts';
import { startWebKit } from './lib/browsers/webkit.ts';
import type { Browser } from './lib/browsers/driver.ts';
import { startStack } from './lib/stack.ts';

const BUILD = join(import.meta.dirname, '../build');
const PACKAGES = {
  'firefox-esr': 'firefox-esr',
  WebKitWebDriver: 'webkit2gtk-driver',
  'xvfb-run': 'xvfb',
  xauth: 'xauth'
};

const isThere = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const missing = () =>
  Object.entries(PACKAGES)
    .filter(([program]) => !isThere(program))
    .map(([, name]) => name);

/** @returns the packages that are still missing */
function install(): string[] {
  const wanted = missing();
  if (wanted.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return wanted;
  console.log(`Installing ${wanted.join(', ')} (apt) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  spawnSync('apt-get', ['-qq', 'update'], { env, stdio: [...stdio] });
  spawnSync('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...wanted], {
    env,
    stdio: [...stdio]
  });
  return missing();
}

const BROWSERS: readonly { name: string; start: () => Promise<Browser> }[] = [
  { name: 'Firefox', start: startFirefox },
  { name: 'WebKitGTK', start: startWebKit }
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The steps of the story in one browser; after one that fails the others are skipped. */
async function smoke(
  { name, start }: (typeof BROWSERS)[number],
  origin: string,
  counts: Counts
): Promise<void> {
  const steps = story(origin);
  let browser: Browser | null = null;
  let done = 0;
  try {
    browser = await start();
    for (const step of steps) {
      const startedMs = performance.now();
      await step.run(browser);
      done += 1;
      console.log(`✓ ${name}: ${step.name} (${Math.round(performance.now() - startedMs)} ms)`);
    }
  } catch (error) {
    counts.failed += 1;
    counts.skipped += steps.length - done - 1;
    console.log(
      `✗ ${name}: ${steps[done]?.name ?? ''}: ${error instanceof Error ? error.message : String(error)}`
    );
  } finally {
    counts.passed += done;
    await browser?.close();
  }
}

async function main(): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const lacking = install();
  if (lacking.length > 0) {
    console.log(`These packages are needed, and only root can install them: ${lacking.join(', ')}.`);
    return { ...counts, failed: 1 };
  }
  const stack = await startStack({ network: 'local', staticDirectory: BUILD });
  try {
    for (const browser of BROWSERS) await smoke(browser, stack.origin, counts);
  } finally {
    await stack.close();
  }
  return counts;
}

const { passed, failed, skipped } = await main();
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
