// An embedded network: real servers with real keys over real TLS sockets, in one process (design.md §4).
import { hexToBytes } from '../src/lib/bytes/index.ts';
import { systemClock, type Clock } from '../src/lib/clock.ts';
import { signText } from '../src/lib/crypto/index.ts';
import { silentLog } from '../src/lib/log.ts';
import type { NetworkDescriptor } from '../src/lib/networks.ts';
import { systemRandom } from '../src/lib/random.ts';
import { parseAccountKey, type ServiceNode } from '../src/lib/wire/index.ts';
import { createActivity } from './activity.ts';
import { openDataFolder, type DataFolder } from './data-folder.ts';
import { createDirectory, type Directory } from './directory.ts';
import type { Echo } from './echo/echo.ts';
import { createEchoMemory } from './echo/memory.ts';
import { startEcho } from './echo/start.ts';
import { startFileServer } from './file-server/start.ts';
import { createHashMemory } from './hash-memory.ts';
import type { Localnet, OpenedEvent, StoredItem } from './handles.ts';
import { createNameTable } from './names.ts';
import { newNode, stateFor } from './new-state.ts';
import { createNodeCryptoBackend } from './node-crypto.ts';
import { createNodeSet, keysOf, type LocalNode, type NodeSet, type NodeSetDependencies } from './node-set.ts';
import { DEFAULTS, type LocalnetOptions } from './options.ts';
import { repeat } from './repeat.ts';
import { createSeed } from './seed.ts';
import type { NetworkState } from './state-file.ts';
import { countMessages, sweepExpired } from './storage/replication.ts';

/** Fewest verified nodes with which a local network is usable (design.md §3.1). */
const MINIMUM_POOL = 4;

function listedNodes(directory: Directory): ServiceNode[] {
  return directory.all().map(({ ed25519PublicKeyHex, x25519PublicKeyHex, ip, port, swarmIdHex }) => ({
    ed25519PublicKeyHex,
    x25519PublicKeyHex,
    ip,
    port,
    swarmIdHex
  }));
}

function swarmNodes(directory: Directory, set: NodeSet, accountHex: string): LocalNode[] {
  const members = directory.swarmOf(parseAccountKey(accountHex).key)?.members ?? [];
  return members.map(({ index }) => set.nodes[index] as LocalNode);
}

/** Everything of an account that its swarm holds, in the order of the first member that has it. */
function storedItems(members: readonly LocalNode[], accountHex: string, namespace?: number): StoredItem[] {
  const byHash = new Map<string, StoredItem>();
  for (const item of members.flatMap((node) => node.store.list(hexToBytes(accountHex)))) {
    if (!byHash.has(item.hash)) byHash.set(item.hash, item);
  }
  return [...byHash.values()].filter((item) => namespace === undefined || item.namespace === namespace);
}

/** Starts the nodes of a state, and keeps the state on disk as it changes. */
async function startNodes(
  dependencies: Omit<NodeSetDependencies, 'changed'>,
  data: DataFolder,
  initial: { readonly count: number; readonly state: NetworkState },
  stack: AsyncDisposableStack
): Promise<NodeSet> {
  let isStarted = false;
  const save = () => {
    if (!isStarted) return;
    const states = set.states();
    const nodes = [...states, ...initial.state.nodes.slice(states.length)];
    data.save({ ...initial.state, running: states.length, nodes });
  };
  const set: NodeSet = createNodeSet({ ...dependencies, changed: save });
  stack.defer(() => set.close());
  for (const node of initial.state.nodes.slice(0, initial.count)) await set.add(node);
  isStarted = true;
  save();
  if (data.known && data.known.running !== initial.count) await set.moveMessages();
  return set;
}

/** What Echo is registered as, where nothing else is asked for. */
const ECHO_NAMES: readonly string[] = ['echo', 'echo-on-onionskin', 'postmaster'];

