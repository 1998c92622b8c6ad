// An embedded network, a gateway in front of it, and onion clients as a browser would have them.
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { localnet, type Localnet, type LocalnetOptions } from '../../localnet/index.ts';
import { systemClock, type Clock } from '../../src/lib/clock.ts';
import { createCryptoBackend, type CryptoBackend } from '../../src/lib/crypto/index.ts';
import { silentLog, type Log } from '../../src/lib/log.ts';
import type { NetworkDescriptor } from '../../src/lib/networks.ts';
import {
  createGatewayTransport,
  createMemoryOnionStore,
  createOnionClient,
  type OnionClient,
  type OnionConfig,
  type OnionStore
} from '../../src/lib/onion/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createSwarmClient, type SwarmClient } from '../../src/lib/swarm/index.ts';
import { IMPATIENT } from './onion-limits.ts';

export interface OnionLocalnet {
  readonly network: Localnet;
  readonly gateway: Gateway;
  readonly crypto: CryptoBackend;
  /** A further gateway to the same network; closed by the test or at the end. */
  addGateway(options?: { port?: number }): Promise<Gateway>;
  connect(options?: ConnectOptions): Connected;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly gateways?: readonly string[];
  readonly descriptor?: NetworkDescriptor;
  readonly store?: OnionStore;
  readonly clock?: Clock;
  readonly config?: Partial<OnionConfig>;
  readonly fetch?: typeof fetch;
  readonly log?: Log;
}

export interface Connected {
  readonly onion: OnionClient;
  readonly swarm: SwarmClient;
}

export async function createOnionLocalnet(options: LocalnetOptions = {}): Promise<OnionLocalnet> {
  const network = await localnet.create({ echo: false, ...options });
  const crypto = await createCryptoBackend();
  const gateways: Gateway[] = [];
  const clients: OnionClient[] = [];

  async function addGateway({ port = 0 }: { port?: number } = {}): Promise<Gateway> {
    // A new list is a new object, so the gateway is given the same one until the network changes.
    let list = network.nodeList();
    const gateway = await createGateway({
      network: network.descriptor,
      port,
      nodeSource: {
        current() {
          const now = network.nodeList();
          if (JSON.stringify(now.nodes) !== JSON.stringify(list.nodes)) list = now;
          return list;
        }
      },
      signList: (body) => network.signList(body)
    });
    await gateway.listen();
    gateways.push(gateway);
    return gateway;
  }

  const gateway = await addGateway();

  return {
    network,
    gateway,
    crypto,
    addGateway,
    connect(connectOptions = {}) {
      const clock = connectOptions.clock ?? systemClock;
      const log = connectOptions.log ?? silentLog;
      const onion = createOnionClient({
        crypto,
        transport: createGatewayTransport({
          fetch: connectOptions.fetch ?? fetch,
          gateways: connectOptions.gateways ?? [gateway.origin],
          clock
        }),
        network: connectOptions.descriptor ?? network.descriptor,
        store: connectOptions.store ?? createMemoryOnionStore(),
        clock,
        random: systemRandom,
        log,
        config: { ...IMPATIENT, ...connectOptions.config }
      });
      clients.push(onion);
      onion.start();
      return { onion, swarm: createSwarmClient({ onion, crypto, random: systemRandom, log }) };
    },
    async close() {
      await Promise.all(clients.map((client) => client.stop()));
      await Promise.all(gateways.map((each) => each.close()));
      await network.close();
    }
  };
}
