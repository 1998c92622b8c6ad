// What docs/hosting.md says, done: its commands with other names, folders and ports, and the web servers of Debian.
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpsGet } from 'node:https';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readStartOptions } from '../../../scripts/lib/start-options.mjs';
import { verifyFiles } from '../../../scripts/lib/verify-host.mjs';
import { findWebServer } from '../../../scripts/lib/web-servers.mjs';
import { MAINNET } from '../../../src/lib/networks.ts';
import { createGateway, type Gateway } from '../../../gateway/index.ts';
import { createCertificate } from '../gateway/certificate.ts';
import { containerSteps, documentedBlocks } from './documented.ts';

const BUILD = process.env.E2E_BUILD ?? join(import.meta.dirname, '../../../build');
const SOURCES = dirname(BUILD);
const NAME = 'chat.example.org';
const RELAY = 'relay.example.org';
const nginx = findWebServer('nginx');
const caddy = findWebServer('caddy');

interface BuildHeaders {
  readonly common: Record<string, string>;
  readonly files: Record<string, { headers: Record<string, string> }>;
}
const built = JSON.parse(readFileSync(join(BUILD, 'headers.json'), 'utf8')) as BuildHeaders;
const manifest = JSON.parse(readFileSync(join(BUILD, 'release-manifest.json'), 'utf8')) as {
  files: Record<string, string>;
};
const blocks = documentedBlocks();
const block = (name: string): string => {
  const text = blocks.get(name);
  if (text === undefined) throw new Error(`docs/hosting.md has no "${name}"`);
  return text;
};

let folder: string;
const running: ChildProcess[] = [];
const gateways: Gateway[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onionskin-hosting-'));
});
afterEach(async () => {
  await Promise.all(
    running.splice(0).map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.once('exit', () => resolve());
          child.kill('SIGTERM');
        })
    )
  );
  for (const gateway of gateways.splice(0)) await gateway.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Runs a documented command in the sources, and gives what it prints. @param changes what is other here */
function runDocumented(name: string, changes: readonly [string, string][]): Promise<string> {
  let command = block(name).replace(/ > \S+$/, '');
  for (const [from, to] of changes) {
    expect(command).toContain(from);
    command = command.replaceAll(from, to);
  }
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { cwd: SOURCES, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let faults = '';
    child.stdout.on('data', (part) => (out += String(part)));
    child.stderr.on('data', (part) => (faults += String(part)));
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${code}: ${faults}${out}`))));
  });
}

/** Starts a server in the foreground and waits until it answers. */
async function start(command: string, args: string[], port: number, cwd = folder): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder }
  });
  running.push(child);
  let said = '';
  child.stdout?.on('data', (part) => (said += String(part)));
  child.stderr?.on('data', (part) => (said += String(part)));
  const answers = () =>
    new Promise<boolean>((resolve, reject) => {
      if (child.exitCode !== null) return reject(new Error(`${command} ended: ${said}`));
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  await expect.poll(answers, { timeout: 60_000, interval: 100 }).toBe(true);
}

/** nginx with one site, and nothing of the machine's own. */
async function startNginx(site: string, port: number): Promise<void> {
  const directory = mkdtempSync(join(folder, 'nginx-'));
  mkdirSync(join(directory, 'temp'));
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (it) => `${it}_temp_path ${directory}/temp/${it};`
  );
  const file = join(directory, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; pid ${directory}/pid; error_log ${directory}/error.log;${process.getuid?.() === 0 ? ' user root;' : ''}
     events {} http { ${places.join(' ')} ${site} }`
  );
  await start(nginx as string, ['-p', directory, '-e', `${directory}/error.log`, '-c', file], port);
}

async function startCaddy(site: string, port: number): Promise<void> {
  const file = join(mkdtempSync(join(folder, 'caddy-')), 'Caddyfile');
  writeFileSync(file, `{\n  admin off\n  auto_https off\n}\n${site}`);
  await start(caddy as string, ['run', '--adapter', 'caddyfile', '--config', file], port);
}

