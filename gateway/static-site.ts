// The static site: the finished build, held in memory and served by exact address, so that no address can name a
// file outside it. Headers and compressed twins were made by the build (headers.json).
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayStartError } from './errors.ts';
import { chooseEncoding, entityTag, isUnchanged, type ContentEncoding } from './negotiation.ts';
import { API_HEADERS, failure, type Reply } from './reply.ts';

/** A file that exists only here, such as /network.json. */
export interface VirtualFile {
  readonly contentType: string;
  readonly body: Uint8Array | string;
}

interface SiteFile {
  readonly headers: Readonly<Record<string, string>>;
  /** Without quotes; null for virtual files. */
  readonly tag: string | null;
  readonly bodies: Partial<Record<ContentEncoding, Uint8Array>> & { readonly identity: Uint8Array };
}

/** What the build wrote: headers common to all files, and those of each file. */
interface BuildHeaders {
  readonly common: Record<string, string>;
  readonly files: Record<string, { headers: Record<string, string>; encodings: ('br' | 'gzip')[] }>;
}

export interface SiteRequest {
  readonly method: string;
  /** Path as received, still percent-encoded, without query. */
  readonly path: string;
  readonly acceptEncoding?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export type StaticSite = (request: SiteRequest) => Reply;

const ENDINGS = { br: '.br', gzip: '.gz' } as const;
/** Addresses that are files or nothing: a page in their place would be taken for a script. */
const NEVER_A_PAGE = /^\/(_app|gateway)\/|\.[a-z0-9]+$/i;

async function loadFile(
  directory: string,
  path: string,
  { headers, encodings }: BuildHeaders['files'][string],
  common: Record<string, string>
): Promise<SiteFile> {
  const { etag = '', ...own } = headers;
  const bodies: SiteFile['bodies'] = { identity: await readFile(join(directory, path)) };
  for (const encoding of encodings) {
    bodies[encoding] = await readFile(join(directory, path + ENDINGS[encoding]));
  }
  return { headers: { ...common, ...own }, tag: etag.replaceAll('"', ''), bodies };
}

/** Serves what `files` holds; `200.html` stands in for every page that is not there. */
function serve(files: ReadonlyMap<string, SiteFile>, request: SiteRequest): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return failure('method-refused', { allow: 'GET, HEAD' });
  }
  const path = decodePath(request.path);
  if (path === null) return failure('not-found');
  const page = path.replace(/\/$/, '');
  const exact =
    files.get(path) ?? files.get(`${page}.html`) ?? files.get(`${page}/index.html`) ?? files.get(page);
  const file = exact ?? (NEVER_A_PAGE.test(path) ? undefined : files.get('/200.html'));
  if (!file) return failure('not-found');

  const encoding = chooseEncoding(request.acceptEncoding, Object.keys(file.bodies) as ContentEncoding[]);
  const headers: Record<string, string> = { ...file.headers, vary: 'accept-encoding' };
  if (encoding !== 'identity') headers['content-encoding'] = encoding;
  if (file.tag !== null) {
    headers.etag = entityTag(file.tag, encoding);
    if (isUnchanged(request.ifNoneMatch, file.tag)) return { status: 304, headers, body: null };
  }
  return { status: 200, headers, body: file.bodies[encoding] ?? file.bodies.identity };
}

/** A path as text, or null when it is not one we could have handed out. */
function decodePath(path: string): string | null {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.startsWith('/') && !/[\\\0]|\/\/|(^|\/)\.\.?(\/|$)/.test(decoded) ? decoded : null;
  } catch {
    return null;
  }
}

/**
 * Loads the build in `directory` (none: only the virtual files are served).
 * @throws GatewayStartError `build-missing`
 */
export async function createStaticSite(
  directory: string | null,
  virtualFiles: Readonly<Record<string, VirtualFile>> = {}
): Promise<StaticSite> {
  const files = new Map<string, SiteFile>();
  if (directory !== null) {
    const list = join(directory, 'headers.json');
    if (!existsSync(list)) throw new GatewayStartError('build-missing', { message: `${list} is missing` });
    const build = JSON.parse(await readFile(list, 'utf8')) as BuildHeaders;
    const loaded = Object.entries(build.files).map(
      async ([path, entry]) => [path, await loadFile(directory, path, entry, build.common)] as const
    );
    for (const [path, file] of await Promise.all(loaded)) files.set(path, file);
  }
  for (const [path, { contentType, body }] of Object.entries(virtualFiles)) {
    files.set(path, {
      headers: { ...API_HEADERS, 'content-type': contentType, 'cache-control': 'no-store' },
      tag: null,
      bodies: { identity: Buffer.from(body) }
    });
  }
  return (request) => serve(files, request);
}
