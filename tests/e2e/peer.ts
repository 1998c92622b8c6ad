// Somebody on the other side who runs the engine without a page: what our page cannot choose, they can.
import type { Localnet } from '../../localnet/index.ts';
import { createCryptoBackend } from '../../src/lib/crypto/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createFileClient } from '../../src/lib/files/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createSealedOnionStore, type Messenger } from '../../src/lib/messenger/index.ts';
import { createGatewayTransport, createOnionClient } from '../../src/lib/onion/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createSwarmClient } from '../../src/lib/swarm/index.ts';
import { createBrowser, openPage, type TestPage } from '../support/engine-device.ts';

export interface Peer {
  readonly page: TestPage;
  commands(): Messenger;
  close(): Promise<void>;
}

/** @param stack network and gateway */
export async function createPeer(
  stack: { readonly origin: string; readonly localnet: Localnet },
  displayName: string
): Promise<Peer> {
  const crypto = await createCryptoBackend();
  const common = { crypto, clock: systemClock, random: systemRandom, log: silentLog };
  const browser = await createBrowser({
    crypto,
    network: stack.localnet.descriptor,
    createFloors(network, store) {
      const gateways = [stack.origin];
      const transport = createGatewayTransport({ fetch: globalThis.fetch, gateways, clock: systemClock });
      const kept = createSealedOnionStore(store, silentLog);
      const onion = createOnionClient({ ...common, transport, network, store: kept });
      const files = createFileClient({ onion, crypto, server: network.fileServer, clock: systemClock });
      return { onion, swarm: createSwarmClient({ ...common, onion }), files };
    }
  });
  const tab = browser.openTab();
  const page = openPage(browser, await tab.engine.create(displayName));
  return {
    page,
    commands: () => tab.engine.messenger(),
    async close() {
      page.close();
      await tab.close();
    }
  };
}
