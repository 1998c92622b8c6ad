// A page beside the app, of its origin and without it, in which code of the project runs over the same database and files.
import type { BrowserContext, Page } from '@playwright/test';
import { bundleScript } from '../bench/browser-script.ts';

export interface ScriptPage<Script> {
  /** Calls a function the script exports. What goes over and comes back is JSON. */
  call<Name extends keyof Script & string>(
    name: Name,
    ...given: Script[Name] extends (...args: infer Args) => unknown ? Args : never
  ): Promise<Script[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never>;
  close(): Promise<void>;
}

/** @param file of this folder */
export async function openScriptPage<Script>(
  context: BrowserContext,
  file: string
): Promise<ScriptPage<Script>> {
  const code = await bundleScript(`../e2e/${file}`);
  const page: Page = await context.newPage();
  await page.goto('/before-paint.js');
  await page.evaluate(`${code}; globalThis.bench = bench; undefined`);
  return {
    call: (name, ...given) =>
      page.evaluate(
        ([called, args]) => {
          const { bench } = globalThis as unknown as {
            bench: Record<string, (...all: unknown[]) => unknown>;
          };
          return bench[called]?.(...args) as never;
        },
        [name, given as unknown[]] as const
      ),
    close: () => page.close()
  };
}
