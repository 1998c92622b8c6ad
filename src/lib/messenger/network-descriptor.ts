// Which network this site belongs to (design.md §3.1). The build knows mainnet and testnet by itself; only a local network
// is described by `/network.json`, and that file never changes the keys of the others.
import { isAccountId, type AccountId } from '../account-id.ts';
import { isHex } from '../bytes/index.ts';
import {
  MAINNET,
  TESTNET,
  type Anchor,
  type FileServer,
  type NetworkDescriptor,
  type Seed
} from '../networks.ts';

const MAX_JSON_CHARACTERS = 256 * 1024;
const MAX_ANCHORS = 2_000;
const MAX_SEEDS = 16;
const MAX_TEXT = 512;

/**
 * The descriptor a site's `/network.json` gives.
 * @returns null when the text is no descriptor, as the start page is that hosts answer with for any address
 */
export function parseNetworkFile(text: string): NetworkDescriptor | null {
  if (text.length > MAX_JSON_CHARACTERS) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return readDescriptor(value);
}

/** A descriptor from untyped data, e.g. one kept from an earlier visit; null when it is none. */
export function readDescriptor(value: unknown): NetworkDescriptor | null {
  if (!isRecord(value)) return null;
  if (value.kind === 'mainnet') return value.id === MAINNET.id ? MAINNET : null;
  if (value.kind === 'testnet') return value.id === TESTNET.id ? TESTNET : null;
  if (value.kind !== 'local' || !isKey(value.id) || !isKey(value.listSigningKeyHex)) return null;
  const seeds = readList(value.seeds, MAX_SEEDS, readSeed);
  const anchors = readList(value.anchors, MAX_ANCHORS, readAnchor);
  const fileServer = readFileServer(value.fileServer);
  const { minimumPool, echoAccountId } = value;
  if (!seeds || !anchors || !fileServer) return null;
  if (typeof minimumPool !== 'number' || !Number.isInteger(minimumPool) || minimumPool < 1) return null;
  return {
    id: value.id,
    kind: 'local',
    seeds,
    anchors,
    listSigningKeyHex: value.listSigningKeyHex,
    minimumPool,
    fileServer,
    echoAccountId: readAccountId(echoAccountId)
  };
}

function readSeed(value: unknown): Seed | null {
  if (!isRecord(value) || !isText(value.url)) return null;
  const pin = value.publicKeySha256Base64;
  return isText(pin) ? { url: value.url, publicKeySha256Base64: pin } : { url: value.url };
}

function readAnchor(value: unknown): Anchor | null {
  if (!isRecord(value) || !isKey(value.ed25519PublicKeyHex) || !isText(value.ip) || !isPort(value.port))
    return null;
  return { ed25519PublicKeyHex: value.ed25519PublicKeyHex, ip: value.ip, port: value.port };
}

function readFileServer(value: unknown): FileServer | null {
  if (!isRecord(value) || (value.protocol !== 'http' && value.protocol !== 'https')) return null;
  const { protocol, host, port, ed25519PublicKeyHex, x25519PublicKeyHex } = value;
  if (!isText(host) || !isPort(port) || !isKey(ed25519PublicKeyHex) || !isKey(x25519PublicKeyHex))
    return null;
  return { protocol, host, port, ed25519PublicKeyHex, x25519PublicKeyHex };
}

function readList<Item>(value: unknown, limit: number, read: (item: unknown) => Item | null): Item[] | null {
  if (!Array.isArray(value) || value.length > limit) return null;
  const items = value.map(read);
  return items.every((item) => item !== null) ? (items as Item[]) : null;
}

function readAccountId(value: unknown): AccountId | null {
  return typeof value === 'string' && isAccountId(value) ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64 && isHex(value);
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536;
}
