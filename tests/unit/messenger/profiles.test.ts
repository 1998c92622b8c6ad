// Several profiles in one browser, and taking one off it.
import { afterEach, describe, expect, test } from 'vitest';
import { createCryptoBackend } from '../../../src/lib/crypto/index.ts';
import { AppError } from '../../../src/lib/errors.ts';
import { listProfiles } from '../../../src/lib/storage/index.ts';
import { TESTNET } from '../../../src/lib/networks.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  sendText,
  type TestBrowser,
  type TestTab
} from '../../support/engine-device.ts';
import { createFakeNetwork, type FakeFloors, type FakeNetwork } from '../../support/engine-fakes.ts';

const crypto = await createCryptoBackend();
const clock = createQuickClock();
const tabs: TestTab[] = [];
const never = new AbortController().signal;
const NODES = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32));

afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

async function browserOn(network: FakeNetwork, change: (floors: FakeFloors) => void = () => {}) {
  return createBrowser({
    clock,
    crypto,
    createFloors: () => {
      const floors = network.floors({ nodes: NODES });
      change(floors);
      return floors;
    }
  });
}

function openTab(browser: TestBrowser): TestTab {
  const tab = browser.openTab();
  tabs.push(tab);
  return tab;
}

const profileIdOf = (status: object) => (status as { profileId: string }).profileId;
const accountIdOf = (status: object) => (status as { accountId: string }).accountId;
const databasesOf = async (browser: TestBrowser) =>
  (await browser.storage.indexedDb.indexedDB.databases()).map(({ name }) => name);

describe('several profiles in one browser', () => {
  test('are open in two tabs at once, each with its own engine, outbox and rows', async () => {
    const network = createFakeNetwork(clock);
    const browser = await browserOn(network);
    const [first, second] = [openTab(browser), openTab(browser)];
    const ana = await first.engine.create('Ana');
    const ben = await second.engine.create('Ben');
    expect(profileIdOf(ana)).not.toBe(profileIdOf(ben));
    await eventually('both lead', () => first.isLeader() && second.isLeader());

    await sendText(first, accountIdOf(ben), 'for Ben');
    const benPage = openPage(browser, ben);
    await eventually('Ben has it', async () => (await benPage.conversations()).length === 1);
    const anaPage = openPage(browser, ana);
    // Each has exactly its own side.
    expect((await anaPage.messages(accountIdOf(ben) as never)).map(({ direction }) => direction)).toEqual([
      'out'
    ]);
    expect((await benPage.messages(accountIdOf(ana) as never)).map(({ direction }) => direction)).toEqual([
      'in'
    ]);
    const names = (await first.engine.profiles()).map(({ opened }) => opened?.displayName);
    expect(names.sort()).toEqual(['Ana', 'Ben']);
    const summary = (await first.engine.profiles()).find(({ profileId }) => profileId === profileIdOf(ben));
    expect(summary?.opened).toMatchObject({ unread: 0, requests: 1 });
    anaPage.close();
    benPage.close();
  });

  test('hear only of what is their own', async () => {
    const network = createFakeNetwork(clock);
    const browser = await browserOn(network);
    const [first, second] = [openTab(browser), openTab(browser)];
    await first.engine.create('Ana');
    const ben = await second.engine.create('Ben');
    await eventually('both lead', () => first.isLeader() && second.isLeader());
    await sendText(first, accountIdOf(ben), 'for Ben');
    await eventually('Ben is told', () => second.events.some(({ type }) => type === 'incoming'));
    expect(first.events.some(({ type }) => type === 'incoming')).toBe(false);
  });

  test('open by name, and a name that is gone opens another', async () => {
    const browser = await browserOn(createFakeNetwork(clock));
    const ana = profileIdOf(await openTab(browser).engine.create('Ana'));
    const ben = profileIdOf(await openTab(browser).engine.create('Ben'));
    expect(profileIdOf(await openTab(browser).engine.open(ben))).toBe(ben);
    expect(profileIdOf(await openTab(browser).engine.open(ana))).toBe(ana);
    expect([ana, ben]).toContain(profileIdOf(await openTab(browser).engine.open('gone')));
  });

  test('know whose chat an address names', async () => {
    const browser = await browserOn(createFakeNetwork(clock));
    const [first, second] = [openTab(browser), openTab(browser)];
    const ana = await first.engine.create('Ana');
    const ben = await second.engine.create('Ben');
    const { conversationId } = await second.engine.messenger().openConversation(accountIdOf(ana));
    expect(await first.engine.profileOf(conversationId)).toBe(profileIdOf(ben));
    expect(await first.engine.profileOf('of-nobody')).toBeNull();
  });

  test('are never the same account twice, and the open one stays open', async () => {
    const browser = await browserOn(createFakeNetwork(clock));
    const tab = openTab(browser);
    const ana = await tab.engine.create('Ana');
    const { words } = await tab.engine.revealPhrase();
    await expect(tab.engine.restore(words.join(' '))).rejects.toMatchObject({
      code: 'profile-exists',
      details: { profileId: profileIdOf(ana) }
    });
    expect(await listProfiles(browser.storage.environment.list)).toEqual([profileIdOf(ana)]);
    expect(await tab.engine.revealPhrase()).toEqual({ words, seedHex: expect.any(String) as string });
    // On another network it is another profile.
    browser.network = TESTNET;
    await tab.engine.restore(words.join(' '));
    expect(await listProfiles(browser.storage.environment.list)).toHaveLength(2);
  });
});

