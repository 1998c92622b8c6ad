// A host whose files a story changes: one bit of one of them, or the whole build for a newer one.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { finishBuild } from '../../scripts/lib/finish-build.mjs';

const BUILD = process.env.E2E_BUILD ?? join(import.meta.dirname, '../../build');
const MANIFEST = 'release-manifest.json';

export interface Manifest {
  readonly version: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Serves a copy of the build. */
export class Host {
  port = 0;
  private gateway: Gateway | null = null;
  readonly folder: string;
  /** What the build says of itself. */
  readonly manifest: Manifest;

  private constructor(folder: string, manifest: Manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  static async ofBuild(): Promise<Host> {
    const folder = await mkdtemp(join(tmpdir(), 'onionskin-release-'));
    await cp(BUILD, folder, { recursive: true });
    return new Host(folder, JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest);
  }

  async start(network: Parameters<typeof createGateway>[0]['network']): Promise<string> {
    await this.gateway?.close();
    this.gateway = await createGateway({
      network,
      nodeSource: { current: () => ({ height: 0, fetchedAtMs: 0, nodes: [] }) },
      staticDirectory: this.folder,
      port: this.port
    });
    await this.gateway.listen();
    this.port = Number(new URL(this.gateway.origin).port);
    return this.gateway.origin;
  }

  /** Flips one bit in a file and leaves no compressed twin of what it was. */
  async alter(path: string): Promise<() => Promise<void>> {
    const file = join(this.folder, path);
    const bytes = await readFile(file);
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(altered.length - 2) ^ 1, altered.length - 2);
    const headersFile = join(this.folder, 'headers.json');
    const headers = await readFile(headersFile, 'utf8');
    const list = JSON.parse(headers) as {
      files: Record<string, { encodings: string[]; headers: Record<string, string> }>;
    };
    const entry = list.files[path];
    if (!entry) throw new Error(`${path} is not in the build`);
    entry.encodings = [];
    entry.headers.etag = `"${altered.length}-altered"`;
    await writeFile(headersFile, JSON.stringify(list));
    await writeFile(file, altered);
    return async () => {
      await writeFile(file, bytes);
      await writeFile(headersFile, headers);
    };
  }

  /** Makes the copy a newer version, unsigned, whose maker says what changed. Served from the next start on. */
  async becomeNewer(version: string, changes: readonly string[]): Promise<void> {
    const worker = join(this.folder, 'service-worker.js');
    await writeFile(worker, (await readFile(worker, 'utf8')).replaceAll(this.manifest.version, version));
    await finishBuild(this.folder, version, { changes });
  }

  async stop(): Promise<void> {
    await this.gateway?.close();
    await rm(this.folder, { recursive: true });
  }
}
