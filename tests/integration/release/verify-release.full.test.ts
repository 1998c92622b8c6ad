// The outside command over the real build: one altered byte in any file is reported, in whatever form it is served.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStaticSite, type StaticSite } from '../../../gateway/static-site.ts';
import { verifyFiles } from '../../../scripts/lib/verify-host.mjs';

const BUILD = process.env.E2E_BUILD ?? join(import.meta.dirname, '../../../build');
const SOURCES = dirname(BUILD);
const MANIFEST = join(BUILD, 'release-manifest.json');

interface Outcome {
  readonly code: number | null;
  readonly said: string;
}

let folder: string;
let server: Server;
let origin: string;
let site: StaticSite;
const { files } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { files: Record<string, string> };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'onionskin-verify-'));
  cpSync(BUILD, folder, { recursive: true });
  site = await createStaticSite(folder);
  server = createServer((request, response) => {
    const reply = site({
      method: request.method ?? 'GET',
      path: (request.url ?? '/').split('?')[0] as string,
      acceptEncoding: request.headers['accept-encoding'] as string | undefined
    });
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Flips one bit in the middle of a file of the host: the last ones of a compressed form may say nothing. */
async function withAltered(name: string, work: () => Promise<void>): Promise<void> {
  const file = join(folder, name);
  const bytes = readFileSync(file);
  const altered = Buffer.from(bytes);
  const place = altered.length >> 1;
  altered.writeUInt8(altered.readUInt8(place) ^ 1, place);
  writeFileSync(file, altered);
  site = await createStaticSite(folder);
  await work();
  writeFileSync(file, bytes);
  site = await createStaticSite(folder);
}

function run(script: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(SOURCES, 'scripts', script), ...args], {
      cwd: SOURCES,
      env: { ...process.env, ...env }
    });
    let said = '';
    child.stdout.on('data', (part) => (said += String(part)));
    child.stderr.on('data', (part) => (said += String(part)));
    child.on('close', (code) => resolve({ code, said }));
  });
}

describe('one altered byte', () => {
  it('is reported in every file there is, plain or compressed', async () => {
    expect(await verifyFiles(origin, files)).toEqual([]);
    const unseen: string[] = [];
    for (const path of Object.keys(files)) {
      for (const name of [path, `${path}.br`, `${path}.gz`]) {
        if (!existsSync(join(folder, name)) || statSync(join(folder, name)).size === 0) continue;
        await withAltered(name, async () => {
          const found = await verifyFiles(origin, { [path]: files[path] as string });
          if (!found.some((finding) => finding.path === path)) unseen.push(name);
        });
      }
    }
    expect(unseen).toEqual([]);
  }, 120_000);

  it('ends the command with DIFFERENT, for worker, service worker, page and chunk', async () => {
    const wanted = [
      /\/workers\/host-/,
      /^\/service-worker/,
      /^\/200\.html/,
      /^\/index\.html/,
      /\/chunks\/.*js$/
    ];
    for (const pattern of wanted) {
      const path = Object.keys(files).find((name) => pattern.test(name)) as string;
      await withAltered(path, async () => {
        const { code, said } = await run('verify-release.mjs', [origin, '--manifest', MANIFEST]);
        expect(code).toBe(1);
        expect(said).toContain(`altered: ${path}`);
        expect(said).toContain('DIFFERENT');
      });
    }
  }, 120_000);
});

describe('the command', () => {
  it('finds the host the same as a clean build of the sources', async () => {
    const { code, said } = await run('verify-release.mjs', [origin]);
    expect(said).toContain('THE SAME');
    expect(code).toBe(0);
  }, 180_000);

  it('finds it the same as a list from elsewhere, and says what lacks', async () => {
    expect((await run('verify-release.mjs', [origin, '--manifest', MANIFEST])).code).toBe(0);
    const list = join(folder, 'other.json');
    writeFileSync(list, JSON.stringify({ version: '0', files: { ...files, '/gone.js': 'ab'.repeat(32) } }));
    const { code, said } = await run('verify-release.mjs', [origin, '--manifest', list]);
    expect(code).toBe(1);
    expect(said).toContain('missing: /gone.js');
    expect(said).toContain('two versions');
  });

  it('takes a list that the release key signed, and no other', async () => {
    const keyFile = join(folder, 'release.pem');
    const made = await run('release-sign.mjs', ['new-key', keyFile]);
    const key = /ONIONSKIN_RELEASE_KEY=([0-9a-f]{64})/.exec(made.said)?.[1] ?? '';
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const check = () => run('verify-release.mjs', [origin, '--key', key]);
    expect((await check()).said).toContain('no signature');
    expect((await run('release-sign.mjs', ['sign', keyFile, folder])).code).toBe(0);
    site = await createStaticSite(folder);
    expect(await check()).toMatchObject({ code: 0 });
    expect((await run('verify-release.mjs', [origin, '--key', 'ab'.repeat(32)])).said).toContain(
      'did not sign'
    );
    const manifest = join(folder, 'release-manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"version"', '"Version"'));
    site = await createStaticSite(folder);
    expect((await check()).code).toBe(1);
  }, 60_000);

  it.each([
    [[], 2],
    [['ftp://host.example'], 2],
    [['http://127.0.0.1:1'], 1],
    [['http://127.0.0.1:1', '--what'], 2]
  ])('says in one line what is wrong with %j', async (args, code) => {
    const outcome = await run('verify-release.mjs', args);
    expect(outcome.code).toBe(code);
    expect(outcome.said).not.toContain('    at ');
  });
});
