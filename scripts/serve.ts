// Network, gateway and app on one port, until a signal. Started by scripts/start.mjs under Node 24.
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { GatewayStartError } from '../gateway/index.ts';
import { LocalnetError } from '../localnet/index.ts';
import { BUILD, PlainError, runMain } from './lib/project.mjs';
import { startStack, type Stack } from './lib/stack.ts';
import { readStartOptions, type StartOptions } from './lib/start-options.mjs';

/** How many ports above a taken one are tried for an offer. */
const PORTS_TO_TRY = 50;

/** Where the embedded network keeps its data, emptied when asked; null for the others, which keep none. */
async function dataDirectoryOf({ dataDir, fresh, network }: StartOptions): Promise<string | null> {
  if (network !== 'local') return null;
  const path = join(resolve(dataDir), 'localnet');
  try {
    if (fresh) await rm(path, { recursive: true, force: true });
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PlainError(`Cannot empty the data directory ${path} (${code}); choose one with --data-dir.`);
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, host, () => probe.close(() => done(true)));
  });
}

async function checkPort({ host, port }: StartOptions): Promise<void> {
  if (port === 0 || (await isFree(host, port))) return;
  for (let other = port + 1; other <= Math.min(65_535, port + PORTS_TO_TRY); other++) {
    if (!(await isFree(host, other))) continue;
    throw new PlainError(
      `Port ${port} of ${host} is taken or not permitted; ${other} is free: npm start -- --port ${other}`
    );
  }
  throw new PlainError(
    `Cannot listen on ${host}, port ${port}: taken, not permitted, or no address of this machine.`
  );
}

function announce(options: StartOptions, stack: Stack): void {
  const lines = ['', `  Onionskin is at ${stack.origin}`, ''];
  if (stack.localnet) {
    lines.push(
      `  An embedded network of ${stack.localnet.nodes.length} service nodes runs with it; nothing leaves this machine.`,
      '  Try: create an account, and write to Echo, which answers.',
      '  Then open a private window on the same address, create a second account, and let the two talk.'
    );
  } else {
    lines.push(
      `  Network: ${options.network}. This gateway knows your address and your guard node, nothing else.`
    );
    if (stack.listFrom === 'fallback') {
      lines.push(
        '  No seed answered: it starts with the nodes that came with this release and goes on asking.'
      );
    }
    if (options.network === 'testnet') {
      lines.push('  The testnet has one anchor and a seed without TLS: its node list is not verified.');
    }
  }
  if (!options.isLoopback) {
    lines.push(
      '',
      `  ${options.host} is not loopback: browsers run the app over HTTPS only, so TLS must stand in front of it`,
      '  (name the public host with --allow-host, and the proxy with --trust-proxy 1).'
    );
  }
  console.log([...lines, '', '  Stop with Ctrl-C.', ''].join('\n'));
}

/** What a person can do about a start that failed, in one line; what is nobody's doing stays as it is. */
function explain(error: unknown, dataDirectory: string | null): unknown {
  if (!(error instanceof GatewayStartError) && !(error instanceof LocalnetError)) return error;
  const { address, host, port, reason } = error.details;
  switch (error.code) {
    case 'address-in-use':
      return new PlainError(`Port ${String(port)} of ${String(host)} is taken: choose another with --port.`);
    case 'address-not-permitted':
    case 'address-unavailable':
      return new PlainError(`Cannot listen on ${String(address ?? host)} (${String(reason)}).`);
    case 'build-missing':
      return new PlainError('The build is incomplete: run "npm run build".');
    case 'no-verified-list':
      return new PlainError('No seed of this network answered, and no list came with this release.');
    case 'data-directory-unwritable':
      return new PlainError(
        `Cannot write to the data directory ${dataDirectory}: choose one with --data-dir.`
      );
    case 'data-directory-in-use':
      return new PlainError(
        `The data directory ${dataDirectory} is in use by another start: stop that, or choose --data-dir.`
      );
    case 'data-directory-damaged':
      return new PlainError(
        `The data in ${dataDirectory} cannot be read: start anew with --fresh, or choose --data-dir.`
      );
  }
}

/** The first signal asks; a second does not wait. */
function untilSignal(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        done();
      });
    }
  });
}

await runMain(async () => {
  const options = readStartOptions(process.argv.slice(2));
  await checkPort(options);
  const dataDirectory = await dataDirectoryOf(options);
  const signalled = untilSignal();
  const stack = await startStack({ ...options, dataDirectory, staticDirectory: BUILD }).catch(
    (error: unknown) => {
      throw explain(error, dataDirectory);
    }
  );
  announce(options, stack);
  await signalled;
  console.log('Stopping …');
  await stack.close();
});
