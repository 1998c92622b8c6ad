// What a module specifier means in this project, and the graph of who imports whom. Imports here are relative
// with their ending, or `#lib/*`; everything else is a package or a module that Kit makes up.
import { readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

/**
 * @param {string} specifier as written
 * @param {string} from path of the importing file, from the root, forward slashes
 * @returns {{ path: string, query: string } | { package: string }}
 */
export function resolveSpecifier(specifier, from) {
  const [bare = '', query = ''] = specifier.split('?', 2);
  if (bare.startsWith('#lib/')) return { path: `src/lib/${bare.slice('#lib/'.length)}`, query };
  if (bare.startsWith('$lib/')) return { path: `src/lib/${bare.slice('$lib/'.length)}`, query };
  if (/(^|\/)\$types(\.js)?$/.test(bare)) return { package: './$types' };
  if (bare.startsWith('.')) return { path: posix.join(posix.dirname(from), bare), query };
  return { package: bare };
}

/** The script text of a module; of a Svelte component, that of its script blocks. */
function scriptText(path, text) {
  if (!path.endsWith('.svelte')) return text;
  return [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]).join('\n;\n');
}

/** Project files that `text` imports, types included, workers by address not. */
export function importedFiles(path, text) {
  const { importedFiles: found } = ts.preProcessFile(scriptText(path, text), true, true);
  return found.flatMap(({ fileName }) => {
    const target = resolveSpecifier(fileName, path);
    return 'path' in target && target.query === '' ? [target.path] : [];
  });
}

/** A file that was looked at this long ago is looked at again, milliseconds: an editor runs for hours. */
const LOOKED_AT_MS = 1_000;

/**
 * The graph of imports as it is on disk; files are read once per change.
 * @param {string} root absolute path of the project
 * @param {() => number} [now] milliseconds
 */
export function createImportGraph(root, now = () => performance.now()) {
  const known = new Map();

  function importsOf(path) {
    const entry = known.get(path);
    if (entry && now() - entry.lookedAtMs < LOOKED_AT_MS) return entry.imports;
    const fresh = look(path, entry);
    known.set(path, { ...fresh, lookedAtMs: now() });
    return fresh.imports;
  }

  function look(path, entry) {
    if (!/\.(ts|mts|js|mjs|svelte)$/.test(path)) return { mtimeMs: NaN, imports: [] };
    const absolute = posix.join(root, path);
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (!stat?.isFile()) return { mtimeMs: NaN, imports: [] };
    if (entry?.mtimeMs === stat.mtimeMs) return entry;
    return { mtimeMs: stat.mtimeMs, imports: importedFiles(path, readFileSync(absolute, 'utf8')) };
  }

  /** Shortest chain of imports from `start` to `goal`, both included, or null. */
  function chain(start, goal) {
    const cameFrom = new Map([[start, null]]);
    for (const path of cameFrom.keys()) {
      if (path === goal) {
        const steps = [];
        for (let step = path; step !== null; step = cameFrom.get(step)) steps.unshift(step);
        return steps;
      }
      for (const next of importsOf(path)) if (!cameFrom.has(next)) cameFrom.set(next, path);
    }
    return null;
  }

  return { chain };
}
