// Addresses of files on a file server (accounts-and-messages.md §5.4). The server is never contacted directly: the
// address names it, the onion request goes to its key.
import { MAINNET, type FileServer } from '../networks.ts';
import { malformed } from './errors.ts';

export interface DownloadUrl {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** 44 characters of `[A-Za-z0-9_-]`, or an old decimal number. */
  readonly fileId: string;
  /** Stream encryption (`#d`), as opposed to the legacy format. */
  readonly stream: boolean;
  /** Key of the server, 64 lower-case hex; its X25519 form is the onion destination. */
  readonly serverEd25519Hex: string;
}

const STRUCTURE = 'download-url';
const MAX_URL_LENGTH = 2048;
const OFFICIAL_DOMAIN = '.getsession.org';
/** Community servers have another API. */
const COMMUNITY_HOSTS = ['open.getsession.org'];
const FILE_PATH = /^\/files?\/([A-Za-z0-9_-]{44}|\d{1,20})$/;

/**
 * Reads a file's address. Without `p=` the key is that of `fileServer` for its own host, and the official one for
 * `*.getsession.org`; other hosts must name their key.
 * @throws WireError `malformed`
 */
export function parseDownloadUrl(text: string, fileServer: FileServer = MAINNET.fileServer): DownloadUrl {
  if (text.length > MAX_URL_LENGTH) throw malformed(STRUCTURE, 'length');
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw malformed(STRUCTURE, 'protocol');
  if (url.username !== '' || url.password !== '' || COMMUNITY_HOSTS.includes(url.hostname)) {
    throw malformed(STRUCTURE, 'host');
  }
  const fileId = FILE_PATH.exec(url.pathname)?.[1];
  if (fileId === undefined) throw malformed(STRUCTURE, 'path');
  const parts = url.hash.slice(1).split('&');
  const serverEd25519Hex = namedKey(parts) ?? defaultKey(url.hostname, fileServer);
  if (serverEd25519Hex === null) throw malformed(STRUCTURE, 'p');
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return {
    protocol,
    host: url.hostname,
    port: url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port),
    fileId,
    stream: parts.some((part) => part === 'd' || part.startsWith('d=')),
    serverEd25519Hex
  };
}

/**
 * Address to put into a message: `#d` in its bare form for stream encryption, `p=` when the server is not the
 * official one.
 */
export function buildDownloadUrl(input: {
  readonly server: Pick<FileServer, 'protocol' | 'host' | 'port' | 'ed25519PublicKeyHex'>;
  readonly fileId: string;
  readonly stream: boolean;
}): string {
  const { protocol, host, port, ed25519PublicKeyHex } = input.server;
  const usualPort = protocol === 'http' ? 80 : 443;
  const base = `${protocol}://${host}${port === usualPort ? '' : `:${port}`}/file/${input.fileId}`;
  const parts = [
    ...(input.stream ? ['d'] : []),
    ...(ed25519PublicKeyHex === MAINNET.fileServer.ed25519PublicKeyHex ? [] : [`p=${ed25519PublicKeyHex}`])
  ];
  return parts.length === 0 ? base : `${base}#${parts.join('&')}`;
}

function namedKey(parts: readonly string[]): string | null {
  const part = parts.find((candidate) => candidate.startsWith('p='));
  if (part === undefined) return null;
  if (!/^p=[0-9a-fA-F]{64}$/.test(part)) throw malformed(STRUCTURE, 'p');
  return part.slice(2).toLowerCase();
}

function defaultKey(host: string, fileServer: FileServer): string | null {
  if (host === fileServer.host) return fileServer.ed25519PublicKeyHex;
  return host.endsWith(OFFICIAL_DOMAIN) ? MAINNET.fileServer.ed25519PublicKeyHex : null;
}
