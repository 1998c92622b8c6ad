// Code of the project as one script, for a page or worker of the benches.
import { basename, join } from 'node:path';
import { build } from 'vite';

/**
 * Bundles a file beside this one.
 * @returns a classic script; what the file exports is in the global `bench`
 */
export async function bundleScript(file: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2024',
      lib: {
        entry: join(import.meta.dirname, file),
        formats: ['iife'],
        name: 'bench',
        fileName: basename(file)
      }
    }
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (!bundle || !('output' in bundle)) throw new Error(`no bundle of ${file}`);
  return bundle.output[0].code;
}
