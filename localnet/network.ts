// An embedded network: real servers with real keys over real TLS sockets, in one process (design.md §4).
import { join } from 'node:path';
import { x25519PublicKeyOf, type AccountId } from '../src/lib/account-id.ts';
import { bytesToHex, hexToBytes } from '../src/lib/bytes/index.ts';
import { systemClock, type Clock } from '../src/lib/clock.ts';
import { deriveIdentity, signText, type CryptoBackend } from '../src/lib/crypto/index.ts';
import { silentLog, type Log } from '../src/lib/log.ts';
import type { FileServer as FileServerAddress, NetworkDescriptor } from '../src/lib/networks.ts';
import { systemRandom } from '../src/lib/random.ts';
import { parseAccountKey, type ServiceNode } from '../src/lib/wire/index.ts';
import { createActivity, type Activity } from './activity.ts';
import { createDirectory, type Directory } from './directory.ts';
import type { SeedFaults, ServerFaults } from './faults.ts';
import { createFileServer, type FileServer } from './file-server/file-server.ts';
import { createFileStore, FILE_SCHEMA } from './file-server/file-store.ts';
import { createEcho, type Echo } from './echo/echo.ts';
import { createEchoMemory, ECHO_SCHEMA } from './echo/memory.ts';
import { createPictureCopier } from './echo/pictures.ts';
import { createSwarmAccess } from './echo/swarm-access.ts';
import { createNameTable, type NameTable } from './names.ts';
import { newNode, stateFor } from './new-state.ts';
import { createNodeCryptoBackend } from './node-crypto.ts';
import { createNodeSet, keysOf, type LocalNode, type NodeSet } from './node-set.ts';
import type { Opened } from './node/onion.ts';
import type { RelayAddress, RelayTable } from './node/relay.ts';
import { DEFAULTS, type LocalnetOptions } from './options.ts';
import { createSeed } from './seed.ts';
import { loadState, prepareDirectory, saveState, type NetworkState } from './state-file.ts';
import { openDatabase, type Database } from './storage/database.ts';
import type { StoredMessage } from './storage/stored-message.ts';
import { countMessages, sweepExpired } from './storage/replication.ts';
import { MESSAGE_SCHEMA } from './storage/schema.ts';

/** What a hop or destination found under its layer. */
export interface OpenedEvent extends Opened {
  readonly nodeEd: string;
}

export interface StoredItem extends StoredMessage {
  readonly namespace: number;
}

