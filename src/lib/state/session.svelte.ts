// The page's one connection to the engine, shared by every screen. Small on purpose: the welcome screen loads it, so
// nothing of the database or of cryptography may be imported here.
import { getContext, setContext, tick } from 'svelte';
import { AppError } from '../errors.ts';
import { createWorkerClient, type WorkerClient, type WorkerPort } from '../worker/client.ts';
import type { Commands, ConnectionState, EngineEvent, EngineStatus, Proof } from '../worker/protocol.ts';
import { hasAccountMark, markAccount } from './account-mark.ts';
import { chooseProfile, chosenProfile } from './profile-choice.ts';

export interface Session {
  /** What the engine said about the profile; null until it answered. */
  readonly status: EngineStatus | null;
  /** This browser remembered an account, and which profile it showed, before the engine was asked. */
  readonly hadAccount: boolean;
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
  /** The profile is about to be locked: nothing of it may be shown any more. */
  readonly isLocking: boolean;
  /** Opens the locked profile. @throws as the command `lock.open` */
  unlock(proof: Proof): Promise<EngineStatus>;
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
  let hadAccount = false;
  let isErasing = false;
  let isLocking = $state(false);
  /** Drafts on their way to the engine. */
  let saving: readonly Promise<unknown>[] = [];

  client.onEvent((event) => {
    if (event.type === 'connection') connection = event.state;
    if (event.type === 'locking') void letGo();
    if (event.type === 'unlocked') void reopen(event.profileId);
  });

  const call: WorkerClient['call'] = (name, input, options) => {
    const answer = client.call(name, input, options);
    if (name !== 'conversation.saveDraft') return answer;
    const said = answer
      .catch(() => {})
      .then(() => {
        saving = saving.filter((other) => other !== said);
      });
    saving = [...saving, said];
    return answer;
  };

  /** Screens go, each with its last word; once that was heard, the engine closes the profile. */
  async function letGo(): Promise<void> {
    isLocking = true;
    await tick();
    await Promise.all(saving);
    await client.call('lock.letGo', {}).catch(() => {});
  }

  /** Another tab opened the lock that this one waits at. */
  async function reopen(profileId: string): Promise<void> {
    if (status?.state !== 'locked' || status.profileId !== profileId) return;
    // Who cannot have the keys goes on waiting.
    await client.call('engine.open', { profileId }).then(settle, () => {});
  }

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
    get hadAccount() {
      return hadAccount;
    },
    get local() {
      return status !== null && 'network' in status && status.network?.kind === 'local';
    },
    get connection() {
      return connection;
    },
    open() {
      const profileId = chosenProfile(window);
      if (opening) return opening;
      // Now, since the answer makes the mark true again before whoever asks last is there to read it.
      hadAccount = profileId !== null && hasAccountMark(() => localStorage);
      opening = client
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
    get isLocking() {
      return isLocking;
    },
    async unlock(proof) {
      if (status?.state !== 'locked') throw new AppError('no-profile');
      return settle(await client.call('lock.open', { profileId: status.profileId, proof }));
    },
    call,
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
