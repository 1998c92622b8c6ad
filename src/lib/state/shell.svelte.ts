// The app as installed software: its service worker, new versions that wait for consent, and the browser's offer to
// install it (design.md §7).
import { getContext, setContext } from 'svelte';
import { acceptVersion, SKIP_WAITING_MESSAGE } from '../release.ts';
import type { Difference, ReleaseCheckDeps, ReleaseReport, SignatureState } from './release-check.ts';
import type { ScriptUrls } from './script-urls.ts';

export const SERVICE_WORKER_URL = '/service-worker.js';

/** How often a running page looks for a new version, milliseconds. */
const LOOK_EVERY_MS = 60 * 60 * 1_000;
/** The first look, after the page has loaded: the list of chats is still in the making then, and comes first. */
const FIRST_LOOK_MS = 2_000;
/** How long a wanted version may take to install before it is called failed, milliseconds. */
const INSTALL_TIMEOUT_MS = 60_000;

/** Chromium's offer to install; no other browser lets a page ask. */
interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

export interface ShellState {
  readonly version: string;
  /** A version the host offers and the person has not answered; null when there is none. */
  readonly offered: string | null;
  /** What changed in it, a line each, as the host tells it. */
  readonly changes: readonly string[];
  /** Whether the key this build trusts signed the list of what the host serves. */
  readonly signature: SignatureState;
  /** Files the host serves that are not as its own list says; found now and then, without being asked. */
  readonly alarm: readonly Difference[];
  /** The offer was put off for as long as this page lives. */
  readonly putOff: boolean;
  /** The browser lets the app be installed now. */
  readonly canInstall: boolean;
  /** Registers the worker and follows versions until the returned function is called. */
  start(): () => void;
  /** Installs the offered version and reloads. @returns false when it could not be installed */
  update(): Promise<boolean>;
  later(): void;
  /** Compares every file, as `checkRelease`. */
  check(onProgress: (done: number, all: number) => void): Promise<ReleaseReport>;
  install(): Promise<void>;
}

const KEY = Symbol('shell');

/**
 * @param deps.scriptUrls lets `SERVICE_WORKER_URL` through
 * @param deps.version of the running build
 * @param deps.register false where there is no built worker
 * @param deps.releaseKey the key whose signature this build asks of a release, hex; empty when it asks for none
 */
export function createShell(deps: {
  page: Window & typeof globalThis;
  scriptUrls: ScriptUrls;
  version: string;
  register: boolean;
  releaseKey: string;
}): ShellState {
  const { page } = deps;
  let offered = $state<string | null>(null);
  let changes = $state.raw<readonly string[]>([]);
  let signature = $state<SignatureState>('none-expected');
  let alarm = $state.raw<readonly Difference[]>([]);
  let putOff = $state(false);
  let prompt = $state.raw<InstallPrompt | null>(null);
  let registration: Promise<ServiceWorkerRegistration> | null = null;

  const checkDeps: ReleaseCheckDeps = {
    fetch: (address, init) => page.fetch(address, init),
    caches: 'caches' in page ? page.caches : undefined,
    subtle: page.crypto.subtle,
    version: deps.version,
    releaseKeyHex: deps.releaseKey || null
  };
  const look = async () => {
    const { lookAtRelease } = await import('./release-check.ts');
    const seen = await lookAtRelease(checkDeps);
    const isNew = seen.manifest.version !== deps.version;
    offered = isNew ? seen.manifest.version : null;
    changes = isNew ? seen.manifest.changes : [];
    ({ signature } = seen);
    alarm = seen.differences;
  };
  // Without a network, and on a host that shows no list, there is nothing to tell.
  const lookQuietly = () => void look().catch(() => {});
  const onPrompt = (event: Event) => {
    event.preventDefault();
    prompt = event as InstallPrompt;
  };
  const onInstalled = () => (prompt = null);
  const register = () => {
    registration = page.navigator.serviceWorker.register(deps.scriptUrls(SERVICE_WORKER_URL), {
      updateViaCache: 'none'
    });
    // Without it the app works as long as there is a network.
    registration.catch(() => {});
  };

  return {
    version: deps.version,
    get offered() {
      return offered;
    },
    get changes() {
      return changes;
    },
    get signature() {
      return signature;
    },
    get alarm() {
      return alarm;
    },
    get putOff() {
      return putOff;
    },
    get canInstall() {
      return prompt !== null;
    },
    start() {
      page.addEventListener('beforeinstallprompt', onPrompt);
      page.addEventListener('appinstalled', onInstalled);
      const hasWorkers = deps.register && 'serviceWorker' in page.navigator;
      // After the first screen: its files come first.
      const idle = hasWorkers ? whenIdle(page, register) : () => {};
      const timer = hasWorkers ? page.setInterval(lookQuietly, LOOK_EVERY_MS) : 0;
      const first = hasWorkers ? whenIdle(page, lookQuietly, FIRST_LOOK_MS) : () => {};
      return () => {
        page.removeEventListener('beforeinstallprompt', onPrompt);
        page.removeEventListener('appinstalled', onInstalled);
        page.clearInterval(timer);
        idle();
        first();
      };
    },
    async update() {
      const wanted = offered;
      const registered = await registration;
      if (wanted === null || !registered) return false;
      await acceptVersion(page.caches, wanted);
      await registered.update();
      const waiting = await installed(registered);
      if (!waiting) return false;
      page.navigator.serviceWorker.addEventListener('controllerchange', () => page.location.reload(), {
        once: true
      });
      waiting.postMessage(SKIP_WAITING_MESSAGE);
      return true;
    },
    later() {
      putOff = true;
    },
    async check(onProgress) {
      const { checkRelease } = await import('./release-check.ts');
      return checkRelease(checkDeps, onProgress);
    },
    async install() {
      const asked = prompt;
      prompt = null;
      await asked?.prompt();
    }
  };
}

/** The worker that waits to take over, once it is installed; null when its installation failed. */
function installed(registration: ServiceWorkerRegistration): Promise<ServiceWorker | null> {
  const { installing, waiting } = registration;
  if (waiting) return Promise.resolve(waiting);
  if (!installing) return Promise.resolve(null);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), INSTALL_TIMEOUT_MS);
    installing.addEventListener('statechange', () => {
      if (installing.state === 'installing') return;
      clearTimeout(timer);
      resolve(installing.state === 'installed' ? installing : null);
    });
  });
}

/** Runs `work` some time after the page has loaded. @returns a function that calls it off */
function whenIdle(page: Window & typeof globalThis, work: () => void, afterMs = 0): () => void {
  let timer = 0;
  const run = () => {
    timer = page.setTimeout(work, afterMs);
  };
  if (page.document.readyState === 'complete') run();
  else page.addEventListener('load', run, { once: true });
  return () => {
    page.clearTimeout(timer);
    page.removeEventListener('load', run);
  };
}

export function provideShell(shell: ShellState): ShellState {
  return setContext(KEY, shell);
}

export function useShell(): ShellState {
  return getContext<ShellState>(KEY);
}
