// A person's browser for tests: own storage, any number of tabs over it, and the network it is given.
import { createCryptoBackend, type CryptoBackend } from '../../src/lib/crypto/index.ts';
import type { AccountId } from '../../src/lib/account-id.ts';
import { systemClock, type Clock } from '../../src/lib/clock.ts';
import { silentLog, type Log } from '../../src/lib/log.ts';
import {
  createEngine,
  type Channel,
  type Engine,
  type EngineStatus,
  type MessengerEvent,
  type NetworkFloors
} from '../../src/lib/messenger/index.ts';
import { MAINNET, type NetworkDescriptor } from '../../src/lib/networks.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  loadConversations,
  loadMessages,
  loadRequests,
  openProfileReader,
  type ConversationView,
  type ExportFiles,
  type MessageView,
  type ProfileDatabase,
  type ProfileStore
} from '../../src/lib/storage/index.ts';
import { createChannelHub, createFakeLocks } from './engine-fakes.ts';
import { createLife, type Life } from './life.ts';
import { createStorageDevice, type StorageDevice } from './storage-device.ts';

export interface TestTab {
  readonly engine: Engine;
  readonly events: MessengerEvent[];
  /** Whether it runs the engine now. */
  isLeader(): boolean;
  close(): Promise<void>;
  /** Its worker; ends as a browser ends it, without a word. */
  readonly life: Life;
}

export interface TestBrowser {
  readonly storage: StorageDevice;
  readonly locks: ReturnType<typeof createFakeLocks>;
  /** What the site says; null: it cannot be reached. */
  network: NetworkDescriptor | null;
  readonly deviceNow: () => number;
  /** A channel as another tab of this browser has it. */
  openChannel(name: string): Channel;
  openTab(options?: { clock?: Clock; log?: Log; exports?: ExportFiles; firstScreenMs?: number }): TestTab;
}

/**
 * @param createFloors the network a leading tab gets
 */
export async function createBrowser(options: {
  createFloors: (network: NetworkDescriptor, store: ProfileStore, life: Life) => NetworkFloors;
  network?: NetworkDescriptor | null;
  crypto?: CryptoBackend;
  clock?: Clock;
}): Promise<TestBrowser> {
  const storage = await createStorageDevice();
  const locks = createFakeLocks();
  const hub = createChannelHub();
  const crypto = options.crypto ?? (await createCryptoBackend());
  const browser: TestBrowser = {
    storage,
    locks,
    network: options.network === undefined ? MAINNET : options.network,
    deviceNow: (options.clock ?? systemClock).now,
    openChannel: (name) => hub.open(name),
    openTab({ clock = options.clock ?? systemClock, log = silentLog, exports, firstScreenMs = 0 } = {}) {
      const events: MessengerEvent[] = [];
      const life = createLife();
      const engine = createEngine({
        environment: { ...storage.environment, indexedDb: life.indexedDb(storage.indexedDb) },
        crypto: life.crypto(crypto),
        fetchNetwork: async () => browser.network,
        createFloors: (network, store) => options.createFloors(network, store, life),
        locks: life.locks(locks),
        openChannel: (name) => life.channel(hub.open(name)),
        clock: life.clock(clock),
        random: systemRandom,
        log,
        ...(exports && { exports }),
        firstScreenMs,
        lockCost: { memoryKiB: 64, passes: 1 },
        backupCost: { memoryKib: 64, passes: 1, lanes: 1 },
        emit: (event) => events.push(event)
      });
      return {
        engine,
        events,
        life,
        isLeader: () => engine.messenger().connection().role === 'leader',
        close: () => Promise.race([engine.stop(), life.ended])
      };
    }
  };
  return browser;
}

/** A page's view of an open profile. */
export interface TestPage {
  readonly accountId: AccountId;
  /** Those of the list, then message requests. */
  conversations(): Promise<ConversationView[]>;
  /** Everything in the timeline with one account, oldest first; empty when there is no conversation. */
  timeline(accountId: AccountId): Promise<MessageView[]>;
  /** The same without the lines that no person wrote. */
  messages(accountId: AccountId): Promise<MessageView[]>;
  texts(accountId: AccountId): Promise<string[]>;
  close(): void;
  readonly db: ProfileDatabase;
  readonly rowKey: CryptoKey;
}

export function openPage(browser: TestBrowser, status: EngineStatus): TestPage {
  if (!('rowKey' in status)) throw new Error(`no open profile: ${status.state}`);
  const db = openProfileReader(status.databaseName, browser.storage.indexedDb, browser.deviceNow);
  const { rowKey, accountId } = status;
  const page: TestPage = {
    accountId,
    db,
    rowKey,
    conversations: async () => [
      ...(await loadConversations(db, rowKey)),
      ...(await loadRequests(db, rowKey))
    ],
    messages: async (otherId) => (await page.timeline(otherId)).filter(({ notice }) => notice === null),
    async timeline(otherId) {
      const conversation = (await page.conversations()).find((item) => item.accountId === otherId);
      const all: MessageView[] = [];
      for (let beforeSort: number | null = Infinity; conversation && beforeSort !== null;) {
        const range = { limit: PAGE_SIZE, ...(beforeSort === Infinity ? {} : { beforeSort }) };
        const part = await loadMessages(db, rowKey, conversation.id, range);
        all.unshift(...part);
        beforeSort = part.length < PAGE_SIZE ? null : (part[0] as MessageView).sort;
      }
      return all;
    },
    texts: async (otherId) => (await page.messages(otherId)).map((message) => message.text),
    close: () => db.close()
  };
  return page;
}

const PAGE_SIZE = 500;

/** Sends a text to an account from a tab. */
export async function sendText(tab: TestTab, accountId: string, text: string): Promise<string> {
  const messenger = tab.engine.messenger();
  const { conversationId } = await messenger.openConversation(accountId);
  return (await messenger.send(conversationId, text)).messageId;
}

/**
 * Waits until `check` gives something truthy.
 * @throws after `timeoutMs`, naming what was awaited
 */
export async function eventually<Result>(
  what: string,
  check: () => Promise<Result> | Result,
  timeoutMs = 10_000
): Promise<Exclude<Result, false | null | undefined | 0>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await check();
    if (result) return result as Exclude<Result, false | null | undefined | 0>;
    if (performance.now() > deadline) throw new Error(`still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Real time, `factor` times as fast: intervals of seconds pass in moments, and everything keeps its order. */
export function createQuickClock(factor = 20): Clock {
  const startMs = Date.now();
  const startMonotonicMs = performance.now();
  const elapsedMs = () => (performance.now() - startMonotonicMs) * factor;
  return {
    now: () => Math.floor(startMs + elapsedMs()),
    monotonic: elapsedMs,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal)
  };
}
