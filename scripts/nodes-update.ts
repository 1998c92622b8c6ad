// npm run nodes:update: asks the seeds of mainnet and writes the list that the next release carries.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchSeedList } from '../gateway/seed-request.ts';
import { MAINNET } from '../src/lib/networks.ts';
import { decodeBundledNodes, encodeBundledNodes } from '../src/lib/wire/index.ts';
import { collectNodes } from './lib/nodes-update.ts';
import { ROOT, runMain } from './lib/project.mjs';

const FILE = join(ROOT, 'src/lib/wire/mainnet-nodes.json');

await runMain(async () => {
  const previous = decodeBundledNodes(JSON.parse(await readFile(FILE, 'utf8')));
  const list = await collectNodes({
    network: MAINNET,
    fetchList: (seed, nowMs) => fetchSeedList(seed, nowMs),
    nowMs: Date.now(),
    report: (line) => console.log(line)
  });
  const before = new Set(previous.nodes.map((node) => node.ed25519PublicKeyHex));
  const kept = list.nodes.filter((node) => before.has(node.ed25519PublicKeyHex)).length;
  await writeFile(`${FILE}.new`, encodeBundledNodes(list));
  await rename(`${FILE}.new`, FILE);
  console.log(
    `${list.nodes.length} nodes: ${kept} as before, ${list.nodes.length - kept} new, ${before.size - kept} gone.`
  );
});
