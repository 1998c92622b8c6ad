// The network floors of one leadership, over this site's gateways: for the worker of a page and for the service worker.
import type { Clock } from '../clock.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import { createFileClient } from '../files/index.ts';
import type { Log } from '../log.ts';
import { createSealedOnionStore, type NetworkFloors } from '../messenger/index.ts';
import { withAnchors, type Anchor, type NetworkDescriptor } from '../networks.ts';
import { createGatewayTransport, createOnionClient } from '../onion/index.ts';
import type { RandomBytes } from '../random.ts';
import type { ProfileStore } from '../storage/index.ts';
import { createSwarmClient } from '../swarm/index.ts';

export interface FloorDependencies {
  readonly crypto: CryptoBackend;
  /** Origins, the page's own first. */
  readonly gateways: readonly string[];
  /** The node list of this release. */
  readonly bundled: { readonly network: string; readonly nodes: readonly Anchor[] };
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

export function createBrowserFloors(
  { crypto, gateways, bundled, clock, random, log }: FloorDependencies,
  network: NetworkDescriptor,
  store: ProfileStore
): NetworkFloors {
  const transport = createGatewayTransport({ fetch: globalThis.fetch.bind(globalThis), gateways, clock });
  const onionStore = createSealedOnionStore(store, log);
  const anchored = bundled.network === network.id ? withAnchors(network, bundled.nodes) : network;
  const onion = createOnionClient({
    crypto,
    transport,
    network: anchored,
    store: onionStore,
    clock,
    random,
    log
  });
  return {
    onion,
    swarm: createSwarmClient({ onion, crypto, random, log }),
    files: createFileClient({ onion, crypto, server: network.fileServer, clock })
  };
}
