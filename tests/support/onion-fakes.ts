// An onion and a swarm client on a network in memory, ended together.
import { systemClock, type Clock } from '../../src/lib/clock.ts';
import type { CryptoBackend } from '../../src/lib/crypto/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { NetworkDescriptor } from '../../src/lib/networks.ts';
import {
  createMemoryOnionStore,
  createOnionClient,
  type ConnectionState,
  type OnionClient,
  type OnionConfig,
  type OnionStore
} from '../../src/lib/onion/index.ts';
import type { RandomBytes } from '../../src/lib/random.ts';
import { createSwarmClient, type SwarmClient } from '../../src/lib/swarm/index.ts';
import { IMPATIENT } from './onion-limits.ts';
import {
  createFakeNetwork,
  createFakeTransport,
  descriptorFor,
  type FakeGateway,
  type FakeNetwork,
  type FakeNetworkOptions,
  type GatewayClaim
} from './onion-network.ts';
import { seededRandom } from './seeded-random.ts';

export interface FakeWorld {
  readonly crypto: CryptoBackend;
  readonly random: RandomBytes;
  readonly network: FakeNetwork;
  readonly transport: FakeGateway;
  readonly descriptor: NetworkDescriptor;
  readonly onion: OnionClient;
  readonly swarm: SwarmClient;
  readonly store: OnionStore;
  /** Resolves with the first state that satisfies. */
  reaches(test: (state: ConnectionState) => boolean): Promise<ConnectionState>;
  /** Another client of the same world, as after a restart when given the same store. */
  again(over?: { store?: OnionStore; transport?: FakeGateway; config?: Partial<OnionConfig> }): FakeWorld;
}

export interface FakeWorldOptions {
  readonly seed?: number;
  readonly nodes?: number;
  readonly anchors?: number;
  readonly minimumPool?: number;
  readonly clock?: Clock;
  readonly config?: Partial<OnionConfig>;
  readonly handle?: FakeNetworkOptions['handle'];
  /** What each gateway claims; one honest gateway by default. */
  readonly claims?: (network: FakeNetwork) => Readonly<Record<string, GatewayClaim>>;
}

/** Makes worlds and stops their clients. */
export function createWorlds(crypto: CryptoBackend): {
  create(options?: FakeWorldOptions): FakeWorld;
  stopAll(): Promise<void>;
} {
  const clients: OnionClient[] = [];
  return {
    create(options = {}) {
      const random = seededRandom(options.seed ?? 1);
      const clock = options.clock ?? systemClock;
      const network = createFakeNetwork({
        crypto,
        random,
        nodes: options.nodes ?? 9,
        now: () => clock.now(),
        ...(options.handle ? { handle: options.handle } : {})
      });
      const claims = options.claims?.(network) ?? { own: { networkId: 'mainnet', nodes: network.nodes } };
      const descriptor = descriptorFor(network, {
        random,
        anchors: options.anchors ?? 5,
        minimumPool: options.minimumPool ?? 4
      });
      const base = { crypto, random, network, descriptor };
      const start = (store: OnionStore, transport: FakeGateway, config: Partial<OnionConfig>): FakeWorld => {
        const onion = createOnionClient({
          crypto,
          transport,
          network: descriptor,
          store,
          clock,
          random,
          log: silentLog,
          config: { ...IMPATIENT, ...options.config, ...config }
        });
        clients.push(onion);
        onion.start();
        return {
          ...base,
          transport,
          onion,
          store,
          swarm: createSwarmClient({ onion, crypto, random, log: silentLog }),
          reaches: (test) =>
            new Promise((resolve) => {
              if (test(onion.state())) return resolve(onion.state());
              const remove = onion.onState((state) => {
                if (!test(state)) return;
                remove();
                resolve(state);
              });
            }),
          again: (over = {}) =>
            start(
              over.store ?? store,
              over.transport ?? createFakeTransport(network, Object.fromEntries(transport.claims), clock),
              over.config ?? {}
            )
        };
      };
      return start(createMemoryOnionStore(), createFakeTransport(network, claims, clock), {});
    },
    async stopAll() {
      await Promise.all(clients.splice(0).map((client) => client.stop()));
    }
  };
}
