// npm run dev: Vite's server with the embedded network and the gateway behind it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { PlainError, ROOT, binary, findNode, run, runMain } from './lib/project.mjs';

await runMain(async () => {
  await ensureInstalled();
  const node = findNode();
  const backend = spawn(node, [join(ROOT, 'scripts/serve-dev.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc']
  });
  const [message] = await Promise.race([once(backend, 'message'), once(backend, 'exit')]);
  if (typeof message !== 'object' || message === null) {
    throw new PlainError('The embedded network did not start.');
  }
  const env = { ...process.env, ONIONSKIN_DEV_GATEWAY: message.origin };
  process.exitCode = await run(node, [binary('vite', 'bin/vite.js'), 'dev', ...process.argv.slice(2)], {
    env
  });
  backend.disconnect();
  if (backend.exitCode === null) await once(backend, 'exit');
});
