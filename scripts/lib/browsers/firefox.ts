// Firefox over WebDriver BiDi, which it speaks itself: no driver in between.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram, type Browser } from './driver.ts';

interface Reply {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly result?: Record<string, unknown>;
  readonly message?: string;
}

/** One connection: commands with numbers, answers with the same. */
async function connect(url: string) {
  const socket = new WebSocket(url);
  const waiting = new Map<
    number,
    { resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }
  >();
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`no connection to ${url}`)), { once: true });
  });
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    if (reply.id === undefined) return;
    const command = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.type === 'error') command?.reject(new Error(reply.message ?? 'refused'));
    else command?.resolve(reply.result ?? {});
  });
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser went away'));
  });
  let lastId = 0;
  return (method: string, params: Record<string, unknown> = {}) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
}

/** Nothing that a first start asks or fetches. */
const PREFERENCES = {
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false
};

export async function startFirefox(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'onionskin-firefox-'));
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`
  );
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const program = startProgram('firefox-esr', args, { HOME: profile });
  const stop = async () => {
    await program.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = await program.line(/WebDriver BiDi listening on (ws:\/\/\S+)/, 60_000);
    const send = await connect(`${address}/session`);
    await send('session.new', { capabilities: {} });
    const tree = (await send('browsingContext.getTree')) as { contexts: { context: string }[] };
    const context = tree.contexts[0]?.context;
    return {
      async open(url) {
        await send('browsingContext.navigate', { context, url, wait: 'complete' });
      },
      async evaluate(expression) {
        // As JSON text: the values of the protocol have a notation of their own.
        const reply = (await send('script.evaluate', {
          expression: `JSON.stringify((${expression}) ?? null)`,
          target: { context },
          awaitPromise: true
        })) as { type: string; result?: { value?: string }; exceptionDetails?: { text: string } };
        if (reply.type !== 'success') throw new Error(reply.exceptionDetails?.text ?? 'the page threw');
        return JSON.parse(reply.result?.value ?? 'null') as unknown;
      },
      close: stop
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