/** Everything the build says of its files is so on this host. */
async function expectHosted(origin: string): Promise<void> {
  expect(await verifyFiles(origin, manifest.files)).toEqual([]);
  const expectHeaders = (headers: Headers, path: string, wanted: Record<string, string>) => {
    for (const [name, value] of Object.entries({ ...built.common, ...wanted })) {
      if (name !== 'etag') expect(`${path} ${name}: ${headers.get(name)}`).toBe(`${path} ${name}: ${value}`);
    }
  };
  for (const [path, { headers }] of Object.entries(built.files)) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(origin + path, { method, redirect: 'manual' });
      if (answer.status === 308 || answer.status === 301) continue;
      expect(`${path} ${answer.status}`).toBe(`${path} 200`);
      expectHeaders(answer.headers, path, headers);
    }
  }
  const fallback = built.files['/200.html']?.headers ?? {};
  for (const path of ['/chats', '/c/some-id', '/settings/transparency']) {
    expectHeaders((await fetch(origin + path)).headers, path, fallback);
  }
  for (const path of [
    '/_app/immutable/gone.js',
    '/gone.png',
    '/headers.json',
    '/_headers',
    '/_redirects',
    '/service-worker.js.br'
  ]) {
    const answer = await fetch(origin + path);
    expect(`${path} ${answer.status}`).toBe(`${path} 404`);
    expectHeaders(answer.headers, path, {});
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('cache-control') ?? '').not.toContain('immutable');
  }
  const first = await fetch(`${origin}/before-paint.js`);
  const again = await fetch(`${origin}/before-paint.js`, {
    headers: { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'no-cache' }
  });
  expect([200, 304]).toContain(again.status);
  expectHeaders(again.headers, '/before-paint.js', {});
}

async function openGateway(port = 0): Promise<Gateway> {
  const gateway = await createGateway({
    network: MAINNET,
    nodeSource: { current: () => ({ height: 1, fetchedAtMs: Date.now(), nodes: [] }) },
    allowHosts: [NAME, RELAY],
    trustProxy: 1,
    port
  });
  await gateway.listen();
  gateways.push(gateway);
  return gateway;
}

const info = async (origin: string) =>
  (await (await fetch(`${origin}/gateway/v1/info`)).json()) as { network: string };

describe('a static host', () => {
  it.skipIf(!nginx)('is nginx with the documented configuration', async () => {
    const port = await freePort();
    const site = await runDocumented('static-nginx', [
      ['/srv/onionskin', BUILD],
      ['8080', String(port)]
    ]);
    await startNginx(site, port);
    await expectHosted(`http://127.0.0.1:${port}`);
  });

  it.skipIf(!caddy)('is Caddy with the documented configuration', async () => {
    const port = await freePort();
    const site = await runDocumented('static-caddy', [
      ['/srv/onionskin', BUILD],
      ['8080', String(port)],
      [NAME, '127.0.0.1']
    ]);
    await startCaddy(site, port);
    await expectHosted(`http://127.0.0.1:${port}`);
  });
});