describe('the words hidden for good', () => {
  test('are given to nobody any more, and messages still go out', async () => {
    const network = createFakeNetwork(clock);
    const browser = await browserOn(network);
    const tab = openTab(browser);
    await tab.engine.create('Ana');
    const ben = await (await personTab(network)).engine.create('Ben');
    expect(await tab.engine.isPhraseHidden()).toBe(false);
    expect((await tab.engine.revealPhrase()).words).toHaveLength(13);
    await tab.engine.hidePhrase();
    await expect(tab.engine.revealPhrase()).rejects.toMatchObject({ code: 'phrase-hidden' });
    const again = openTab(browser);
    await again.engine.open();
    expect(await again.engine.isPhraseHidden()).toBe(true);
    await expect(again.engine.revealPhrase()).rejects.toMatchObject({ code: 'phrase-hidden' });
    const before = network.stored(accountIdOf(ben) as never).length;
    await sendText(tab, accountIdOf(ben), 'still here');
    await eventually('sent', () => network.stored(accountIdOf(ben) as never).length > before);
  });

  async function personTab(network: FakeNetwork): Promise<TestTab> {
    return openTab(await browserOn(network));
  }
});

describe('clearing a profile from this device', () => {
  test('removes it and leaves the others, and the tab opens one of them', async () => {
    const browser = await browserOn(createFakeNetwork(clock));
    const [first, second] = [openTab(browser), openTab(browser)];
    const ana = await first.engine.create('Ana');
    const ben = await second.engine.create('Ben');
    expect(await first.engine.erase()).toEqual({ isComplete: true, remaining: [profileIdOf(ben)] });
    expect(await databasesOf(browser)).toEqual(['onionskin', `onionskin-${profileIdOf(ben)}`]);
    expect(second.engine.messenger()).toBeDefined();
    await expect(first.engine.erase()).rejects.toMatchObject({ code: 'no-profile' });
    expect(profileIdOf(await first.engine.open(profileIdOf(ana)))).toBe(profileIdOf(ben));
  });

  test('tells every other tab of that profile, and no tab of another', async () => {
    const browser = await browserOn(createFakeNetwork(clock));
    const [first, other, stranger] = [openTab(browser), openTab(browser), openTab(browser)];
    const ana = await first.engine.create('Ana');
    await other.engine.open(profileIdOf(ana));
    await stranger.engine.create('Ben');
    const page = openPage(browser, ana);
    await page.conversations();
    await first.engine.erase();
    await eventually('told', () => other.events.some(({ type }) => type === 'erased'));
    expect(stranger.events.some(({ type }) => type === 'erased')).toBe(false);
    await expect(page.conversations()).rejects.toThrow();
    expect(await databasesOf(browser)).not.toContain(`onionskin-${profileIdOf(ana)}`);
  });

  test('that a crash cut short is finished when the app starts again', async () => {
    const browser = await browserOn(createFakeNetwork(clock));
    const first = openTab(browser);
    const ana = await first.engine.create('Ana');
    await first.close();
    const { shredProfile } = await import('../../../src/lib/storage/index.ts');
    await shredProfile(browser.storage.environment, profileIdOf(ana));
    expect(await databasesOf(browser)).toHaveLength(2);
    expect(await openTab(browser).engine.open()).toMatchObject({ state: 'no-profile' });
    expect(await databasesOf(browser)).toEqual(['onionskin']);
  });
});

