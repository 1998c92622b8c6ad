// Entry of the engine's worker: composition only.
import { systemClock } from '../clock.ts';
import { createCryptoBackend } from '../crypto/index.ts';
import { consoleLog } from '../log.ts';
import { createEngine, type Engine } from '../messenger/index.ts';
import { systemRandom } from '../random.ts';
import {
  createExportFiles,
  createOpfsMediaFiles,
  createOpfsSlotFiles,
  createRecordSlotFiles,
  openProfileList,
  withRecordFallback
} from '../storage/index.ts';
import { readBuildConfig } from './build-config.ts';
import { createBrowserFloors } from './browser-floors.ts';
import { loadBundledNodes } from './bundled-nodes.ts';
import {
  createBrowserLocks,
  fetchSiteNetwork,
  hasInPlaceFiles,
  openBrowserChannel,
  requireFeature
} from './browser-ports.ts';
import { createCommands } from './commands.ts';
import { APP_VERSION_NUMBER, deviceName } from './device-name.ts';
import { createDispatcher } from './dispatch.ts';
import type { ToPage, ToWorker } from './protocol.ts';

/** The part of a dedicated worker's scope used here; the DOM library knows only windows. */
const scope = globalThis as unknown as {
  postMessage(message: ToPage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
  close(): void;
};

/** The network waits no longer for the page's first screen, milliseconds. */
const FIRST_SCREEN_MS = 1_500;

const clock = systemClock;
const random = systemRandom;
const log = consoleLog;
const build = readBuildConfig(
  {
    network: import.meta.env.VITE_ONIONSKIN_NETWORK as string | undefined,
    gateways: import.meta.env.VITE_ONIONSKIN_GATEWAYS as string | undefined
  },
  globalThis.location.origin
);

async function compose(): Promise<Engine> {
  const [crypto, list] = await Promise.all([createCryptoBackend(), openProfileList()]);
  // A chunk of its own, since it is the one large thing among the keys of a build; no profile waits for it to be opened.
  const loadNodes = () => import('../wire/mainnet-nodes.json', { with: { type: 'json' } });
  const records = createRecordSlotFiles(list);
  const openDirectory = () => navigator.storage.getDirectory();
  const slotFiles = hasInPlaceFiles(globalThis)
    ? withRecordFallback(
        createOpfsSlotFiles(openDirectory, (ms) => clock.sleep(ms)),
        records
      )
    : records;
  return createEngine({
    environment: {
      list,
      slotFiles,
      random,
      ...(hasInPlaceFiles(globalThis) && {
        mediaFiles: (profileId) => createOpfsMediaFiles(openDirectory, profileId)
      })
    },
    crypto,
    fetchNetwork: () => fetchSiteNetwork(globalThis.fetch.bind(globalThis), build.network),
    async createFloors(network, store) {
      const bundled = await loadBundledNodes(clock.now(), log, loadNodes);
      const { gateways } = build;
      return createBrowserFloors({ crypto, gateways, bundled, clock, random, log }, network, store);
    },
    locks: createBrowserLocks(requireFeature('web-locks', navigator.locks as LockManager | undefined)),
    openChannel: openBrowserChannel,
    clock,
    random,
    log,
    firstScreenMs: FIRST_SCREEN_MS,
    device: { description: deviceName(navigator.userAgent), version: APP_VERSION_NUMBER },
    exports: createExportFiles(hasInPlaceFiles(globalThis) ? openDirectory : null),
    emit: (event) => dispatcher.emit(event)
  });
}

const engine = compose();
// Whoever calls the first command is told; without a call there is nobody to tell.
engine.catch(() => {});

let hasAnswered = false;
const port = {
  postMessage(message: ToPage) {
    scope.postMessage(message);
    if (!hasAnswered) warmClock();
    hasAnswered = true;
  }
};

/**
 * The page's first rows have times in them. Whichever thread of a process asks first waits for tables that all of them share
 * then: here nobody waits, since the page is at work on what it was just told.
 */
function warmClock(): void {
  new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(0);
}

const dispatcher = createDispatcher({
  port,
  handlers: engine.then(createCommands),
  onClose: () => void engine.then((running) => running.stop()).finally(() => scope.close()),
  log
});
scope.addEventListener('message', (event) => dispatcher.receive(event.data));
