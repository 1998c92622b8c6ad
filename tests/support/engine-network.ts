// People over a real embedded network and a real gateway, all in Node: every floor is the product's own.
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { localnet, type Localnet, type LocalnetOptions } from '../../localnet/index.ts';
import { createCryptoBackend } from '../../src/lib/crypto/index.ts';
import { systemClock, type Clock } from '../../src/lib/clock.ts';
import { createFileClient } from '../../src/lib/files/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createSealedOnionStore } from '../../src/lib/messenger/index.ts';
import type { NetworkDescriptor } from '../../src/lib/networks.ts';
import { createGatewayTransport, createOnionClient } from '../../src/lib/onion/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { ProfileStore } from '../../src/lib/storage/index.ts';
import { createSwarmClient } from '../../src/lib/swarm/index.ts';
import type { Life } from './life.ts';
import { linkDevice } from './linked-device.ts';
import { createBrowser, openPage, type TestBrowser, type TestPage, type TestTab } from './engine-device.ts';

export interface Person {
  readonly browser: TestBrowser;
  readonly tab: TestTab;
  readonly page: TestPage;
}

export interface TestNetwork {
  readonly net: Localnet;
  readonly gateway: Gateway;
  /** Ends the gateway without a word. */
  stopGateway(): Promise<void>;
  /** Starts it again at the same address. */
  startGateway(): Promise<void>;
  /** A new browser on a device with this clock; nothing in it yet. */
  browser(clock?: Clock): Promise<TestBrowser>;
  /** A browser with a tab in which an account was created; as `isClassic` says, else as that of the network. */
  person(displayName: string, clock?: Clock, options?: { isClassic?: boolean }): Promise<Person>;
  /** A browser in which an account was restored. */
  restored(words: readonly string[], clock?: Clock): Promise<Person>;
  /** The same, taken in by another device of the account. */
  linked(first: Person, clock?: Clock): Promise<Person>;
  close(): Promise<void>;
}

/**
 * @param options.isClassic accounts made here turn forward-secret messages off at once, as those of clients that have none, so that all
 *   devices of one read everything without being linked
 */
export async function createTestNetwork({
  isClassic: allClassic = false,
  ...options
}: LocalnetOptions & { readonly isClassic?: boolean } = {}): Promise<TestNetwork> {
  const net = await localnet.create({ echo: false, ...options });
  const listen = async (port: number) => {
    const made = await createGateway({
      network: net.descriptor,
      nodeSource: { current: () => net.nodeList() },
      signList: (body) => net.signList(body),
      clock: options.clock,
      port
    });
    await made.listen();
    return made;
  };
  let gateway = await listen(0);
  const { origin } = gateway;
  const backend = await createCryptoBackend();
  const tabs: TestTab[] = [];

  function createFloors(deviceClock: Clock, network: NetworkDescriptor, store: ProfileStore, life: Life) {
    const clock = life.clock(deviceClock);
    const crypto = life.crypto(backend);
    const transport = createGatewayTransport({
      fetch: life.fetch(globalThis.fetch),
      gateways: [origin],
      clock
    });
    const onion = createOnionClient({
      crypto,
      transport,
      network,
      store: createSealedOnionStore(store, silentLog),
      clock,
      random: systemRandom,
      log: silentLog
    });
    const swarm = createSwarmClient({ onion, crypto, random: systemRandom, log: silentLog });
    const files = createFileClient({ onion, crypto, server: network.fileServer, clock });
    return { onion, swarm, files };
  }

  async function browser(clock: Clock = systemClock): Promise<TestBrowser> {
    const made = await createBrowser({
      crypto: backend,
      clock,
      createFloors: (descriptor, store, life) => createFloors(clock, descriptor, store, life),
      network: net.descriptor
    });
    const { openTab } = made;
    return Object.assign(made, {
      openTab: (options?: Parameters<typeof openTab>[0]) => {
        const tab = openTab(options);
        tabs.push(tab);
        return tab;
      }
    });
  }

  async function restored(words: readonly string[], clock?: Clock): Promise<Person> {
    const made = await browser(clock);
    const tab = made.openTab();
    return { browser: made, tab, page: openPage(made, await tab.engine.restore(words.join(' '))) };
  }

  return {
    net,
    get gateway() {
      return gateway;
    },
    stopGateway: () => gateway.close(),
    async startGateway() {
      gateway = await listen(Number(new URL(origin).port));
    },
    browser,
    async person(displayName, clock, { isClassic = allClassic } = {}) {
      const made = await browser(clock);
      const tab = made.openTab();
      const page = openPage(made, await tab.engine.create(displayName));
      if (isClassic) await tab.engine.messenger().changeSettings({ forwardSecrecy: false });
      return { browser: made, tab, page };
    },
    restored,
    async linked(first, clock) {
      const second = await restored((await first.tab.engine.revealPhrase()).words, clock);
      await linkDevice(first, second);
      return second;
    },
    async close() {
      await Promise.all(tabs.map((tab) => tab.close()));
      await gateway.close();
      await net.close();
    }
  };
}
