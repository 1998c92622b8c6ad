// Whether a build can be repeated: two clean builds, in two folders, must give the same files byte for byte.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PlainError, ROOT, capture, runMain } from './lib/project.mjs';

/** Made by a run of something, not by people. */
const LEFT_OUT = ['node_modules', '.git', '.svelte-kit', 'build', '.onionskin', '.cache', 'test-results'];

/** A folder with the sources of `from`; whoever works on them meanwhile changes no other. */
function copySources(from) {
  const folder = mkdtempSync(join(tmpdir(), 'onionskin-clean-'));
  const filter = (path) => !LEFT_OUT.includes(relative(from, path));
  cpSync(from, folder, { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

async function cleanBuild(folder) {
  const { exitCode, stdout } = await capture([join(folder, 'scripts/build.mjs'), '--quiet']);
  if (exitCode !== 0) throw new PlainError(stdout);
  return JSON.parse(readFileSync(join(folder, 'build/release-manifest.json'), 'utf8'));
}

async function buildTwice() {
  const folders = [];
  try {
    folders.push(copySources(ROOT));
    folders.push(copySources(folders[0]));
    return [await cleanBuild(folders[0]), await cleanBuild(folders[1])];
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

await runMain(async () => {
  const [first, second] = await buildTwice();
  const paths = new Set([...Object.keys(first.files), ...Object.keys(second.files)]);
  const differing = [...paths].filter((path) => first.files[path] !== second.files[path]);
  if (first.version !== second.version) differing.push('the version');
  if (differing.length > 0) throw new PlainError(`Two builds differ in: ${differing.join(', ')}`);
  console.log(`Two builds of ${first.version} are the same: ${paths.size} files.`);
});
