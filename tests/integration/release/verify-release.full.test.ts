// The outside command over the real build: one altered byte in any file is reported, in whatever form it is served.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
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

/** What a visitor gets of a stored file. @returns null when nothing can be unpacked */
function unpacked(name: string, bytes: Buffer): Buffer | null {
  try {
    if (name.endsWith('.br')) return brotliDecompressSync(bytes);
    return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  } catch {
    return null;
  }
}

/**
 * Flips one bit of a file of the host.
 * @param place counted from the end when negative; the middle when none is named
 * @param work is told whether what a visitor gets is another file now
 */
async function withAltered(
  name: string,
  work: (differs: boolean) => Promise<void>,
  place?: number
): Promise<void> {
  const file = join(folder, name);
  const bytes = readFileSync(file);
  const altered = Buffer.from(bytes);
  const at = (place ?? altered.length >> 1) + ((place ?? 0) < 0 ? altered.length : 0);
  altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
  writeFileSync(file, altered);
  site = await createStaticSite(folder);
  await work(!unpacked(name, altered)?.equals(unpacked(name, bytes) as Buffer));
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
    const harmless: string[] = [];
    for (const path of Object.keys(files)) {
      for (const name of [path, `${path}.br`, `${path}.gz`]) {
        if (!existsSync(join(folder, name)) || statSync(join(folder, name)).size === 0) continue;
        // The last byte too: of brotli it may hold bits that stand for nothing, and then nobody gets another file.
        for (const place of [undefined, -1]) {
          await withAltered(
            name,
            async (differs) => {
              const found = await verifyFiles(origin, { [path]: files[path] as string });
              const isReported = found.some((finding) => finding.path === path);
              if (isReported !== differs) unseen.push(`${name} at ${place ?? 'its middle'}`);
              if (!differs) harmless.push(name);
            },
            place
          );
        }
      }
    }
    expect(unseen).toEqual([]);
    expect(harmless.filter((name) => !/\.(br|gz)$/.test(name))).toEqual([]);
    expect(harmless.length).toBeLessThan(10);
  }, 240_000);

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