/** Everything that runs, before it is given its handle. */
async function compose(options: LocalnetOptions, stack: AsyncDisposableStack) {
  const clock: Clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const data = openDataFolder(options.dataDirectory ?? null, stack);
  // Certificates are for TLS, which knows only the real time.
  const initial = stateFor(data.known, options, random, Date.now());
  const crypto = await createNodeCryptoBackend(random);
  const activity = createActivity();
  const directory = createDirectory(() => clock.now());
  const chain = { hf: options.hf ?? DEFAULTS.hf };
  const names = createNameTable(crypto);
  for (const [name, owner] of Object.entries(options.names ?? {})) await names.set(name, owner);
  const seedHex = initial.state.fileServerSeedHex;
  const others = options.relays ?? {};
  const base = { activity, clock, crypto };
  const files = await startFileServer({ ...base, database: data.files, seedHex, others }, stack);
  const seed = createSeed({ activity, chain, clock, directory });
  await seed.listen(0);
  stack.defer(() => seed.close());
  const listeners = new Set<(event: OpenedEvent) => void>();
  let echo: Echo | null = null;
  const dependencies = {
    ...base,
    chain,
    database: data.messages,
    directory,
    hashOf: createHashMemory(),
    names,
    limits: { ...DEFAULTS.limits, ...options.limits },
    rateLimit: options.rateLimit === undefined ? DEFAULTS.rateLimit : options.rateLimit,
    relays: files.relays,
    opened(nodeEd: string, event: Omit<OpenedEvent, 'nodeEd'>) {
      for (const listener of listeners) listener({ nodeEd, ...event });
    },
    stored(accountHex: string) {
      if (accountHex === echo?.accountId) echo.ring();
    }
  };
  const set = await startNodes(dependencies, data, initial, stack);
  const memory = createEchoMemory(data.messages);
  if (options.echo !== false) {
    const log = options.log ?? silentLog;
    echo = startEcho(
      { ...base, directory, files, log, memory, set, seedHex: initial.state.echoSeedHex },
      stack
    );
    const own = options.names === undefined ? ECHO_NAMES : [];
    for (const name of own) await names.set(name, echo.accountId);
  }
  const sweep = repeat(clock, options.sweepMs ?? DEFAULTS.sweepMs, () => {
    for (const { index } of directory.all()) sweepExpired(data.messages, index, clock.now());
    files.server.store.sweep(clock.now());
    memory.sweep(clock.now());
  });
  stack.defer(sweep);
  return {
    ...base,
    data,
    directory,
    echo: echo as Echo | null,
    files,
    initial,
    listeners,
    names,
    random,
    seed,
    set
  };
}

/**
 * Starts a network and everything in it.
 * @throws LocalnetError `data-directory-unwritable`, `data-directory-in-use`, `data-directory-damaged`,
 *   `address-unavailable`; UsageError for numbers that make no network
 */
export async function createLocalnet(options: LocalnetOptions = {}): Promise<Localnet> {
  const stack = new AsyncDisposableStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(options: LocalnetOptions, stack: AsyncDisposableStack): Promise<Localnet> {
  const running = await compose(options, stack);
  const { activity, clock, crypto, data, directory, files, initial, listeners, seed, set } = running;
  const keys = await keysOf(crypto, {
    seedHex: initial.state.networkSeedHex,
    certificatePem: '',
    keyPem: ''
  });
  const echoAccountId = running.echo?.accountId ?? null;
  const descriptor: NetworkDescriptor = {
    id: keys.ed25519PublicKeyHex,
    kind: 'local',
    seeds: [{ url: seed.url() }],
    anchors: [],
    listSigningKeyHex: keys.ed25519PublicKeyHex,
    minimumPool: Math.min(MINIMUM_POOL, initial.count),
    fileServer: files.address,
    echoAccountId
  };
  return {
    descriptor,
    echoAccountId,
    nodes: set.nodes,
    seedUrl: seed.url(),
    names: running.names,
    files: files.server,
    swarmOf: (accountHex) => swarmNodes(directory, set, accountHex),
    nodeList: () => ({
      height: directory.height(),
      fetchedAtMs: Math.floor(clock.now()),
      nodes: listedNodes(directory)
    }),
    signList: (body) => signText(crypto, keys, body),
    stored: (accountHex, namespace) =>
      storedItems(swarmNodes(directory, set, accountHex), accountHex, namespace),
    countStored: () => countMessages(data.messages),
    onOpened(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
    setSeedFault: (faults) => seed.setFaults(faults),
    setFileServerFault: (faults) => files.server.setFaults(faults),
    async addNode(swarmIdHex) {
      const node = await set.add(newNode(set.nodes.length, swarmIdHex, {}, running.random, Date.now()));
      await set.moveMessages();
      return node;
    },
    settle: () => activity.settle(),
    close: () => stack.disposeAsync()
  };
}
