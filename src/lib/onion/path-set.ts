// The paths that stand, and how often each has failed. State only; what to build is decided elsewhere.
import type { RandomBytes } from '../random.ts';
import { containsNode, pickPath, type Path } from './paths.ts';
import type { VerifiedNode } from './verified-node.ts';

/** Paths made for one destination because every standing path contains it. */
const MAX_DETOURS = 4;

export interface PathSet {
  /** Standing paths; detours are not among them. */
  paths(): readonly Path[];
  /** Standing paths and detours. */
  all(): readonly Path[];
  add(path: Path): void;
  addDetour(path: Path): void;
  drop(path: Path): void;
  /** Puts `next` where `path` was. */
  replace(path: Path, next: Path, keepFailures: boolean): void;
  has(path: Path): boolean;
  with(edHex: string): readonly Path[];
  failuresOf(path: Path): number;
  /** Counts one failure. @returns the number so far, 0 for a path that no longer stands */
  fail(path: Path): number;
  clearFailures(path: Path): void;
  pick(destination: VerifiedNode | null, tried: ReadonlySet<string>, random: RandomBytes): Path | null;
  dropDetours(builtBeforeMs: number): void;
}

export function createPathSet(): PathSet {
  let paths: readonly Path[] = [];
  let detours: readonly Path[] = [];
  const failures = new Map<string, number>();

  const failuresOf = (path: Path) => failures.get(path.id) ?? 0;
  const all = () => [...paths, ...detours];
  const has = (path: Path) => all().some((other) => other.id === path.id);

  /** Keeps the counts of standing paths alone. */
  function prune(): void {
    const ids = new Set(all().map((path) => path.id));
    for (const id of failures.keys()) if (!ids.has(id)) failures.delete(id);
  }

  return {
    paths: () => paths,
    all,
    add(path) {
      paths = [...paths, path];
    },
    addDetour(path) {
      detours = [...detours, path].slice(-MAX_DETOURS);
      prune();
    },
    drop(path) {
      paths = paths.filter((other) => other.id !== path.id);
      detours = detours.filter((other) => other.id !== path.id);
      prune();
    },
    replace(path, next, keepFailures) {
      const swap = (list: readonly Path[]) => list.map((other) => (other.id === path.id ? next : other));
      if (keepFailures && failures.has(path.id)) failures.set(next.id, failuresOf(path));
      paths = swap(paths);
      detours = swap(detours);
      prune();
    },
    has,
    failuresOf,
    with: (edHex) => all().filter((path) => containsNode(path, edHex)),
    fail(path) {
      if (!has(path)) return 0;
      failures.set(path.id, failuresOf(path) + 1);
      return failuresOf(path);
    },
    clearFailures(path) {
      failures.delete(path.id);
    },
    pick(destination, tried, random) {
      const untried = (list: readonly Path[]) => list.filter((path) => !tried.has(path.id));
      return (
        pickPath(untried(paths), destination, failuresOf, random) ??
        pickPath(untried(detours), destination, failuresOf, random)
      );
    },
    dropDetours(builtBeforeMs) {
      detours = detours.filter((path) => path.builtAtMs > builtBeforeMs);
      prune();
    }
  };
}
