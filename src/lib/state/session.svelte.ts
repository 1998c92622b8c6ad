// The page's one connection to the engine, shared by every screen. Small on purpose: the welcome screen loads it, so
// nothing of the database or of cryptography may be imported here.
import { getContext, setContext } from 'svelte';
import { createWorkerClient, type WorkerClient, type WorkerPort } from '../worker/client.ts';
import type { ConnectionState, EngineEvent, EngineStatus } from '../worker/protocol.ts';
import { markAccount } from './account-mark.ts';

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

  client.onEvent((event) => {
    if (event.type === 'connection') connection = event.state;
  });

  const settle = (answer: EngineStatus): EngineStatus => {
    status = answer;
    if (answer.state !== 'failed') {
      markAccount(answer.state !== 'no-profile', () => localStorage, document.documentElement);
    }
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
      opening ??= client.call('engine.open', {}).then(settle, (error: unknown) => {
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
