// What a smoke run needs of a browser that Playwright does not drive, and how programs beside us are ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Browser {
  /** Resolves when the page has loaded. */
  open(url: string): Promise<void>;
  /** Runs an expression in the page. @returns its value, which JSON can hold */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface Program {
  readonly child: ChildProcess;
  /** First match of a line the program prints. @throws when it ends or stays silent */
  line(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Ends it with everything it started. */
  stop(): Promise<void>;
}

/** Starts a program in a process group of its own. */
export function startProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(command, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (printed = (printed + chunk).slice(-20_000)));
  }
  let isOver = false;
  const closed = new Promise<void>((resolve) => {
    child.on('close', resolve);
    child.on('error', () => resolve());
  }).then(() => void (isOver = true));
  return {
    child,
    async line(pattern, timeoutMs = 30_000) {
      const deadlineMs = performance.now() + timeoutMs;
      while (!isOver && performance.now() < deadlineMs) {
        const found = pattern.exec(printed);
        if (found) return found[1] ?? found[0];
        await sleep(50);
      }
      throw new Error(`${command} did not start: ${printed.slice(-500)}`);
    },
    async stop() {
      if (!isOver && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await closed;
    }
  };
}

/**
 * Evaluates until the value is truthy.
 * @throws naming what was awaited, with the last value
 */
export async function waitFor(
  browser: Browser,
  what: string,
  expression: string,
  timeoutMs = 60_000
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadlineMs) {
    last = await browser.evaluate(expression);
    if (last) return;
    await sleep(250);
  }
  throw new Error(`still not: ${what} (${JSON.stringify(last)})`);
}
