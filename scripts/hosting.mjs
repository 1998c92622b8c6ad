// Prints the configuration of a web server for the finished build (docs/hosting.md).
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { caddySite, nginxSite } from './lib/hosting-config.mjs';
import { BUILD, PlainError, runMain } from './lib/project.mjs';

const USAGE = `node scripts/hosting.mjs nginx|caddy --name <host> [options]
  --root <folder>       where the finished build is on the server (default: build here)
  --gateway <address>   where the gateway listens, such as 127.0.0.1:8420 (default: no gateway on this host)
  --port <n>            plain HTTP on this port, behind something that ends TLS
  --certificate <file>  certificate chain, and
  --key <file>          its key (nginx; Caddy gets its own)`;

function readOptions() {
  try {
    const text = { type: 'string' };
    return parseArgs({
      allowPositionals: true,
      options: { name: text, root: text, gateway: text, port: text, certificate: text, key: text }
    });
  } catch (error) {
    throw new PlainError(`${String(error.message).split('\n')[0]}\n${USAGE}`, 2);
  }
}

await runMain(async () => {
  const { values, positionals } = readOptions();
  const [server] = positionals;
  if (positionals.length !== 1 || !['nginx', 'caddy'].includes(server)) throw new PlainError(USAGE, 2);
  const { name = '', root = BUILD, gateway, port, certificate, key } = values;
  // They go into a configuration as they are.
  if (!/^[\w.-]+$/.test(name)) throw new PlainError('--name is the name of the host, without port.', 2);
  for (const path of [root, certificate, key]) {
    if (path !== undefined && !/^[\w./-]+$/.test(path))
      throw new PlainError(`"${path}" holds more than letters, digits and ./-_`, 2);
  }
  if (gateway !== undefined && !/^[\w.-]+:\d+$/.test(gateway))
    throw new PlainError('--gateway is host:port.', 2);
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new PlainError('--port is a number.', 2);
  const list = join(existsSync(join(root, 'headers.json')) ? root : BUILD, 'headers.json');
  if (!existsSync(list)) throw new PlainError('The build is missing: run "npm run build".', 2);
  const build = JSON.parse(readFileSync(list, 'utf8'));
  const options = { name, root: resolve(root), gateway, port: port && Number(port), certificate, key };
  process.stdout.write(server === 'nginx' ? nginxSite(build, options) : caddySite(build, options));
});
