// Every violation of the policy, wherever it happens: browsers report those of pages, workers and the service worker to
// the address a policy names. The stories serve the build with such an address, of a listener in their own process.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeaders } from '../../scripts/lib/finish-build.mjs';

export interface PolicyReports {
  /** A copy of the build whose policies name the listener. */
  readonly directory: string;
  /** What was reported since the last `take`, a line each. */
  readonly seen: () => readonly string[];
  take(): readonly string[];
  stop(): Promise<void>;
}

interface CspReport {
  readonly 'csp-report'?: Readonly<Record<string, string>>;
}

function lineOf(body: string): string {
  const report = (JSON.parse(body) as CspReport)['csp-report'] ?? {};
  const {
    'document-uri': where = '?',
    'effective-directive': what = '?',
    'blocked-uri': blocked = '?'
  } = report;
  return `${what} refused ${blocked} in ${where} (${report['source-file'] ?? ''} ${report['script-sample'] ?? ''})`;
}

/** @param build a finished build */
export async function collectPolicyReports(build: string): Promise<PolicyReports> {
  let seen: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      if (request.method === 'POST') seen.push(lineOf(body));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const directory = await mkdtemp(join(tmpdir(), 'onionskin-e2e-site-'));
  await cp(build, directory, { recursive: true });
  const { files } = JSON.parse(await readFile(join(directory, 'headers.json'), 'utf8')) as {
    files: Record<string, { headers: Record<string, string>; encodings: string[] }>;
  };
  for (const { headers } of Object.values(files)) {
    headers['content-security-policy'] += `; report-uri http://127.0.0.1:${port}/`;
  }
  await writeHeaders(directory, files);
  return {
    directory,
    seen: () => seen,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    }
  };
}
