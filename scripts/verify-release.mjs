// npm run verify:release -- <address>: what a host serves, compared file by file with a clean build of these sources,
// with a list from elsewhere, or with the list the host shows if the release key signed it. Runs on Node 20.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanBuild, copySources, forget } from './lib/clean-build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { PlainError, runMain } from './lib/project.mjs';
import { compareLists, fetchManifest, isSignedBy, parseManifest, verifyFiles } from './lib/verify-host.mjs';

const USAGE = `npm run verify:release -- <address> [options]
  compares every file the host at <address> serves with a clean build of these sources
  --manifest <file>  compares with this list instead, as published with a release
  --key <hex>        compares with the list of the host, if this Ed25519 key signed it
  --help             this text
It ends with 0 when all is the same, with 1 when something differs, with 2 for a wrong option.`;
/** Settings of a build that may be taken from a host: whatever they are, they show in what is compared. */
const SETTINGS = ['ONIONSKIN_GATEWAYS', 'ONIONSKIN_NETWORK', 'ONIONSKIN_RELEASE_KEY'];

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        manifest: { type: 'string' },
        key: { type: 'string' },
        help: { type: 'boolean', default: false }
      }
    });
    return { ...values, address: positionals[0], rest: positionals.slice(1) };
  } catch (error) {
    throw new PlainError(`${String(error.message).split('\n')[0]}\n${USAGE}`, 2);
  }
}

function originOf(address) {
  const url = URL.canParse(address ?? '') ? new URL(address) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new PlainError(`Say which address to check, such as https://chat.example.org\n${USAGE}`, 2);
  }
  return url.origin;
}

/** The list of a clean build with the settings the host says its build had. */
async function buildHere(served) {
  await ensureInstalled();
  const settings = Object.fromEntries(
    SETTINGS.map((name) => [name, String(served.build?.settings?.[name] ?? '')])
  );
  const named = Object.entries(settings).filter(([, value]) => value !== '');
  console.log(`Building these sources (${named.map(([name, value]) => `${name}=${value}`).join(' ')}) …`);
  const folder = copySources();
  try {
    return parseManifest(readFileSync(join(await cleanBuild(folder, settings), 'release-manifest.json')));
  } finally {
    forget(folder);
  }
}

/** What to compare with, and what it is called. */
async function trustedList({ manifest, key }, host) {
  if (key !== undefined) {
    if (!/^[0-9a-f]{64}$/.test(key)) throw new PlainError('--key is 64 hex characters.', 2);
    if (host.signature === null) throw new PlainError('DIFFERENT: the host shows no signature.');
    if (!isSignedBy(host.bytes, host.signature, key)) {
      throw new PlainError('DIFFERENT: this key did not sign the list of the host.');
    }
    return { list: host.manifest, name: 'the signed list' };
  }
  if (manifest === undefined)
    return { list: await buildHere(host.manifest), name: 'a clean build of these sources' };
  try {
    return { list: parseManifest(readFileSync(manifest)), name: manifest };
  } catch (error) {
    throw new PlainError(`Cannot read ${manifest}: ${error.message}`, 2);
  }
}

await runMain(async () => {
  const options = readOptions();
  if (options.help) return void console.log(USAGE);
  if (options.rest.length > 0) throw new PlainError(`One address only.\n${USAGE}`, 2);
  const origin = originOf(options.address);
  const host = await fetchManifest(origin).catch((error) => {
    throw new PlainError(
      `DIFFERENT: ${origin} shows no list of its files (${error.cause?.message ?? error.message}).`
    );
  });
  const { list, name } = await trustedList(options, host);
  console.log(`${origin} says it serves ${host.manifest.version}; ${name}: ${list.version}.`);
  if (list.version !== host.manifest.version) {
    console.log('These are two versions: check out the sources of the one, or take its list.');
  }
  const findings = [
    ...compareLists(host.manifest.files, list.files),
    ...(await verifyFiles(origin, list.files))
  ];
  for (const { kind, path, detail } of findings)
    console.log(`  ${kind}: ${path}${detail ? ` (${detail})` : ''}`);
  const count = Object.keys(list.files).length;
  if (findings.length > 0)
    throw new PlainError(`DIFFERENT: ${findings.length} findings over ${count} files.`);
  console.log(`THE SAME: ${count} files, each as plain, gzip and brotli, and the pages at their addresses.`);
  console.log('This is what the host served to this machine now. It can serve others something else.');
});
