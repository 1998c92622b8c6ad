// The commands and configurations of docs/hosting.md, by the names of their fences.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCS = join(import.meta.dirname, '../../../docs');

/** Texts of the named fences: a language, then a name. */
export function documentedBlocks(): ReadonlyMap<string, string> {
  const text = readFileSync(join(DOCS, 'hosting.md'), 'utf8');
  const fences = text.matchAll(/^```\w+ ([\w-]+)\n([\s\S]*?)^```$/gm);
  return new Map([...fences].map(([, name = '', body = '']) => [name, body.trim()]));
}

/** Steps of the container file that run something, without their instruction. */
export function containerSteps(): string[] {
  const text = readFileSync(join(DOCS, 'Containerfile'), 'utf8');
  return [...text.matchAll(/^(?:RUN|CMD) (.*)$/gm)].map(([, step = '']) => step);
}