export interface Localnet {
  /** What `/network.json` says. */
  readonly descriptor: NetworkDescriptor;
  readonly nodes: readonly LocalNode[];
  readonly seedUrl: string;
  readonly names: NameTable;
  readonly files: FileServer;
  readonly echoAccountId: AccountId | null;
  /** Nodes of the swarm that holds an account or group, 66 hex. */
  swarmOf(accountHex: string): LocalNode[];
  nodeList(): { height: number; fetchedAtMs: number; nodes: ServiceNode[] };
  /** Signature of 64 bytes by the network's key over the gateway's list. */
  signList(body: Uint8Array): Promise<Uint8Array>;
  /** What the swarm of an account holds, each message once, for assertions. */
  stored(accountId: string, namespace?: number): StoredItem[];
  /** Rows on all nodes together. */
  countStored(): number;
  /** Tells of every layer that was opened. @returns a function that ends it */
  onOpened(callback: (event: OpenedEvent) => void): () => void;
  setSeedFault(faults: SeedFaults): void;
  setFileServerFault(faults: ServerFaults): void;
  /** Starts one more node in a swarm; its swarm sends it what it holds. */
  addNode(swarmIdHex: string): Promise<LocalNode>;
  /** Resolves when no request is in flight, messages are where they belong, and Echo is done. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** The name under which nodes know the file server; it stays the same when the port does not. */
const FILE_SERVER_HOST = 'files.onionskin.internal';
const FILE_SERVER_PORT = 80;
const ECHO_POLL_MS = 5_000;
/** Fewest verified nodes with which a local network is usable (design.md §3.1). */
const MINIMUM_POOL = 4;

function relayTable(fileServerPort: () => number, servers: Readonly<Record<string, RelayAddress>>): RelayTable {
  return ({ protocol, host, port }) => {
    if (protocol === 'http' && host === FILE_SERVER_HOST && port === FILE_SERVER_PORT) {
      return { address: '127.0.0.1', port: fileServerPort() };
    }
    return servers[`${host}:${port}`] ?? null;
  };
}

async function createFiles(
  crypto: CryptoBackend,
  database: Database,
  state: NetworkState,
  base: { activity: Activity; clock: Clock }
): Promise<{ server: FileServer; address: FileServerAddress }> {
  const keys = await keysOf(crypto, { seedHex: state.fileServerSeedHex, certificatePem: '', keyPem: '' });
  const server = createFileServer({ ...base, ...keys, crypto, store: createFileStore(database) });
  const { ed25519PublicKeyHex, x25519PublicKey } = keys;
  return {
    server,
    address: {
      protocol: 'http',
      host: FILE_SERVER_HOST,
      port: FILE_SERVER_PORT,
      ed25519PublicKeyHex,
      x25519PublicKeyHex: bytesToHex(x25519PublicKey)
    }
  };
}

function startEcho(dependencies: {
  readonly activity: Activity;
  readonly clock: Clock;
  readonly crypto: CryptoBackend;
  readonly database: Database;
  readonly directory: Directory;
  readonly files: { server: FileServer; address: FileServerAddress };
  readonly log: Log;
  readonly seedHex: string;
  readonly set: NodeSet;
}): Echo {
  const { activity, clock, crypto, database, directory, files, log, set } = dependencies;
  const identity = deriveIdentity(hexToBytes(dependencies.seedHex));
  const now = () => Math.floor(clock.now());
  const echo = createEcho({
    activity,
    crypto,
    identity,
    log,
    now,
    memory: createEchoMemory(database),
    pictures: createPictureCopier({
      random: crypto.random,
      server: files.address,
      call: (request) => files.server.call(request)
    }),
    swarms: createSwarmAccess({
      crypto,
      identity,
      now,
      membersOf: (accountId) =>
        (directory.swarmOf(x25519PublicKeyOf(accountId))?.members ?? [])
          .map(({ index }) => set.nodes[index] as LocalNode)
          .filter((node) => node.isRunning)
    })
  });
  echo.ring();
  return echo;
}

function listedNodes(directory: Directory): ServiceNode[] {
  return directory.all().map(({ ed25519PublicKeyHex, x25519PublicKeyHex, ip, port, swarmIdHex }) => ({
    ed25519PublicKeyHex,
    x25519PublicKeyHex,
    ip,
    port,
    swarmIdHex
  }));
}

/** Everything of an account that its swarm holds, in the order of the first member that has it. */
function storedItems(
  directory: Directory,
  set: NodeSet,
  accountId: string,
  namespace: number | undefined
): StoredItem[] {
  const { key } = parseAccountKey(accountId);
  const byHash = new Map<string, StoredItem>();
  for (const { index } of directory.swarmOf(key)?.members ?? []) {
    for (const item of set.storeOf(index).list(hexToBytes(accountId))) {
      if (!byHash.has(item.hash)) byHash.set(item.hash, item);
    }
  }
  return [...byHash.values()].filter((item) => namespace === undefined || item.namespace === namespace);
}

/** Runs `work` every `everyMs` until the signal; a fake clock decides when that is. */
async function repeat(clock: Clock, everyMs: number, signal: AbortSignal, work: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(everyMs, signal);
    } catch {
      return;
    }
    work();
  }
}

/**
 * Starts a network and everything in it.
 * @throws LocalnetError `data-directory-unwritable`, `data-directory-in-use`, `data-directory-damaged`,
 *   `address-unavailable`; UsageError for numbers that make no network
 */
