// Whether a build can be repeated: two clean builds, in two folders, must give the same files byte for byte, and so must
// the one in build/ where it is of these sources: its packages lie in the folder itself, theirs behind a link. That is asked
// of every file there is, compressed twins, headers and the manifest included.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cleanBuild, copySources, forget } from './lib/clean-build.mjs';
import { BUILD, PlainError, ROOT, runMain } from './lib/project.mjs';
import { isBuildFresh } from './lib/sources.mjs';

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
    return [
      hashesOf(await cleanBuild(folders[0])),
      hashesOf(await cleanBuild(folders[1], { NODE_ENV: 'test' }))
    ];
  } finally {
    for (const folder of folders) forget(folder);
  }
}

await runMain(async () => {
  const [first, ...others] = await buildTwice();
  const hasOwn = isBuildFresh();
  if (hasOwn) others.push(hashesOf(BUILD));
  const paths = new Set([first, ...others].flatMap((build) => [...build.keys()]));
  const differing = [...paths].filter((path) => others.some((other) => first.get(path) !== other.get(path)));
  if (differing.length > 0) throw new PlainError(`Builds differ in: ${differing.join(', ')}`);
  const which = hasOwn ? 'Two clean builds and the one in build/' : 'Two clean builds';
  console.log(`${which} are the same: ${paths.size} files.`);
});
