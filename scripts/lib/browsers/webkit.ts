// WebKitGTK over classic WebDriver (W3C), in a display of its own.
import { createServer, type AddressInfo } from 'node:net';
import { startProgram, type Browser } from './driver.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startWebKit(): Promise<Browser> {
  const port = await freePort();
  const driver = ['WebKitWebDriver', '--host=127.0.0.1', `--port=${port}`];
  const program = startProgram('xvfb-run', ['-a', ...driver]);
  async function send(method: 'POST' | 'GET', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body)
    });
    const { value } = (await response.json()) as { value: { message?: string } };
    if (!response.ok) throw new Error(value.message ?? `WebDriver answers ${response.status}`);
    return value;
  }
  try {
    const deadlineMs = performance.now() + 30_000;
    // It prints nothing when it is ready.
    while (
      !(await fetch(`http://127.0.0.1:${port}/status`).then(
        ({ ok }) => ok,
        () => false
      ))
    ) {
      if (performance.now() > deadlineMs) throw new Error('WebKitWebDriver did not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const session = (await send('POST', '/session', { capabilities: {} })) as { sessionId: string };
    const base = `/session/${session.sessionId}`;
    return {
      async open(url) {
        await send('POST', `${base}/url`, { url });
      },
      async evaluate(expression) {
        const script = `return (async () => JSON.stringify((${expression}) ?? null))();`;
        return JSON.parse(
          (await send('POST', `${base}/execute/sync`, { script, args: [] })) as string
        ) as unknown;
      },
      close: () => program.stop()
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}
