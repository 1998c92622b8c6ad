// People over a swarm that is faked in memory: engines, tabs and pages are the product's own.
import type { AccountId } from '../../src/lib/account-id.ts';
import { createCryptoBackend, deriveIdentity } from '../../src/lib/crypto/index.ts';
import { sealContentFor } from '../../src/lib/messenger/build-message.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  type TestBrowser,
  type TestTab
} from './engine-device.ts';
import type { FakeFloors, FakeNetwork } from './engine-fakes.ts';
import { textContent } from './text-content.ts';

export async function createFakePeople() {
  const crypto = await createCryptoBackend();
  const clock = createQuickClock();
  /** Opened, and to be closed. */
  const tabs: TestTab[] = [];

  /** After each test. */
  async function closeTabs(): Promise<void> {
    for (const tab of tabs.splice(0)) await tab.close();
  }

  /** A browser whose leading tabs all get their floors from `network`. */
  async function browserOn(network: FakeNetwork, nodes?: readonly string[]) {
    const floors: FakeFloors[] = [];
    const browser = await createBrowser({
      clock,
      crypto,
      createFloors: () => {
        const made = network.floors(nodes ? { nodes } : {});
        floors.push(made);
        return made;
      }
    });
    return { browser, floors: () => floors.at(-1) as FakeFloors };
  }

  function openTab(browser: TestBrowser): TestTab {
    const tab = browser.openTab();
    tabs.push(tab);
    return tab;
  }

  async function person(network: FakeNetwork, name: string, nodes?: readonly string[]) {
    const { browser, floors } = await browserOn(network, nodes);
    const tab = openTab(browser);
    const status = await tab.engine.create(name);
    await eventually('leads', () => tab.isLeader());
    return { browser, tab, status, floors, page: openPage(browser, status) };
  }

  async function restored(network: FakeNetwork, words: readonly string[]) {
    const { browser, floors } = await browserOn(network);
    const tab = openTab(browser);
    const status = await tab.engine.restore(words.join(' '));
    return { browser, tab, status, floors, page: openPage(browser, status) };
  }

  /** Sealed data of a message by a made-up account. */
  async function strangersMessage(input: {
    seed: number;
    to: AccountId;
    text: string;
    timestampMs: number;
    syncTarget?: AccountId;
  }) {
    const sender = deriveIdentity(new Uint8Array(16).fill(input.seed));
    const content = textContent({
      text: input.text,
      timestampMs: input.timestampMs,
      ...(input.syncTarget ? { syncTarget: input.syncTarget } : {})
    });
    const data = await sealContentFor(crypto, sender, input.to, { content, timestampMs: input.timestampMs });
    return { sender: sender.accountId, data };
  }

  return { crypto, clock, tabs, closeTabs, browserOn, openTab, person, restored, strangersMessage };
}
