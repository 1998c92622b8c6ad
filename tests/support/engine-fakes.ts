// Stand-ins for what a messenger is given: a swarm network in memory, locks and channels between tabs of one process.
import { messageHash } from '../../src/lib/crypto/index.ts';
import type { AccountId } from '../../src/lib/account-id.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { AppError } from '../../src/lib/errors.ts';
import type { FileClient } from '../../src/lib/files/index.ts';
import type { Channel, Locks, NetworkFloors, OnionPort } from '../../src/lib/messenger/index.ts';

export interface FakeItem {
  readonly hash: string;
  readonly expiresAtMs: number;
  readonly timestampMs: number;
  readonly data: Uint8Array;
}

export interface FakeNetwork {
  /** What the swarm of an account holds, in order. */
  stored(accountId: AccountId): FakeItem[];
  /** Puts anything there, as anybody may. */
  deposit(accountId: AccountId, data: Uint8Array, expiresAtMs?: number): FakeItem;
  /** Takes items away, as their owner may. */
  remove(accountId: AccountId, hashes: readonly string[]): void;
  /** Called before each store; throw to refuse. */
  beforeStore: ((accountId: AccountId, data: Uint8Array) => void | Promise<void>) | null;
  /** Called after each store was taken; throw to lose the answer. */
  afterStore: ((accountId: AccountId) => void) | null;
  beforeRetrieve: (() => void | Promise<void>) | null;
  /** Most items a retrieve answers with. */
  pageSize: number;
  /** How many stores were made, repeats included. */
  storeCount: number;
  /** Called before each request for several at once; throw to refuse all of it. */
  beforeSeries: ((items: readonly Uint8Array[]) => void) | null;
  /** How many messages each request for several at once held. */
  readonly seriesSizes: number[];
  floors(options?: { nodes?: readonly string[]; offsetMs?: number }): FakeFloors;
}

export interface FakeFloors extends NetworkFloors {
  setConnected(isConnected: boolean): void;
  readonly online: () => boolean;
}

const DAY_MS = 86_400_000;

export function createFakeNetwork(clock: Clock): FakeNetwork {
  const items = new Map<AccountId, FakeItem[]>();
  const listOf = (accountId: AccountId) => {
    const list = items.get(accountId) ?? [];
    items.set(accountId, list);
    return list;
  };
  const network: FakeNetwork = {
    beforeStore: null,
    afterStore: null,
    beforeRetrieve: null,
    pageSize: 100,
    storeCount: 0,
    beforeSeries: null,
    seriesSizes: [],
    stored: (accountId) => [...listOf(accountId)],
    remove(accountId, hashes) {
      items.set(
        accountId,
        listOf(accountId).filter(({ hash }) => !hashes.includes(hash))
      );
    },
    deposit(accountId, data, expiresAtMs = clock.now() + 14 * DAY_MS) {
      const hash = messageHash(Buffer.from(accountId, 'hex'), 0, data);
      const known = listOf(accountId).find((item) => item.hash === hash);
      if (known) return known;
      const item = { hash, data, expiresAtMs, timestampMs: clock.now() };
      listOf(accountId).push(item);
      return item;
    },
    floors(options = {}) {
      return createFakeFloors(network, clock, options);
    }
  };
  return network;
}

const noFiles: FileClient = {
  upload: async () => refused(),
  download: async () => refused(),
  info: async () => refused(),
  extend: async () => refused()
};

function refused(): never {
  throw new AppError('file-refused', { retry: 'never' });
}