export async function createLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const directoryPath = options.dataDirectory ?? null;
  if (directoryPath !== null) prepareDirectory(directoryPath);
  const pathOf = (file: string) => (directoryPath === null ? null : join(directoryPath, file));
  const database = openDatabase(pathOf('messages.sqlite'), MESSAGE_SCHEMA + ECHO_SCHEMA);
  const fileDatabase = openDatabase(pathOf('files.sqlite'), FILE_SCHEMA);
  const known = directoryPath === null ? null : loadState(directoryPath);
  // Certificates are for TLS, which knows only the real time.
  const { count, state: initial } = stateFor(known, options, random, Date.now());
  const crypto = await createNodeCryptoBackend(random);
  const activity = createActivity();
  const directory = createDirectory(() => clock.now());
  const chain = { hf: options.hf ?? DEFAULTS.hf };
  const names = createNameTable(crypto);
  for (const [name, owner] of Object.entries(options.names ?? {})) await names.set(name, owner);
  const listeners = new Set<(event: OpenedEvent) => void>();
  const networkKeys = await keysOf(crypto, {
    seedHex: initial.networkSeedHex,
    certificatePem: '',
    keyPem: ''
  });
  const files = await createFiles(crypto, fileDatabase, initial, { activity, clock });
  const fileServerPort = await files.server.listen(0);
  const seed = createSeed({ activity, chain, clock, directory });
  await seed.listen(0);
  const stopping = new AbortController();
  let isReady = false;
  let echo: Echo | null = null;
  const save = () => {
    if (directoryPath === null || !isReady) return;
    const rest = initial.nodes.slice(set.states().length);
    saveState(directoryPath, { ...initial, nodes: [...set.states(), ...rest] });
  };
  const set: NodeSet = createNodeSet({
    activity,
    chain,
    clock,
    crypto,
    database,
    directory,
    names,
    limits: { ...DEFAULTS.limits, ...options.limits },
    rateLimit: options.rateLimit === undefined ? DEFAULTS.rateLimit : options.rateLimit,
    relays: relayTable(() => fileServerPort, options.relays ?? {}),
    opened(nodeEd, event) {
      for (const listener of listeners) listener({ nodeEd, ...event });
    },
    stored(accountHex) {
      if (accountHex === echo?.accountId) echo.ring();
    },
    changed: save
  });
  for (const node of initial.nodes.slice(0, count)) await set.add(node);
  isReady = true;
  save();
  if (known) await set.moveMessages();
  if (options.echo !== false) {
    const seedHex = initial.echoSeedHex;
    const log = options.log ?? silentLog;
    echo = startEcho({ activity, clock, crypto, database, directory, files, log, seedHex, set });
  }
  const echoAccountId = echo?.accountId ?? null;
  // Rings come with every store; this is for messages that moved here in another way.
  const ringing = repeat(clock, ECHO_POLL_MS, stopping.signal, () => echo?.ring());
  const echoMemory = createEchoMemory(database);
  const sweeping = repeat(clock, options.sweepMs ?? DEFAULTS.sweepMs, stopping.signal, () => {
    for (const { index } of directory.all()) sweepExpired(database, index, clock.now());
    files.server.store.sweep(clock.now());
    echoMemory.sweep(clock.now());
  });
  return {
    descriptor: {
      id: networkKeys.ed25519PublicKeyHex,
      kind: 'local',
      seeds: [{ url: seed.url() }],
      anchors: [],
      listSigningKeyHex: networkKeys.ed25519PublicKeyHex,
      minimumPool: Math.min(MINIMUM_POOL, count),
      fileServer: files.address,
      echoAccountId
    },
    nodes: set.nodes,
    seedUrl: seed.url(),
    names,
    files: files.server,
    echoAccountId,
    swarmOf: (accountHex) =>
      (directory.swarmOf(parseAccountKey(accountHex).key)?.members ?? []).map(
        ({ index }) => set.nodes[index] as LocalNode
      ),
    nodeList: () => ({
      height: directory.height(),
      fetchedAtMs: Math.floor(clock.now()),
      nodes: listedNodes(directory)
    }),
    signList: (body) => signText(crypto, networkKeys, body),
    stored: (accountId, namespace) => storedItems(directory, set, accountId, namespace),
    countStored: () => countMessages(database),
    onOpened(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    setSeedFault: (faults) => seed.setFaults(faults),
    setFileServerFault: (faults) => files.server.setFaults(faults),
    async addNode(swarmIdHex) {
      const node = await set.add(newNode(set.nodes.length, swarmIdHex, {}, random, Date.now()));
      await set.moveMessages();
      return node;
    },
    settle: () => activity.settle(),
    async close() {
      stopping.abort();
      await echo?.stop();
      const results = await Promise.allSettled([
        sweeping,
        ringing,
        set.close(),
        seed.close(),
        files.server.close()
      ]);
      database.close();
      fileDatabase.close();
      const failures = results.filter((result) => result.status === 'rejected');
      if (failures.length > 0) throw new AggregateError(failures.map((failure) => failure.reason));
    }
  };
}
