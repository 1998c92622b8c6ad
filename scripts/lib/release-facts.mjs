// What a release manifest says of its build: enough to build the same again, and what changed. Nothing in it depends on
// the time, the machine or the folder.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.mjs';
import { SETTINGS, sourceDigest } from './sources.mjs';

/** Packages whose version decides what comes out of a build. */
const TOOLS = ['@sveltejs/kit', 'svelte', 'vite', 'typescript'];
/** Bounds of what a page shows of a version it does not run yet (src/lib/release.ts). */
const MAX_CHANGES = 50;
const MAX_CHANGE_LENGTH = 500;

/**
 * What changed, of the newest version in a change log: its points, each in one line.
 * @param {string} text of CHANGELOG.md
 */
export function newestChanges(text) {
  const [, section = ''] = text.split(/^## .*$/m);
  return section
    .split(/^- /m)
    .slice(1)
    .map((point) => point.replace(/\s+/g, ' ').trim().slice(0, MAX_CHANGE_LENGTH))
    .slice(0, MAX_CHANGES);
}

/** @returns {{ build: object, changes: string[] }} */
export function releaseFacts(environment = process.env, root = ROOT) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const tools = TOOLS.map((name) => [name, lock.packages[`node_modules/${name}`].version]);
  const settings = Object.entries(SETTINGS).map(([name, usual]) => [name, environment[name] || usual]);
  const log = join(root, 'CHANGELOG.md');
  return {
    build: {
      sources: sourceDigest(environment, root),
      settings: Object.fromEntries(settings),
      tools: Object.fromEntries(tools)
    },
    changes: existsSync(log) ? newestChanges(readFileSync(log, 'utf8')) : []
  };
}
