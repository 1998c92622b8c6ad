// Whether a build can be repeated: two clean builds, in two folders, must give the same files byte for byte. That is
// asked of every file there is, compressed twins, headers and the manifest included.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cleanBuild, copySources, forget } from './lib/clean-build.mjs';
import { PlainError, ROOT, runMain } from './lib/project.mjs';

/** Hashes of all files below a folder, by path. */
function hashesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
  return new Map(files.map((file) => [relative(folder, file), hash(file)]));
}

async function buildTwice() {
  const folders = [];
  try {
    folders.push(copySources(ROOT));
    folders.push(copySources(folders[0]));
    return [hashesOf(await cleanBuild(folders[0])), hashesOf(await cleanBuild(folders[1]))];
  } finally {
    for (const folder of folders) forget(folder);
  }
}

await runMain(async () => {
  const [first, second] = await buildTwice();
  const paths = new Set([...first.keys(), ...second.keys()]);
  const differing = [...paths].filter((path) => first.get(path) !== second.get(path));
  if (differing.length > 0) throw new PlainError(`Two builds differ in: ${differing.join(', ')}`);
  console.log(`Two clean builds are the same: ${paths.size} files.`);
});
