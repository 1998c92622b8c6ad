// The digest of everything a build is made from: it names the build and tells a stale one.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BUILD, ROOT } from './project.mjs';

const INPUTS = [
  'src',
  'static',
  'CHANGELOG.md',
  'scripts/build.mjs',
  'scripts/lib',
  'package.json',
  'package-lock.json',
  'svelte.config.js',
  'vite.config.ts',
  'tsconfig.json'
];

/** Settings of the environment that end up inside a build, with what they are when nothing is said. */
export const SETTINGS = { ONIONSKIN_GATEWAYS: '', ONIONSKIN_NETWORK: 'mainnet', ONIONSKIN_RELEASE_KEY: '' };

function filesBelow(path) {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** SHA-256 (hex) over the paths and contents of all sources and the settings. */
export function sourceDigest(environment = process.env, root = ROOT) {
  const hash = createHash('sha256');
  const paths = INPUTS.map((input) => join(root, input))
    .filter((path) => existsSync(path))
    .flatMap((path) => (/\.[a-z]+$/.test(path) ? [path] : filesBelow(path)))
    .map((path) => relative(root, path).split(sep).join('/'))
    .sort();
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  for (const [name, usual] of Object.entries(SETTINGS))
    hash.update(`${name}=${environment[name] || usual}\0`);
  return hash.digest('hex');
}

/** Version of a build: that of the package, and a digest, since two builds may share the first. */
export function buildVersion(digest, root = ROOT) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${version}-${digest.slice(0, 12)}`;
}

/** Whether `build/` was finished from these very sources. */
export function isBuildFresh(environment = process.env) {
  const manifest = join(BUILD, 'release-manifest.json');
  if (!existsSync(manifest)) return false;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version === buildVersion(sourceDigest(environment));
}
