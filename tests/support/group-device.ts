// Devices of one account over a swarm in memory whose nodes can be made to show different things: the device group as the engine runs it.
import { hexToBytes } from '../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  deriveIdentity,
  messageHash,
  type Identity
} from '../../src/lib/crypto/index.ts';
import { HFS_SECONDS, type HfsSelf } from '../../src/lib/hfs/index.ts';
import { silentLog } from '../../src/lib/log.ts';
import {
  createDeviceGroup,
  type DeviceChange,
  type DeviceGroup
} from '../../src/lib/messenger/hfs-devices.ts';
import { createGroupState, type GroupState } from '../../src/lib/messenger/hfs-group-state.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { loadDevices, raiseEpoch, type DevicesView, type ProfileStore } from '../../src/lib/storage/index.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createStorageDevice, createTestProfile } from './storage-device.ts';

export const crypto = await createCryptoBackend();
export const OWN = deriveIdentity(new Uint8Array(16).fill(7));
export const GROUP = 41;

export interface HeldItem {
  readonly hash: string;
  readonly data: Uint8Array;
  readonly timestampMs: number;
  readonly expiresAtMs: number;
}

export interface GroupSwarm {
  readonly clock: FakeClock;
  /** What each node shows; tests change it. */
  readonly nodes: Map<string, HeldItem[]>;
  /** Everything that was ever stored, in order. */
  readonly log: HeldItem[];
  /** Stores at every node, as somebody with the account's signature does. */
  hold(data: Uint8Array, ttlMs?: number): string;
  drop(hashes: readonly string[]): void;
  /** Requests to store are answered with an error. */
  isBroken: boolean;
}

export function createGroupSwarm(identity: Identity = OWN, nodeCount = 3): GroupSwarm {
  const clock = createFakeClock();
  const nodes = new Map<string, HeldItem[]>(
    Array.from({ length: nodeCount }, (_, index) => [`${index}`.padStart(64, 'a'), []])
  );
  const swarm: GroupSwarm = {
    clock,
    nodes,
    log: [],
    isBroken: false,
    hold(data, ttlMs = 30 * 86_400_000) {
      const hash = messageHash(hexToBytes(identity.accountId), GROUP, data);
      const item = { hash, data, timestampMs: clock.now(), expiresAtMs: clock.now() + ttlMs };
      swarm.log.push(item);
      for (const items of nodes.values()) items.push(item);
      return hash;
    },
    drop(hashes) {
      for (const [node, items] of nodes)
        nodes.set(
          node,
          items.filter(({ hash }) => !hashes.includes(hash))
        );
    }
  };
  return swarm;
}

export interface GroupDevice {
  readonly group: DeviceGroup;
  readonly state: GroupState;
  readonly store: ProfileStore;
  readonly changes: DeviceChange[];
  /** Bytes this device has fetched from the slot. */
  fetched: number;
  /** Requests of this device to the swarm. */
  requests: number;
  /** One poll of the next node, or of the one named, and what follows from it. */
  poll(nodeHex?: string): Promise<void>;
  /** Polls until nothing is waited for, at every node once. */
  settle(): Promise<void>;
  self(): Promise<HfsSelf>;
  view(): Promise<DevicesView>;
  /** As if the engine had begun anew over the same storage. */
  restart(): Promise<void>;
}

export async function createGroupDevice(
  swarm: GroupSwarm,
  options: {
    name?: string;
    isCreatedHere?: boolean;
    identity?: Identity;
    dormantAfterSeconds?: number;
    realSymbols?: boolean;
    clockOffsetMs?: number;
  } = {}
): Promise<GroupDevice> {
  const identity = options.identity ?? OWN;
  const { clock } = swarm;
  const store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  let kept: HfsSelf | null = null;
  const changes: DeviceChange[] = [];

  function begin(): { group: DeviceGroup; state: GroupState } {
    const state = createGroupState({
      load: async () => kept,
      save: async (self) => void (kept = self)
    });
    const group = createDeviceGroup({
      store,
      state,
      identity,
      crypto,
      clock,
      random: systemRandom,
      log: silentLog,
      now: () => clock.now(),
      clockOffsetMs: () => options.clockOffsetMs ?? 0,
      isCreatedHere: async () => options.isCreatedHere ?? false,
      facts: { description: options.name ?? 'A browser', version: 1000 },
      keyRules: async () => ({
        window: 'standard',
        dormantAfterSeconds: options.dormantAfterSeconds ?? HFS_SECONDS.dormantAfter
      }),
      swarm: {
        members: () => [...swarm.nodes.keys()],
        async replace({ items, deleteHashes }) {
          device.requests += 1;
          if (swarm.isBroken) throw new Error('no node answers');
          const hashes = items.map(({ data, ttlMs }) => swarm.hold(data, ttlMs));
          swarm.drop(deleteHashes);
          return { hashes };
        },
        async delete({ hashes }) {
          swarm.drop(hashes);
        }
      },
      // The real ones take a tenth of a second each.
      ...(options.realSymbols !== true && {
        symbolsOf: async (inner) => [...inner.slice(-21)].map((byte) => byte % 64)
      }),
      ring: () => {},
      onDevicesChanged: async (told) => void changes.push(...told)
    });
    return { group, state };
  }

  let turn = 0;
  const device: GroupDevice = {
    ...begin(),
    store,
    changes,
    fetched: 0,
    requests: 0,
    async poll(nodeHex) {
      const all = [...swarm.nodes.keys()];
      const node = nodeHex ?? (all[turn++ % all.length] as string);
      for (let rounds = 0; rounds < 6; rounds++) {
        const asked = rounds === 0 ? node : (all[turn++ % all.length] as string);
        await pollNode(nodeHex ?? asked);
        if (!device.group.isWaiting()) return;
      }
    },
    async settle() {
      for (const node of swarm.nodes.keys()) await device.poll(node);
    },
    async self() {
      const self = await device.state.current();
      if (!self) throw new Error('expected a device');
      return self;
    },
    async view() {
      const view = await loadDevices(store.db, store.keys.rows);
      if (!view) throw new Error('expected a row');
      return view;
    },
    async restart() {
      await raiseEpoch(store);
      Object.assign(device, begin());
    }
  };

  async function pollNode(node: string): Promise<void> {
    const { group } = device;
    const from = group.cursorOf(node, GROUP);
    const held = (swarm.nodes.get(node) ?? []).filter(({ expiresAtMs }) => expiresAtMs > clock.now());
    const start = held.findIndex(({ hash }) => hash === from) + 1;
    const messages = held.slice(start);
    device.fetched += messages.reduce((sum, { data }) => sum + data.length, 0);
    device.requests += 1;
    const lastHash = messages.at(-1)?.hash ?? null;
    await group.receive(node, [{ namespace: GROUP, messages, more: false, skipped: 0, lastHash }]);
    group.notePolled(Math.floor(clock.now() / 1000));
    await group.push(new AbortController().signal);
  }

  return device;
}

/** Two devices whose persons have compared the symbols: the second asks, the first takes it in. */
export async function linkDevices(member: GroupDevice, joining: GroupDevice): Promise<void> {
  await joining.settle();
  await joining.group.follow({ action: 'link' });
  await joining.poll();
  await member.poll();
  const [request] = (await member.view()).requests;
  if (!request) throw new Error('expected a request');
  await member.group.follow({ action: 'accept', requestId: request.id });
  await member.poll();
  await joining.group.follow({ action: 'confirm-link' });
  await joining.poll();
  await joining.poll();
}
