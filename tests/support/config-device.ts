// One device of an account over a swarm in memory that holds its documents: the loop, rows and commands are the product's.
import { createCryptoBackend, messageHash, type Identity } from '../../src/lib/crypto/index.ts';
import { hexToBytes } from '../../src/lib/bytes/index.ts';
import {
  CONFIG_KINDS,
  openConfig,
  sealConfig,
  type ConfigKind,
  type ConfigMessage
} from '../../src/lib/config/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createConfigSync, type ConfigSync } from '../../src/lib/messenger/config-sync.ts';
import type { ConfigSwarmClient } from '../../src/lib/messenger/config-push.ts';
import { createConversationCommands } from '../../src/lib/messenger/conversation-commands.ts';
import { createTimerCommands } from '../../src/lib/messenger/timer-commands.ts';
import { createProfile, raiseEpoch, type ProfileStore } from '../../src/lib/storage/index.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createStorageDevice, START_MS } from './storage-device.ts';

const crypto = await createCryptoBackend();

interface StoredItem {
  readonly namespace: number;
  readonly data: Uint8Array;
}

export interface ConfigSwarm {
  /** By storage hash, in order of arrival. */
  readonly items: Map<string, StoredItem>;
  /** Every hash that was to be deleted. */
  readonly deleted: string[];
  readonly extended: string[][];
  stores: number;
  /** What the next requests fail with. */
  failure: Error | null;
  put(namespace: number, data: Uint8Array): string;
  client: ConfigSwarmClient;
}

export function createConfigSwarm(identity: Identity): ConfigSwarm {
  const hashOf = ({ namespace, data }: StoredItem) =>
    messageHash(hexToBytes(identity.accountId), namespace, data);
  const swarm: ConfigSwarm = {
    items: new Map(),
    deleted: [],
    extended: [],
    stores: 0,
    failure: null,
    put(namespace, data) {
      const hash = hashOf({ namespace, data });
      swarm.items.set(hash, { namespace, data });
      return hash;
    },
    client: {
      members: () => [1, 2, 3],
      async replace({ items, deleteHashes }) {
        if (swarm.failure) throw swarm.failure;
        swarm.stores += 1;
        const hashes = items.map(({ namespace, data }) => swarm.put(namespace, data));
        for (const hash of deleteHashes) swarm.items.delete(hash);
        swarm.deleted.push(...deleteHashes);
        return { hashes, isDeleted: true };
      },
      async expire({ hashes }) {
        if (swarm.failure) throw swarm.failure;
        swarm.extended.push([...hashes]);
        return {
          confirmed: ['a', 'b'],
          failed: [],
          updated: hashes.filter((hash) => swarm.items.has(hash)),
          unchanged: {}
        };
      }
    }
  };
  return swarm;
}

export interface ConfigDevice {
  readonly store: ProfileStore;
  readonly clock: FakeClock;
  readonly sync: ConfigSync;
  readonly commands: ReturnType<typeof createConversationCommands> & ReturnType<typeof createTimerCommands>;
  /** Everything the swarm holds, from one node. */
  poll(node?: string): Promise<void>;
  /** Until nothing is left to be stored. */
  pushAll(): Promise<void>;
  /** One look and one push, after so long. */
  round(afterMs?: number): Promise<{ isWaiting: boolean }>;
  /** What the swarm holds of one document now and can be read. */
  stored(kind: ConfigKind): Promise<ConfigMessage[]>;
}

/**
 * @param options.createdHere false: the account was restored
 * @param options.onForeignForm as of `createConfigSync`
 */
export async function createConfigDevice(
  identity: Identity,
  swarm: ConfigSwarm,
  {
    createdHere = false,
    displayName = '',
    onForeignForm
  }: {
    createdHere?: boolean;
    displayName?: string;
    onForeignForm?: (storedAtMs: number) => Promise<void>;
  } = {}
): Promise<ConfigDevice> {
  const device = await createStorageDevice();
  const store = await createProfile(device.environment, {
    accountSeed: new Uint8Array(16).fill(7),
    accountId: identity.accountId,
    displayName,
    networkId: 'local',
    createdHere,
    nowMs: START_MS
  });
  await raiseEpoch(store);
  const clock = createFakeClock(START_MS);
  const now = () => clock.now();
  const sync = createConfigSync({
    store,
    identity,
    crypto,
    swarm: swarm.client,
    clock,
    now,
    log: silentLog,
    onTimersStarted: () => {},
    ...(onForeignForm && { onForeignForm })
  });
  const shared = { store, ownId: identity.accountId, networkNow: async () => now(), ringOutbox: () => {} };
  const poll = async (node = 'aa') => {
    const answers = sync.namespaces.map((namespace) => {
      const messages = [...swarm.items]
        .filter(([, item]) => item.namespace === namespace)
        .map(([hash, { data }]) => ({ hash, data, timestampMs: now() }));
      return { namespace, messages, more: false, lastHash: messages.at(-1)?.hash ?? null };
    });
    await sync.receive(node, answers);
  };
  const round = async (afterMs = 10_000) => {
    await clock.advance(afterMs);
    await poll();
    return sync.push(new AbortController().signal);
  };
  return {
    store,
    clock,
    sync,
    commands: {
      ...createConversationCommands({ ...shared, onTimersStarted: () => {} }),
      ...createTimerCommands(shared)
    },
    poll,
    round,
    async pushAll() {
      // What a restored account begins anew waits for a second node's word.
      await poll('bb');
      for (let count = 0; count < 10; count++) if (!(await round()).isWaiting) return;
      throw new Error('never done');
    },
    async stored(kind) {
      const { namespace } = CONFIG_KINDS[kind];
      const found = [...swarm.items.values()].filter((item) => item.namespace === namespace);
      const opened = await Promise.all(found.map(({ data }) => openConfig(crypto, identity, kind, data)));
      return opened.flatMap((one) => (one.kind === 'message' ? [one.message] : []));
    }
  };
}

/** As another client of the account leaves a version in the swarm. @returns its storage hashes */
export function leaveConfig(
  swarm: ConfigSwarm,
  identity: Identity,
  kind: ConfigKind,
  message: ConfigMessage
): string[] {
  return sealConfig(identity, kind, message).map((data) => swarm.put(CONFIG_KINDS[kind].namespace, data));
}
