// Network, gateway and app as one thing that starts and stops: for npm start, npm run dev and the browser tests.
import { createGateway, type Gateway, type NodeList, type NodeSource } from '../../gateway/index.ts';
import { anchorList } from '../../gateway/anchor-list.ts';
import { createSeedNodeSource } from '../../gateway/seed-source.ts';
import { localnet, type Localnet } from '../../localnet/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { consoleLog, type Log } from '../../src/lib/log.ts';
import { MAINNET, TESTNET, type NetworkDescriptor } from '../../src/lib/networks.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { decodeBundledNodes, type JsonValue } from '../../src/lib/wire/index.ts';
import mainnetNodes from '../../src/lib/wire/mainnet-nodes.json' with { type: 'json' };

export interface StackOptions {
  readonly network: 'local' | 'mainnet' | 'testnet';
  readonly host?: string;
  readonly port?: number;
  /** Where the embedded network keeps its data; null keeps it in memory. */
  readonly dataDirectory?: string | null;
  readonly nodes?: number;
  readonly staticDirectory: string | null;
  readonly allowOrigins?: readonly string[];
  readonly allowHosts?: readonly string[];
  readonly trustProxy?: number;
  readonly log?: Log;
}

export interface Stack {
  readonly origin: string;
  readonly gateway: Gateway;
  /** Null on a network run by others. */
  readonly localnet: Localnet | null;
  /** Where the first node list came from. */
  readonly listFrom: 'localnet' | 'seed' | 'fallback';
  close(): Promise<void>;
}

/** How old a list may look that did not change. */
const MAX_AGE_MS = 60_000;

/** The list of an embedded network; the same object for a while, as long as nothing in it changed. */
function localSource(net: Localnet): NodeSource {
  let latest: NodeList = net.nodeList();
  const isSame = ({ nodes, height, fetchedAtMs }: NodeList) =>
    height === latest.height &&
    fetchedAtMs - latest.fetchedAtMs < MAX_AGE_MS &&
    nodes.length === latest.nodes.length &&
    nodes.every((node, index) => {
      const known = latest.nodes[index];
      return (
        node.ed25519PublicKeyHex === known?.ed25519PublicKeyHex &&
        node.ip === known.ip &&
        node.port === known.port &&
        node.swarmIdHex === known.swarmIdHex
      );
    });
  return {
    current() {
      const list = net.nodeList();
      if (!isSame(list)) latest = list;
      return latest;
    }
  };
}

interface Backing {
  readonly network: NetworkDescriptor;
  readonly source: NodeSource;
  readonly localnet: Localnet | null;
  readonly listFrom: Stack['listFrom'];
  stop(): Promise<void>;
}

async function startLocal({ nodes, dataDirectory = null }: StackOptions): Promise<Backing> {
  const net = await localnet.create({ nodes, dataDirectory });
  return {
    network: net.descriptor,
    source: localSource(net),
    localnet: net,
    listFrom: 'localnet',
    stop: () => net.close()
  };
}

async function startRemote(network: NetworkDescriptor, log: Log): Promise<Backing> {
  const source = createSeedNodeSource({
    network,
    fallback: anchorList(network, decodeBundledNodes(mainnetNodes as JsonValue), systemClock.now()),
    clock: systemClock,
    random: systemRandom,
    log
  });
  const { from } = await source.start();
  return { network, source, localnet: null, listFrom: from, stop: () => source.stop() };
}

/**
 * Starts everything. What was started is stopped again when a later part does not start.
 * @throws GatewayStartError
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { log = consoleLog } = options;
  const backing =
    options.network === 'local'
      ? await startLocal(options)
      : await startRemote(options.network === 'mainnet' ? MAINNET : TESTNET, log);
  try {
    const net = backing.localnet;
    const gateway = await createGateway({
      network: backing.network,
      nodeSource: backing.source,
      staticDirectory: options.staticDirectory,
      virtualFiles: net
        ? { '/network.json': { contentType: 'application/json', body: JSON.stringify(net.descriptor) } }
        : {},
      signList: net ? (body) => net.signList(body) : undefined,
      allowOrigins: options.allowOrigins,
      allowHosts: options.allowHosts,
      trustProxy: options.trustProxy,
      host: options.host,
      port: options.port,
      log
    });
    await gateway.listen();
    return {
      origin: gateway.origin,
      gateway,
      localnet: net,
      listFrom: backing.listFrom,
      async close() {
        await gateway.close();
        await backing.stop();
      }
    };
  } catch (error) {
    await backing.stop();
    throw error;
  }
}