describe('one machine with TLS', () => {
  it.skipIf(!nginx)('is nginx for the files, and a gateway behind it', async () => {
    const gateway = await openGateway();
    const port = await freePort();
    const { cert, key } = createCertificate();
    writeFileSync(join(folder, 'chat.pem'), cert as string);
    writeFileSync(join(folder, 'chat.key'), key as string);
    const site = await runDocumented('nginx-one-machine', [
      ['/srv/onionskin', BUILD],
      ['127.0.0.1:8420', new URL(gateway.origin).host],
      ['/etc/ssl', folder]
    ]);
    expect(site).toContain('listen 443 ssl http2;');
    await startNginx(site.replace('listen 443', `listen ${port}`), port);
    const get = (path: string) =>
      new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
        const options = { rejectUnauthorized: false, headers: { host: NAME } };
        httpsGet(`https://127.0.0.1:${port}${path}`, options, (answer) => {
          let body = '';
          answer.on('data', (part) => (body += String(part)));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
        }).on('error', reject);
      });
    const page = await get('/c/some-id');
    expect(page.status).toBe(200);
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(page.headers['content-security-policy']).toBe(
      built.files['/200.html']?.headers['content-security-policy']
    );
    const answer = await get('/gateway/v1/info');
    expect(JSON.parse(answer.body)).toMatchObject({ network: MAINNET.id });
    // Those of the gateway, once.
    expect(answer.headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it.skipIf(!caddy)('is Caddy in front of `npm start`', async () => {
    const [port, inner] = [await freePort(), await freePort()];
    const command = block('one-machine').split('\n')[0] as string;
    expect(command).toContain('npm start -- --network mainnet --port 8420');
    const args = command.replace('8420', String(inner)).replace(NAME, '127.0.0.1').split(' ').slice(1);
    await start('npm', args, inner, SOURCES);
    const site = block('caddy-one-machine')
      .replace(NAME, `http://127.0.0.1:${port}`)
      .replace('8420', String(inner));
    await startCaddy(site, port);
    expect(await info(`http://127.0.0.1:${port}`)).toMatchObject({ network: MAINNET.id });
    expect(await verifyFiles(`http://127.0.0.1:${port}`, manifest.files)).toEqual([]);
  });
});

describe('several gateways behind a load balancer', () => {
  it.skipIf(!nginx)('answer as one, also when one of them is gone', async () => {
    const [first, second] = [await openGateway(), await openGateway()];
    const port = await freePort();
    let site = block('load-balancer');
    for (const [from, to] of [
      ['127.0.0.1:8420', new URL(first.origin).host],
      ['127.0.0.1:8421', new URL(second.origin).host],
      ['listen 8080', `listen ${port}`],
      [RELAY, `${RELAY} 127.0.0.1`]
    ] as const) {
      expect(site).toContain(from);
      site = site.replace(from, to);
    }
    await startNginx(site, port);
    const origin = `http://127.0.0.1:${port}`;
    for (let ask = 0; ask < 4; ask++) expect(await info(origin)).toMatchObject({ network: MAINNET.id });
    await first.close();
    for (let ask = 0; ask < 4; ask++) expect(await info(origin)).toMatchObject({ network: MAINNET.id });
  });
});

describe('the build for a static host', () => {
  it('names the gateway elsewhere in the policy of every file', async () => {
    const { cleanBuild, copySources, forget } = await import('../../../scripts/lib/clean-build.mjs');
    const [, setting = ''] = /^ONIONSKIN_GATEWAYS="([^"]+)" npm run build$/.exec(block('static-build')) ?? [];
    const copy = copySources(SOURCES);
    try {
      const site = await cleanBuild(copy, { ONIONSKIN_GATEWAYS: setting });
      const { files } = JSON.parse(readFileSync(join(site, 'headers.json'), 'utf8')) as BuildHeaders;
      for (const [path, { headers }] of Object.entries(files)) {
        expect(`${path} ${headers['content-security-policy']}`).toContain(`connect-src 'self' ${setting};`);
      }
      copyFileSync(join(site, '_headers'), join(folder, '_headers'));
      expect(readFileSync(join(folder, '_headers'), 'utf8')).toContain(setting);
    } finally {
      forget(copy);
    }
  }, 120_000);
});

it('every documented start has options that exist', () => {
  const starts = [...blocks.values()].flatMap((text) => /^npm start -- (.*)$/m.exec(text)?.[1] ?? []);
  expect(starts).toHaveLength(2);
  for (const options of starts) expect(readStartOptions(options.split(' ')).network).toBe('mainnet');
});

describe('the container file', () => {
  it('runs the commands that are documented', () => {
    const [install, build, serve] = containerSteps();
    expect(install).toBe('npm ci');
    expect(block('static-build')).toContain(build as string);
    const documented = (block('one-machine').split('\n')[0] as string).replace(NAME, '"$ALLOW_HOST"');
    expect(serve).toBe(`${documented} --host 0.0.0.0`);
    expect(containerSteps()).toHaveLength(3);
  });
});
