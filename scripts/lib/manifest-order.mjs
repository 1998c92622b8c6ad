// A build must not depend on where its packages lie: Vite lists built files by the paths of their sources, Kit puts them into the
// service worker in that order, and the path of a package is another one behind a link.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {Record<string, { file: string }>} manifest of Vite @returns the same, in the order of the built files */
export function byBuiltFile(manifest) {
  const entries = Object.entries(manifest).sort(([a, { file }], [b, other]) =>
    file < other.file ? -1 : file > other.file ? 1 : a < b ? -1 : 1
  );
  return Object.fromEntries(entries);
}

/** Puts the list that Kit reads into an order of its own. */
export function orderManifest() {
  return {
    name: 'onionskin-manifest-order',
    writeBundle: {
      order: /** @type {const} */ ('post'),
      /** @param {{ dir?: string | undefined }} options */
      handler({ dir }) {
        if (dir === undefined) return;
        const path = join(dir, '.vite/manifest.json');
        const manifest = JSON.parse(readFileSync(path, 'utf8'));
        writeFileSync(path, JSON.stringify(byBuiltFile(manifest), null, 2));
      }
    }
  };
}
