// npm start: installs and builds what is missing, then runs network, gateway and app until Ctrl-C.
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { PlainError, ROOT, findNode, run, runMain } from './lib/project.mjs';
import { isBuildFresh } from './lib/sources.mjs';
import { USAGE, readStartOptions } from './lib/start-options.mjs';

await runMain(async () => {
  const args = process.argv.slice(2);
  const options = readStartOptions(args);
  if (options.help) return void console.log(USAGE);
  await ensureInstalled();
  const node = findNode();
  const env = { ...process.env, ONIONSKIN_NETWORK: options.network === 'testnet' ? 'testnet' : '' };
  if (!isBuildFresh(env)) {
    console.log('Building the app …');
    const built = await run(node, [join(ROOT, 'scripts/build.mjs'), '--quiet'], { env });
    if (built !== 0) throw new PlainError('The build failed.', built);
  }
  // Node keeps what it made of the sources, which halves the time of the next start.
  const cached = { ...process.env, NODE_COMPILE_CACHE: join(ROOT, '.cache/node') };
  process.exitCode = await run(node, [join(ROOT, 'scripts/serve.ts'), ...args], { env: cached });
});
