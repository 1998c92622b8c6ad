// nginx and Caddy as Debian packages them, for trying the documented configurations: those that are installed, else the
// packages unpacked below .cache, which changes nothing on the machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.mjs';

const PROGRAMS = { nginx: 'usr/sbin/nginx', caddy: 'usr/bin/caddy' };
const APT_TIMEOUT_MS = 120_000;

function quiet(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: 'ignore', timeout: APT_TIMEOUT_MS }).status === 0;
}

/** @param {'nginx' | 'caddy'} name @returns {string | null} path of the program; null where it cannot be had */
export function findWebServer(name) {
  const installed = join('/', PROGRAMS[name]);
  if (existsSync(installed)) return installed;
  const folder = join(ROOT, '.cache/web-servers', name);
  const program = join(folder, PROGRAMS[name]);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const isLoaded =
    quiet('apt-get', ['download', name], folder) ||
    (quiet('apt-get', ['update'], folder) && quiet('apt-get', ['download', name], folder));
  if (!isLoaded) return null;
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.deb'))) {
    quiet('dpkg-deb', ['-x', file, '.'], folder);
  }
  return existsSync(program) && spawnSync(program, [name === 'nginx' ? '-v' : 'version']).status === 0
    ? program
    : null;
}
