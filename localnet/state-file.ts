// The keys and addresses of a network, kept in its data folder so that a restart is the same network.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalnetError, systemErrorCode } from './errors.ts';

export interface NodeState {
  /** Ed25519 seed, 32 bytes in hex. */
  readonly seedHex: string;
  readonly ip: string;
  /** HTTPS port; 0 until the node has run once. */
  readonly port: number;
  readonly swarmIdHex: string | null;
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface NetworkState {
  readonly format: 1;
  /** Ed25519 seed of the seed server, 32 bytes in hex: its public key is the network's id. */
  readonly networkSeedHex: string;
  readonly fileServerSeedHex: string;
  /** Account seed of Echo, 16 bytes in hex. */
  readonly echoSeedHex: string;
  /** How many of the nodes ran last: swarms are another when more or fewer do. */
  readonly running: number;
  readonly nodes: readonly NodeState[];
}

const FILE = 'network.json';

/** As `recursive`, which does not come back where the parent exists and refuses children (/proc). */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/**
 * Makes the folder and shows that it can be written.
 * @throws LocalnetError `data-directory-unwritable`
 */
export function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    const probe = join(directory, '.writable');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    const reason = systemErrorCode(cause) ?? 'unknown';
    throw new LocalnetError('data-directory-unwritable', { cause, details: { path: directory, reason } });
  }
}

/** @returns null when there is none yet. @throws LocalnetError `data-directory-damaged` */
export function loadState(directory: string): NetworkState | null {
  let text: string;
  try {
    text = readFileSync(join(directory, FILE), 'utf8');
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null;
    throw new LocalnetError('data-directory-damaged', { cause, details: { path: directory } });
  }
  try {
    const state = JSON.parse(text) as NetworkState;
    if (state.format === 1 && Array.isArray(state.nodes)) return state;
  } catch {
    // Reported below, as is a format of another version.
  }
  throw new LocalnetError('data-directory-damaged', { details: { path: directory } });
}

/** Replaces the file as a whole; it holds secret keys, so only its owner may read it. */
export function saveState(directory: string, state: NetworkState): void {
  const path = join(directory, FILE);
  try {
    writeFileSync(`${path}.new`, JSON.stringify(state, null, 1), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new LocalnetError('data-directory-unwritable', { cause, details: { path: directory } });
  }
}
