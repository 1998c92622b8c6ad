// npm run bench: measurements against the budgets, with the built app where they need it.
import { join } from 'node:path';
import { ensureChromium, ensureInstalled } from './lib/install.mjs';
import { PlainError, ROOT, findNode, run, runMain } from './lib/project.mjs';
import { isBuildFresh } from './lib/sources.mjs';

await runMain(async () => {
  await ensureInstalled();
  const node = findNode();
  const env = { ...process.env, CHROMIUM: await ensureChromium() };
  if (!isBuildFresh()) {
    const built = await run(node, [join(ROOT, 'scripts/build.mjs'), '--quiet']);
    if (built !== 0) throw new PlainError('The build failed.', built);
  }
  process.exitCode = await run(node, [join(ROOT, 'tests/bench/run.ts'), ...process.argv.slice(2)], { env });
});
