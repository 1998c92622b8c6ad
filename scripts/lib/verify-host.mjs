// What a host serves, compared with a list of hashes. Plain JavaScript for Node 20, so that checking needs nothing but
// Node; the host is asked as any visitor asks, with no cookie and no word that this is a check.
import { createHash, createPublicKey, verify } from 'node:crypto';

/** As in src/lib/release.ts, for a Node that cannot read TypeScript; a test keeps them the same. */
export const SIGNATURE_CONTEXT = 'onionskin release manifest v1\n';
const MANIFEST_PATH = '/release-manifest.json';
const SIGNATURE_PATH = '/release-signature.json';
/** A host may send every visitor another form of a file: each is looked at. */
const ENCODINGS = ['identity', 'gzip', 'br'];
const AT_A_TIME = 8;
const TIMEOUT_MS = 60_000;
const MAX_FILE_BYTES = 32 * 1024 * 1024;
/** Addresses of the app that a visitor may open first, with the file that has to come. */
const PAGES = [
  ['/', '/index.html'],
  ['/restore', '/restore.html'],
  ['/chats', '/200.html'],
  ['/c/some-id', '/200.html'],
  ['/settings/transparency', '/200.html']
];
/** Headers without which the code is right and the browser's own barriers are down. */
const NEEDED_HEADERS = [
  ['content-security-policy', /require-trusted-types-for 'script'/],
  ['content-security-policy', /frame-ancestors 'none'/],
  ['x-content-type-options', /^nosniff$/],
  ['referrer-policy', /^no-referrer$/],
  ['cross-origin-opener-policy', /^same-origin$/]
];

/** @typedef {{ version: string, build?: { sources?: string, settings?: Record<string, string> }, files: Record<string, string> }} Manifest */
/**
 * @typedef {object} Finding
 * @property {'altered' | 'missing' | 'unexpected' | 'header' | 'signature'} kind
 * @property {string} path
 * @property {string} [detail]
 */

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Reads a manifest's bytes. @throws Error in one line when they are none */
export function parseManifest(bytes) {
  let manifest;
  try {
    manifest = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new Error('the manifest is no JSON');
  }
  const { version, files } = manifest ?? {};
  const isEntry = ([path, hash]) => path.startsWith('/') && /^[0-9a-f]{64}$/.test(hash);
  if (typeof version !== 'string' || typeof files !== 'object' || files === null)
    throw new Error('not a manifest');
  if (!Object.entries(files).every(isEntry)) throw new Error('the manifest holds something else than hashes');
  return /** @type {Manifest} */ (manifest);
}

/**
 * Whether `signatureText` is a signature of `manifestBytes` by the key.
 * @param {string} publicKeyHex Ed25519, 64 hex characters
 */
export function isSignedBy(manifestBytes, signatureText, publicKeyHex) {
  try {
    const { algorithm, public_key, signature } = JSON.parse(signatureText);
    if (algorithm !== 'Ed25519' || public_key !== publicKeyHex) return false;
    const x = Buffer.from(publicKeyHex, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const signed = Buffer.concat([Buffer.from(SIGNATURE_CONTEXT), manifestBytes]);
    return verify(null, signed, key, Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}

/** One answer of the host, read to its end. A redirect to another address of the host is followed, to another host not. */
async function get(origin, path, encoding) {
  const answer = await fetch(new URL(path, origin), {
    headers: { 'accept-encoding': encoding, 'cache-control': 'no-cache' },
    signal: AbortSignal.timeout(TIMEOUT_MS)
  });
  if (new URL(answer.url).origin !== origin) throw new Error(`leads to ${new URL(answer.url).origin}`);
  if (answer.status !== 200) throw new Error(`status ${answer.status}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (bytes.length > MAX_FILE_BYTES) throw new Error('too long');
  return { bytes, headers: answer.headers };
}

/** The manifest a host serves, with its signature where it has one. */
export async function fetchManifest(origin) {
  const { bytes } = await get(origin, MANIFEST_PATH, 'identity');
  const signature = await get(origin, SIGNATURE_PATH, 'identity').catch(() => null);
  return { bytes, manifest: parseManifest(bytes), signature: signature?.bytes.toString('utf8') ?? null };
}

/** What differs between two lists: files whose hash is another, that lack, or that are too many. */
export function compareLists(served, trusted) {
  const findings = [];
  for (const [path, hash] of Object.entries(trusted)) {
    if (served[path] === undefined)
      findings.push({ kind: 'missing', path, detail: 'not in the list of the host' });
    else if (served[path] !== hash)
      findings.push({ kind: 'altered', path, detail: 'in the list of the host' });
  }
  for (const path of Object.keys(served)) {
    if (trusted[path] === undefined) findings.push({ kind: 'unexpected', path });
  }
  return findings;
}

function headerFindings(path, headers) {
  return NEEDED_HEADERS.filter(([name, wanted]) => !wanted.test(headers.get(name) ?? '')).map(
    ([name, wanted]) => ({
      kind: 'header',
      path,
      detail: `${name} without ${wanted.source.replace(/[\^$]/g, '')}`
    })
  );
}

/** Looks at one address in every form. @returns {Promise<Finding[]>} */
async function lookAt(origin, address, path, hash) {
  const findings = [];
  for (const encoding of ENCODINGS) {
    try {
      const { bytes, headers } = await get(origin, address, encoding);
      if (sha256(bytes) !== hash) {
        findings.push({ kind: 'altered', path, detail: `${address} with accept-encoding ${encoding}` });
      }
      const isCode = /\.(html|js)$/.test(path);
      if (encoding === 'identity' && isCode) findings.push(...headerFindings(address, headers));
    } catch (error) {
      const detail = `${address} with accept-encoding ${encoding}: ${error.cause?.message ?? error.message}`;
      findings.push({ kind: 'missing', path, detail });
    }
  }
  return findings;
}

/**
 * Downloads every file of a list from a host and compares.
 * @param {string} origin @param {Record<string, string>} trusted hashes by path
 * @returns {Promise<Finding[]>} empty when all is as the list says
 */
export async function verifyFiles(origin, trusted) {
  const wanted = Object.entries(trusted).map(([path, hash]) => [path, path, hash]);
  for (const [address, path] of PAGES) if (trusted[path]) wanted.push([address, path, trusted[path]]);
  const findings = [];
  const queue = wanted.values();
  const work = async () => {
    for (const [address, path, hash] of queue) findings.push(...(await lookAt(origin, address, path, hash)));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return findings;
}
