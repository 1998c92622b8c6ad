// Installs what the lockfile names, and a Chromium for the browser tests, if they are missing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError, ROOT, binary, findNode, nodePackage, run } from './project.mjs';

/** Packages by folder, of a lockfile; empty when there is none. */
function packagesOf(path) {
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
}

/** Optional, like all packages for one kind of machine only, but needed on that kind. */
const NODE_FOLDER = `node_modules/${nodePackage()}`;

/**
 * Whether node_modules holds exactly what the lockfile names. npm keeps its own account of what it installed;
 * comparing contents, not times, survives a clone, a checkout and a cache.
 */
export function isInstalled(root = ROOT) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(([folder, wants]) => {
    if (folder === '') return true;
    const has = present[folder];
    if (!has) return wants.optional === true && folder !== NODE_FOLDER;
    return has.version === wants.version && has.integrity === wants.integrity;
  });
}

/** Runs `npm ci` unless everything is there. npm itself runs on the Node that called us. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing packages (npm ci) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const isScript = npm !== undefined && /\.[cm]?js$/.test(npm);
  const code = isScript
    ? await run(process.execPath, [npm, ...args])
    : await run('npm', args, { shell: process.platform === 'win32' });
  if (code !== 0) throw new PlainError(`npm ci failed with code ${code}.`);
}

const INSTALLED_CHROMIUMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
];

/** Path of a Chromium that is already here, or null. */
export async function findChromium(environment = process.env) {
  if (environment.CHROMIUM) {
    if (existsSync(environment.CHROMIUM)) return environment.CHROMIUM;
    throw new PlainError(`CHROMIUM names "${environment.CHROMIUM}", which does not exist.`);
  }
  const installed = INSTALLED_CHROMIUMS.find((path) => existsSync(path));
  if (installed) return installed;
  const { chromium } = await import('@playwright/test');
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : null;
}

/** A Chromium: an installed one, else Debian's package when root, else Playwright's. Resolves with its path. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log('Installing Chromium (apt) …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
    const updated = await run('apt-get', ['-qq', 'update'], quiet);
    if (updated === 0) {
      await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'chromium'], quiet);
    }
    const fromDebian = await findChromium();
    if (fromDebian) return fromDebian;
  }
  console.log('Installing Chromium (Playwright) …');
  await run(findNode(), [binary('@playwright/test', 'cli.js'), 'install', 'chromium']);
  const fromPlaywright = await findChromium();
  if (fromPlaywright) return fromPlaywright;
  throw new PlainError('No Chromium: install one, or name it in the environment variable CHROMIUM.');
}
