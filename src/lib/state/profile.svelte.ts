// The open profile as screens see it: its database for reading, who one is, what waits to be sent.
import { getContext, setContext } from 'svelte';
import type { AccountId } from '../account-id.ts';
import {
  loadOutboxCount,
  loadProfile,
  openProfileReader,
  type ProfileDatabase,
  type ProfileView
} from '../storage/queries.ts';
import type { EngineStatus, NetworkSummary } from '../worker/protocol.ts';
import { createLive } from './live.svelte.ts';

export type OpenStatus = Extract<EngineStatus, { state: 'ready' | 'wrong-network' }>;

export interface ProfileState {
  readonly status: OpenStatus;
  readonly accountId: AccountId;
  readonly network: NetworkSummary | null;
  /** Null until it was read. */
  readonly view: ProfileView | null;
  /** Messages that wait to be sent. */
  readonly waiting: number;
  readonly db: ProfileDatabase;
  readonly rowKey: CryptoKey;
  close(): void;
}

const KEY = Symbol('profile');

export function createProfileState(status: OpenStatus): ProfileState {
  const { rowKey } = status;
  const db = openProfileReader(status.databaseName);
  const view = createLive(() => loadProfile(db, rowKey));
  const waiting = createLive(() => loadOutboxCount(db));
  return {
    status,
    accountId: status.accountId,
    network: status.state === 'ready' ? status.network : null,
    get view() {
      return view.current ?? null;
    },
    get waiting() {
      return waiting.current ?? 0;
    },
    db,
    rowKey,
    close() {
      view.stop();
      waiting.stop();
      db.close();
    }
  };
}

export function provideProfile(profile: ProfileState): ProfileState {
  return setContext(KEY, profile);
}

export function useProfile(): ProfileState {
  return getContext<ProfileState>(KEY);
}