describe('clearing what the network holds', () => {
  test('deletes all of it, with every node named, and stores nothing meanwhile', async () => {
    const network = createFakeNetwork(clock);
    const browser = await browserOn(network);
    const [first, follower] = [openTab(browser), openTab(browser)];
    const ana = await first.engine.create('Ana');
    await follower.engine.open(profileIdOf(ana));
    const noteId = await sendText(first, accountIdOf(ana), 'a note');
    expect(noteId).not.toBe('');
    const stored = () => network.stored(accountIdOf(ana) as never).length;
    await eventually('stored', stored);
    const { nodes } = await first.engine.eraseNetwork(never);
    expect(nodes).toHaveLength(3);
    expect(nodes.every(({ confirmed }) => confirmed)).toBe(true);
    expect(stored()).toBe(0);
    await expect(async () => first.engine.messenger()).rejects.toMatchObject({ code: 'no-profile' });
    expect(await first.engine.erase()).toMatchObject({ isComplete: true, remaining: [] });
  });

  test('names the nodes that did not sign, and can be tried again', async () => {
    let silent: readonly string[] = [NODES[1] as string];
    const asked: (string | undefined)[] = [];
    const browser = await browserOn(createFakeNetwork(clock), (floors) => {
      Object.assign(floors.swarm, {
        deleteAll: async ({ preferNode }: { preferNode?: string }) => {
          asked.push(preferNode);
          return { confirmed: NODES.filter((node) => !silent.includes(node)), failed: silent };
        }
      });
    });
    const tab = openTab(browser);
    await tab.engine.create('Ana');
    const { nodes } = await tab.engine.eraseNetwork(never);
    expect(nodes.map(({ confirmed }) => confirmed)).toEqual([true, false, true]);
    // Whoever had not signed was asked itself.
    expect(asked.slice(1).every((node) => node === NODES[1])).toBe(true);
    silent = [];
    const again = await tab.engine.eraseNetwork(never);
    expect(again.nodes.every(({ confirmed }) => confirmed)).toBe(true);
  });

  test('that reaches nobody deletes nothing here, and the profile opens again', async () => {
    const browser = await browserOn(createFakeNetwork(clock), (floors) => {
      Object.assign(floors.swarm, {
        members: () => [],
        deleteAll: async () => {
          throw new AppError('no-path', { retry: 'later' });
        }
      });
    });
    const tab = openTab(browser);
    const ana = await tab.engine.create('Ana');
    await expect(tab.engine.eraseNetwork(never)).rejects.toMatchObject({ code: 'network-unreachable' });
    expect(profileIdOf(await tab.engine.open(profileIdOf(ana)))).toBe(profileIdOf(ana));
  });

  test('ends when it is called off', async () => {
    const browser = await browserOn(createFakeNetwork(clock), (floors) => {
      floors.setConnected(false);
    });
    const tab = openTab(browser);
    const ana = await tab.engine.create('Ana');
    const stop = new AbortController();
    const erasing = tab.engine.eraseNetwork(stop.signal);
    stop.abort(new DOMException('called off', 'AbortError'));
    await expect(erasing).rejects.toMatchObject({ name: 'AbortError' });
    expect(profileIdOf(await tab.engine.open())).toBe(profileIdOf(ana));
  });

  test('is refused where the site has another network', async () => {
    const browser = await browserOn(createFakeNetwork(clock));
    const ana = profileIdOf(await openTab(browser).engine.create('Ana'));
    browser.network = TESTNET;
    const tab = openTab(browser);
    expect(await tab.engine.open(ana)).toMatchObject({ state: 'wrong-network' });
    await expect(tab.engine.eraseNetwork(never)).rejects.toMatchObject({ code: 'network-unknown' });
  });
});
