// Which components a tour has shown: each that has a style of its own carries the class the compiler gives it, so that a
// component nobody toured is known by its absence.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { compile } from 'svelte/compiler';

const ROOT = join(import.meta.dirname, '../..');

export interface KnownComponents {
  /** Names of components by the class of their style. */
  readonly byClass: ReadonlyMap<string, string>;
  /** Components that have none: made of others alone. */
  readonly unstyled: readonly string[];
}

/** Every component of the app, by what its compiled style says. */
export function knownComponents(): KnownComponents {
  const byClass = new Map<string, string>();
  const unstyled: string[] = [];
  for (const path of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.svelte')) continue;
    const filename = join(ROOT, 'src', path);
    const options = { filename, rootDir: ROOT, css: 'external', generate: 'client' } as const;
    const { css } = compile(readFileSync(filename, 'utf8'), options);
    const [, className] = /\.(svelte-[a-z0-9]+)/.exec(css?.code ?? '') ?? [];
    const name = path.startsWith('lib') ? basename(path, '.svelte') : path;
    if (className) byClass.set(className, name);
    else unstyled.push(name);
  }
  return { byClass, unstyled };
}

/** Classes of styles on what can be seen now. */
export function shownClasses(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>();
    for (const element of document.querySelectorAll('[class*="svelte-"]')) {
      if (!element.checkVisibility()) continue;
      for (const name of element.classList) if (name.startsWith('svelte-')) found.add(name);
    }
    return [...found];
  });
}

/** Addresses of the pages of the settings, below theirs: `/profile`. */
export function settingsRoutes(): string[] {
  const directory = join(ROOT, 'src/routes/(app)/settings');
  const pages = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return pages
    .filter((path) => basename(path) === '+page.svelte')
    .map((path) => (dirname(path) === '.' ? '' : `/${dirname(path)}`));
}
