// The page's one connection to the engine, shared by every screen. Small on purpose: the welcome screen loads it, so
// nothing of the database or of cryptography may be imported here.
import { getContext, setContext } from 'svelte';
import { createWorkerClient, type WorkerClient, type WorkerPort } from '../worker/client.ts';
import type { Commands, ConnectionState, EngineEvent, EngineStatus } from '../worker/protocol.ts';
import { markAccount } from './account-mark.ts';
import { chooseProfile, chosenProfile } from './profile-choice.ts';

export interface Session {
  /** What the engine said about the profile; null until it answered. */
  readonly status: EngineStatus | null;
  /** This build stands on a local network; false until the engine said so. */
  readonly local: boolean;
  /** How the network stands; null until the engine said so. */
  readonly connection: ConnectionState | null;
  /** Starts the engine and opens the profile there is. Later calls share the first answer. */
  open(): Promise<EngineStatus>;
  createProfile(displayName: string): Promise<EngineStatus>;
  restoreProfile(phrase: string): Promise<EngineStatus>;
  /** @throws as the command `backup.restore`; the signal's reason */
  restoreBackup(file: Blob, passphrase: string, signal: AbortSignal): Promise<EngineStatus>;
  /** Takes the open profile off this device; the page has to be left afterwards. */
  erase(): Promise<Commands['profile.erase']['out']>;
  /** This page itself is taking its profile away. */
  readonly isErasing: boolean;
  readonly call: WorkerClient['call'];
  readonly onEvent: (callback: (event: EngineEvent) => void) => () => void;
  close(): void;
}

const KEY = Symbol('session');

/** @param deps.createWorker starts the engine's worker; called once, when it is first needed */
export function createSession(deps: { createWorker: () => WorkerPort }): Session {
  const client = createWorkerClient(deps);
  let status = $state.raw<EngineStatus | null>(null);
  let connection = $state.raw<ConnectionState | null>(null);
  let opening: Promise<EngineStatus> | null = null;
  let isErasing = false;

  client.onEvent((event) => {
    if (event.type === 'connection') connection = event.state;
  });

  const settle = (answer: EngineStatus): EngineStatus => {
    status = answer;
    if (answer.state !== 'failed') {
      markAccount(answer.state !== 'no-profile', () => localStorage, document.documentElement);
    }
    // Also after a reload, and whatever profile other tabs turn to.
    if ('profileId' in answer) chooseProfile(window, answer.profileId);
    opening = Promise.resolve(answer);
    return answer;
  };

  return {
    get status() {
      return status;
    },
    get local() {
      return status !== null && 'network' in status && status.network?.kind === 'local';
    },
    get connection() {
      return connection;
    },
    open() {
      const profileId = chosenProfile(window);
      opening ??= client
        .call('engine.open', profileId === null ? {} : { profileId })
        .then(settle, (error: unknown) => {
          opening = null;
          throw error;
        });
      return opening;
    },
    async createProfile(displayName) {
      return settle(await client.call('profile.create', { displayName }));
    },
    async restoreProfile(phrase) {
      return settle(await client.call('profile.restore', { phrase }));
    },
    async restoreBackup(file, passphrase, signal) {
      return settle(await client.call('backup.restore', { file, passphrase }, { signal }));
    },
    async erase() {
      isErasing = true;
      try {
        return await client.call('profile.erase', {});
      } catch (error) {
        isErasing = false;
        throw error;
      }
    },
    get isErasing() {
      return isErasing;
    },
    call: client.call,
    onEvent: client.onEvent,
    close: client.close
  };
}

export function provideSession(session: Session): Session {
  return setContext(KEY, session);
}

export function useSession(): Session {
  return getContext<Session>(KEY);
}
