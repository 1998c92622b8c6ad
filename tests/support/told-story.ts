// A profile with everything a profile can have, over a swarm that is faked in memory, and what is compared of it afterwards.
import type { AccountId } from '../../src/lib/account-id.ts';
import { createCryptoBackend } from '../../src/lib/crypto/index.ts';
import { UNSENT_CODE } from '../../src/lib/storage/backup-write.ts';
import {
  createBrowser,
  createQuickClock,
  eventually,
  openPage,
  sendText,
  type TestBrowser,
  type TestPage,
  type TestTab
} from './engine-device.ts';
import { createFakeNetwork, type FakeFloors, type FakeNetwork } from './engine-fakes.ts';
import { png } from './pictures.ts';
import { dumpProfile, type ProfileDump } from './profile-dump.ts';

const NODES = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32));

/** Names of the databases of profiles. */
export async function profilesOf(browser: TestBrowser): Promise<string[]> {
  const { indexedDB } = browser.storage.indexedDb;
  return (await indexedDB.databases()).map(({ name }) => String(name)).filter((name) => name !== 'onionskin');
}

export interface Story {
  readonly network: FakeNetwork;
  readonly browser: TestBrowser;
  readonly tab: TestTab;
  readonly status: object;
  readonly ana: AccountId;
  readonly conversationId: string;
}

export const accountIdOf = (status: object) => (status as { accountId: AccountId }).accountId;
export const png64 = () => new Blob([png(40, 30) as Uint8Array<ArrayBuffer>]);

export async function withPage<Result>(
  browser: TestBrowser,
  status: object,
  work: (page: TestPage) => Promise<Result>
): Promise<Result> {
  const page = openPage(browser, status as never);
  try {
    return await work(page);
  } finally {
    page.close();
  }
}

export const dumpOf = (browser: TestBrowser, status: object) => withPage(browser, status, dumpProfile);

/** What waited to be sent has failed now, and the person decides. */
export function asRestored(dump: ProfileDump): ProfileDump {
  const settle = <Item extends object>(item: Item): Item =>
    'state' in item && (item.state === 'queued' || item.state === 'sending')
      ? { ...item, state: 'failed', ...('failureCode' in item && { failureCode: UNSENT_CODE }) }
      : item;
  const byText = (list: readonly object[]) =>
    list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const conversations = dump.conversations.map((item) => {
    const conversation = item as { accountId: string; lastMessage: object | null; failed: number };
    const waiting = dump.messages.filter(
      (message) =>
        'in' in message &&
        String(message.in).startsWith(conversation.accountId) &&
        settle(message) !== message
    );
    const { lastMessage } = conversation;
    return {
      ...conversation,
      failed: conversation.failed + waiting.length,
      lastMessage: lastMessage && settle(lastMessage)
    };
  });
  return {
    ...dump,
    // Other devices may have the account, so this one is to be linked before it takes part.
    profile: { ...dump.profile, isFromBackup: true },
    settings: { ...dump.settings, forwardSecrecy: false },
    conversations: byText(conversations),
    messages: byText(dump.messages.map(settle))
  };
}

/** Without values that a row has only when somebody set them. */
export function withoutDefaults(dump: ProfileDump): unknown {
  const quiet: Record<string, unknown> = {
    blocked: false,
    hidden: false,
    markedUnread: false,
    notify: 'all',
    autoDownload: false,
    keepMediaDays: null,
    mutedUntilMs: null,
    nickname: null
  };
  const plain = (item: object) =>
    Object.fromEntries(
      Object.entries(item).filter(([key, value]) => !(key in quiet && quiet[key] === value))
    );
  const conversations = dump.conversations
    .map(plain)
    .sort((a, b) => (String(a['accountId']) < String(b['accountId']) ? -1 : 1));
  // Nothing awaited is the same as none; a backup says nothing of either.
  const profile = Object.entries(dump.profile).filter(([key, value]) => key !== 'awaitedPicture' || value);
  return JSON.parse(
    JSON.stringify({ ...dump, conversations, profile: Object.fromEntries(profile) })
  ) as unknown;
}

export async function createStoryteller() {
  const crypto = await createCryptoBackend();
  const clock = createQuickClock();
  /** Opened, and to be closed. */
  const tabs: TestTab[] = [];

  /** After each test. */
  async function closeTabs(): Promise<void> {
    for (const tab of tabs.splice(0)) await tab.close();
  }

  const browserOn = (network: FakeNetwork, change: (floors: FakeFloors) => void = () => {}) =>
    createBrowser({
      clock,
      crypto,
      createFloors: () => {
        const floors = network.floors({ nodes: NODES });
        change(floors);
        return floors;
      }
    });

  const offline = (network: FakeNetwork) => browserOn(network, (floors) => floors.setConnected(false));

  function openTab(browser: TestBrowser): TestTab {
    const tab = browser.openTab();
    tabs.push(tab);
    return tab;
  }

  /** Ben, who talked with Ana and then went offline, with everything a profile can have. */
  async function tellStory(): Promise<Story> {
    const network = createFakeNetwork(clock);
    const bens: FakeFloors[] = [];
    const browser = await browserOn(network, (floors) => bens.push(floors));
    const tab = browser.openTab();
    const status = await tab.engine.create('Ben');
    const anas = await browserOn(network);
    const other = anas.openTab();
    const anaStatus = await other.engine.create('Ana');
    const ana = accountIdOf(anaStatus);
    const messenger = tab.engine.messenger();
    await sendText(tab, ana, 'Hello Ana, and what a long way it is to the harbour');
    await withPage(anas, anaStatus, async (page) => {
      await eventually('Ana has it', async () => (await page.conversations()).length > 0);
      await other.engine.messenger().acceptRequest((await page.conversations())[0]?.id ?? '');
    });
    await sendText(other, accountIdOf(status), 'Hello Ben');
    const conversationId = await withPage(browser, status, async (page) => {
      await eventually('Ben has it', async () => (await page.messages(ana)).length === 2);
      await eventually('Ben was accepted', async () => (await page.conversations())[0]?.request === 'none');
      const received = (await page.messages(ana)).find(({ direction }) => direction === 'in');
      await messenger.react(received?.id ?? '', '👍', false);
      return (await page.conversations())[0]?.id ?? '';
    });
    await other.close();
    for (const floors of bens) floors.setConnected(false);
    const facts = { conversationId, width: null, height: null, caption: 'two files' };
    const picture = {
      ...facts,
      file: png64(),
      name: 'boat.png',
      contentType: 'image/png',
      thumbnail: png64()
    };
    const notes = new Blob(['some notes '.repeat(20_000)]);
    const text = { ...facts, file: notes, name: 'notes.txt', contentType: 'text/plain', thumbnail: null };
    const stagedIds = [(await messenger.stage(picture)).stagedId, (await messenger.stage(text)).stagedId];
    await messenger.send(conversationId, 'with files', { stagedIds });
    await messenger.setPicture(png64());
    await messenger.setNickname(conversationId, 'Nan');
    await messenger.pin(conversationId, true);
    await messenger.mute(conversationId, clock.now() + 90_000_000);
    await messenger.saveDraft(conversationId, 'half a thought');
    await messenger.changeSettings({ readReceipts: true, notificationContent: 'name' });
    const own = await messenger.openConversation(accountIdOf(status));
    await messenger.send(own.conversationId, 'milk, bread');
    const gone = await messenger.send(own.conversationId, 'deleted later');
    await messenger.deleteMessages([gone.messageId], 'device');
    return { network, browser, tab, status, ana, conversationId };
  }

  return { crypto, clock, tabs, closeTabs, browserOn, offline, openTab, tellStory };
}
