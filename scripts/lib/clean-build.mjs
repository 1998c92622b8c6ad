// A clean build of these sources in a folder of its own, so that nothing left over from work gets into it.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PlainError, ROOT, capture } from './project.mjs';

/** Made by a run of something, not by people. */
const LEFT_OUT = ['node_modules', '.git', '.svelte-kit', 'build', '.onionskin', '.cache', 'test-results'];

/** A folder with the sources of `from`; whoever works on them meanwhile changes no other. */
export function copySources(from = ROOT) {
  const folder = mkdtempSync(join(tmpdir(), 'onionskin-clean-'));
  const filter = (path) => !LEFT_OUT.includes(relative(from, path));
  cpSync(from, folder, { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

export function forget(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Builds in a folder that `copySources` made.
 * @param {string} folder @param {Record<string, string>} [settings] of the build, in place of the environment's
 * @returns {Promise<string>} the folder of the finished site
 */
export async function cleanBuild(folder, settings = {}) {
  const script = join(folder, 'scripts/build.mjs');
  const { exitCode, stdout } = await capture([script, '--quiet'], { ...process.env, ...settings });
  if (exitCode !== 0) throw new PlainError(stdout);
  return join(folder, 'build');
}