function createFakeFloors(
  network: FakeNetwork,
  clock: Clock,
  { nodes = ['aa'.repeat(32)], offsetMs = 0 }: { nodes?: readonly string[]; offsetMs?: number }
): FakeFloors {
  const listeners = new Set<() => void>();
  let isConnected = true;
  let isOnline = true;
  const onion: OnionPort = {
    start: () => {},
    stop: async () => {},
    networkTimeMs: () => clock.now() - offsetMs,
    clockOffsetMs: () => offsetMs,
    state: () => (isConnected && isOnline ? { phase: 'connected', pathCount: 1 } : { phase: 'offline' }),
    onState(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    onPacket: () => () => {},
    onPath: () => () => {},
    lastPath: () => null,
    newPath: async () => {},
    lookUpName: async () => ({ kind: 'unregistered' }),
    setOnline(online) {
      if (online === isOnline) return;
      isOnline = online;
      for (const listener of listeners) listener();
    },
    retryNow: () => {},
    setOwnAccount: () => {},
    exposure: () => ({ sinceMs: clock.now(), gateways: [], nodes: [], servers: [] })
  };
  const requireConnection = () => {
    if (!isConnected || !isOnline) throw new AppError('no-path', { retry: 'later' });
  };
  return {
    onion,
    setConnected(connected) {
      isConnected = connected;
      for (const listener of listeners) listener();
    },
    online: () => isOnline,
    files: noFiles,
    swarm: {
      async readPublicSlot() {
        requireConnection();
        return { nodeHex: '00'.repeat(32), items: [] };
      },
      async store({ accountId, data, ttlMs, signal }) {
        network.storeCount += 1;
        requireConnection();
        await network.beforeStore?.(accountId, data);
        signal?.throwIfAborted();
        const item = network.deposit(accountId, data, clock.now() - offsetMs + ttlMs);
        network.afterStore?.(accountId);
        return { hash: item.hash, expiresAtMs: item.expiresAtMs, storedAtMs: clock.now() - offsetMs };
      },
      async storeSeries({ accountId, items, signal }) {
        network.seriesSizes.push(items.length);
        network.beforeSeries?.(items.map(({ data }) => data));
        const stored: Awaited<ReturnType<NetworkFloors['swarm']['store']>>[] = [];
        for (const item of items) {
          try {
            stored.push(
              await this.store({ accountId, namespace: 0, ...item, ...(signal ? { signal } : {}) })
            );
          } catch (error) {
            if (stored.length === 0) throw error;
            break;
          }
        }
        return stored;
      },
      async replace({ identity, items }) {
        requireConnection();
        const account = Buffer.from(identity.accountId, 'hex');
        const hashes = items.map(({ namespace, data }) => messageHash(account, namespace, data));
        return { hashes, isDeleted: true };
      },
      async delete({ identity, hashes }) {
        requireConnection();
        network.remove(identity.accountId, hashes);
        return { confirmed: [...nodes], failed: [] };
      },
      async expire({ hashes }) {
        requireConnection();
        return { confirmed: [...nodes], failed: [], updated: [...hashes], unchanged: {} };
      },
      async deleteAll({ identity }) {
        requireConnection();
        network.remove(
          identity.accountId,
          network.stored(identity.accountId).map(({ hash }) => hash)
        );
        return { confirmed: [...nodes], failed: [] };
      },
      members: () => nodes.map((ed25519PublicKeyHex) => ({ ed25519PublicKeyHex })),
      async retrieve({ identity, cursorOf, preferNode }) {
        requireConnection();
        await network.beforeRetrieve?.();
        const node = { ed25519PublicKeyHex: preferNode ?? (nodes[0] as string) };
        const all = network.stored(identity.accountId);
        const cursor = cursorOf(node.ed25519PublicKeyHex, 0);
        const after = all.findIndex((item) => item.hash === cursor) + 1;
        const messages = all.slice(after, after + network.pageSize);
        const more = after + messages.length < all.length;
        const lastHash = messages.at(-1)?.hash ?? null;
        return { node, results: [{ namespace: 0, messages, more, skipped: 0, lastHash }] };
      }
    }
  };
}

/** Web Locks of one browser. */
export function createFakeLocks(): Locks & { readonly steals: () => number } {
  interface Waiter {
    readonly grant: () => void;
    readonly reject: (reason: unknown) => void;
  }
  const held = new Map<string, { steal: () => void }>();
  const queues = new Map<string, Waiter[]>();
  let steals = 0;
  const abortError = () => new DOMException('aborted', 'AbortError');

  function next(name: string): void {
    const waiter = queues.get(name)?.shift();
    if (waiter) waiter.grant();
  }

  return {
    steals: () => steals,
    request(name, { signal, steal, ifAvailable }, callback) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(abortError());
        const grant = () => {
          signal?.removeEventListener('abort', onAbort);
          const holding = { steal: () => reject(abortError()) };
          held.set(name, holding);
          void callback(true)
            .then(resolve, reject)
            .finally(() => {
              if (held.get(name) !== holding) return;
              held.delete(name);
              next(name);
            });
        };
        const waiter: Waiter = { grant, reject };
        const onAbort = () => {
          const queue = queues.get(name) ?? [];
          queues.set(
            name,
            queue.filter((other) => other !== waiter)
          );
          reject(abortError());
        };
        if (ifAvailable && held.has(name)) void callback(false).then(resolve, reject);
        else if (steal) {
          steals += 1;
          held.get(name)?.steal();
          grant();
        } else if (held.has(name)) {
          queues.set(name, [...(queues.get(name) ?? []), waiter]);
          signal?.addEventListener('abort', onAbort, { once: true });
        } else grant();
      });
    }
  };
}

/** BroadcastChannels of one browser. */
export function createChannelHub(): { open(name: string): Channel } {
  const channels = new Map<string, Set<{ deliver: (message: unknown) => void }>>();
  return {
    open(name) {
      const all = channels.get(name) ?? new Set();
      channels.set(name, all);
      const callbacks = new Set<(message: unknown) => void>();
      const own = {
        deliver: (message: unknown) => {
          for (const callback of callbacks) callback(message);
        }
      };
      all.add(own);
      return {
        post(message) {
          const copy = structuredClone(message);
          queueMicrotask(() => {
            for (const other of all) if (other !== own) other.deliver(copy);
          });
        },
        onMessage(callback) {
          callbacks.add(callback);
          return () => callbacks.delete(callback);
        },
        close: () => all.delete(own)
      };
    }
  };
}
