// npm run nodes:update: needs the network; see nodes-update.ts.
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT, findNode, run, runMain } from './lib/project.mjs';

await runMain(async () => {
  await ensureInstalled();
  process.exitCode = await run(findNode(), [join(ROOT, 'scripts/nodes-update.ts')]);
});
