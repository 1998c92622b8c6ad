// What a messenger is given by those who compose it: the network floors, and ways to other tabs. Small, so that tests
// can hand over their own.
import type { AccountId } from '../account-id.ts';
import type { AccountName } from '../account-name.ts';
import type { FileClient } from '../files/index.ts';
import type {
  ConnectionState,
  ExposureFacts,
  NameAnswer,
  PacketEvent,
  PathSnapshot
} from '../onion/index.ts';
import type { MessageChoreClient } from './chores.ts';
import type { ConfigSwarmClient } from './config-push.ts';
import type { KeyDirectory } from './hfs-peers.ts';
import type { MessageStoreClient } from './send-attempt.ts';
import type { MessageRetrieveClient } from './receive.ts';
import type { ErasureSwarmClient } from './swarm-erasure.ts';

/** The parts of the onion client the messenger looks at. */
export interface OnionPort {
  start(): void;
  stop(): Promise<void>;
  /** Network time, milliseconds since 1970. */
  networkTimeMs(): number;
  /** Device clock minus network time; null before a node has said it. */
  clockOffsetMs(): number | null;
  state(): ConnectionState;
  onState(callback: () => void): () => void;
  onPacket(callback: (packet: PacketEvent) => void): () => void;
  onPath(callback: (path: PathSnapshot) => void): () => void;
  lastPath(): PathSnapshot | null;
  newPath(): Promise<void>;
  /** Whose a name of the name service is, as three nodes say. */
  lookUpName(name: AccountName, signal?: AbortSignal): Promise<NameAnswer>;
  setOnline(online: boolean): void;
  /** Tries the gateways again at once. */
  retryNow(): void;
  /** Whose swarm is our own, for `exposure`. */
  setOwnAccount(accountId: AccountId): void;
  /** Whom it has been in touch with since it was made. */
  exposure(): ExposureFacts;
}

export type SwarmPort = MessageStoreClient &
  MessageRetrieveClient &
  MessageChoreClient &
  ConfigSwarmClient &
  ErasureSwarmClient &
  Pick<KeyDirectory, 'readPublicSlot'>;

/** The network of one leadership: made when a tab becomes the engine, stopped when it ceases to be. */
export interface NetworkFloors {
  readonly onion: OnionPort;
  readonly swarm: SwarmPort;
  readonly files: FileClient;
}

/** Web Locks, as far as they are used. */
export interface Locks {
  /**
   * Holds the lock while `callback` runs. With `steal` it is taken from whoever holds it, whose request then rejects. With
   * `ifAvailable` nothing is waited for, and `callback` is told whether the lock is held.
   * @throws AbortError when the signal aborts while waiting, or the lock is stolen
   */
  request(
    name: string,
    options: { signal?: AbortSignal; steal?: boolean; ifAvailable?: boolean },
    callback: (isHeld: boolean) => Promise<void>
  ): Promise<void>;
}

/** A BroadcastChannel: reaches the other tabs, never oneself. */
export interface Channel {
  post(message: unknown): void;
  onMessage(callback: (message: unknown) => void): () => void;
  close(): void;
}
