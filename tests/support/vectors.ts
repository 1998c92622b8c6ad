// Loads the test data of tests/vectors (see its README for where each file came from).
import { readFileSync } from 'node:fs';

/** One parsed vector file; sections are untyped JSON, read by the test that knows their shape. */
export function loadVectors<T = Record<string, unknown>>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')) as T;
}
