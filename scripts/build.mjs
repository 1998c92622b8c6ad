// npm run build: the static site in build/, with the headers, compressed twins and the manifest of a release.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { finishBuild } from './lib/finish-build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { BUILD, PlainError, binary, capture, findNode, run, runMain } from './lib/project.mjs';
import { releaseFacts } from './lib/release-facts.mjs';
import { buildVersion, sourceDigest } from './lib/sources.mjs';

await runMain(async () => {
  let values;
  try {
    ({ values } = parseArgs({ options: { quiet: { type: 'boolean', default: false } } }));
  } catch (error) {
    throw new PlainError(error.message, 2);
  }
  const releaseKey = process.env.ONIONSKIN_RELEASE_KEY;
  if (releaseKey && !/^[0-9a-f]{64}$/.test(releaseKey)) {
    throw new PlainError('ONIONSKIN_RELEASE_KEY is an Ed25519 public key, 64 hex characters.', 2);
  }
  await ensureInstalled();
  const version = buildVersion(sourceDigest());
  const env = {
    ...process.env,
    // A release is the same wherever it is made: Vite takes another value for a build to develop with.
    NODE_ENV: 'production',
    APP_VERSION: version,
    VITE_ONIONSKIN_NETWORK: process.env.ONIONSKIN_NETWORK || 'mainnet',
    VITE_ONIONSKIN_GATEWAYS: process.env.ONIONSKIN_GATEWAYS ?? '',
    VITE_ONIONSKIN_RELEASE_KEY: process.env.ONIONSKIN_RELEASE_KEY ?? ''
  };
  rmSync(join(BUILD, 'release-manifest.json'), { force: true });
  const vite = [binary('vite', 'bin/vite.js'), 'build'];
  if (values.quiet) {
    const { exitCode, stdout } = await capture(vite, env);
    if (exitCode !== 0) throw new PlainError(`${stdout}\nvite build failed with code ${exitCode}.`);
  } else {
    const code = await run(findNode(), vite, { env });
    if (code !== 0) throw new PlainError(`vite build failed with code ${code}.`);
  }
  const { files, bytes } = await finishBuild(BUILD, version, releaseFacts());
  console.log(`Built ${version}: ${files} files, ${(bytes / 1024).toFixed(0)} KiB compressed.`);
});
