// The engine for one bounded wake-up (design.md §7): composition only.
import { systemClock } from '../lib/clock.ts';
import { createCryptoBackend } from '../lib/crypto/index.ts';
import { consoleLog } from '../lib/log.ts';
import { runWakeUp, type Arrived } from '../lib/messenger/index.ts';
import { systemRandom } from '../lib/random.ts';
import { buildNotice, isNotified } from '../lib/state/notify-rules.ts';
import {
  createOpfsMediaFiles,
  createOpfsSlotFiles,
  createRecordSlotFiles,
  loadConversation,
  loadQuoted,
  loadSettings,
  openProfileList,
  withRecordFallback,
  type WakeUp
} from '../lib/storage/index.ts';
import bundledNodes from '../lib/wire/mainnet-nodes.json';
import { createBrowserFloors } from '../lib/worker/browser-floors.ts';
import { createBrowserLocks, fetchSiteNetwork, openBrowserChannel } from '../lib/worker/browser-ports.ts';
import { readBuildConfig } from '../lib/worker/build-config.ts';
import { loadBundledNodes } from '../lib/worker/bundled-nodes.ts';

const clock = systemClock;
const random = systemRandom;
const log = consoleLog;

/** One notification a conversation, of the last message that came. */
async function notify(
  { store: { db, keys }, profileId, messages }: Arrived,
  registration: ServiceWorkerRegistration
): Promise<void> {
  const settings = await loadSettings(db, keys.rows);
  for (const [conversationId, group] of Map.groupBy(messages, (message) => message.conversationId)) {
    const view = await loadConversation(db, keys.rows, conversationId);
    if (!view || !isNotified(view, settings, clock.now())) continue;
    const messageId = group.at(-1)?.messageId as string;
    const needsText = settings.notificationContent === 'name-and-text';
    const words = needsText ? (await loadQuoted(db, keys.rows, [messageId])).get(messageId)?.text : null;
    const { title, body, tag } = buildNotice(view, settings.notificationContent, words ?? null);
    const data = { conversationId, profileId };
    await registration.showNotification(title, { body, tag, icon: '/icons/icon-192.png', data });
  }
}

/**
 * Sends what waits, or looks for messages once, and writes down what came of it.
 * @returns as `runWakeUp`
 */
export async function wakeUp(
  cause: WakeUp['cause'],
  { location, registration }: ServiceWorkerGlobalScope
): Promise<string> {
  const build = readBuildConfig(
    {
      network: import.meta.env.VITE_ONIONSKIN_NETWORK as string | undefined,
      gateways: import.meta.env.VITE_ONIONSKIN_GATEWAYS as string | undefined
    },
    location.origin
  );
  const [crypto, list, bundled] = await Promise.all([
    createCryptoBackend(),
    openProfileList(),
    loadBundledNodes(clock.now(), log, async () => ({ default: bundledNodes }))
  ]);
  try {
    const openDirectory = () => navigator.storage.getDirectory();
    const files = createOpfsSlotFiles(openDirectory, (ms) => clock.sleep(ms));
    const floors = { crypto, gateways: build.gateways, bundled, clock, random, log };
    return await runWakeUp(
      {
        environment: {
          list,
          // Read through files; only a dedicated worker changes them in place.
          slotFiles: withRecordFallback(files, createRecordSlotFiles(list)),
          mediaFiles: (profileId) => createOpfsMediaFiles(openDirectory, profileId),
          random
        },
        crypto,
        fetchNetwork: () => fetchSiteNetwork(globalThis.fetch.bind(globalThis), build.network),
        createFloors: (network, store) => createBrowserFloors(floors, network, store),
        locks: createBrowserLocks(navigator.locks),
        openChannel: openBrowserChannel,
        notify: (arrived) => notify(arrived, registration),
        clock,
        random,
        log
      },
      cause
    );
  } finally {
    list.close();
  }
}
