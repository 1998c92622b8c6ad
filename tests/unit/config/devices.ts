// Devices of one account over a swarm in memory: what the loop does with the config floor, without a network.
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import {
  confirmPush,
  configStatus,
  decodeConfigMessage,
  editConfig,
  NEW_CONFIG,
  receiveConfigs,
  takePush,
  type ConfigDict,
  type ConfigState
} from '../../../src/lib/config/index.ts';

export interface FakeSwarm {
  /** Serialized messages by storage hash, in order of arrival. */
  readonly items: Map<string, Uint8Array>;
  /** How many stores there were. */
  stores: number;
}

export const createSwarm = (): FakeSwarm => ({ items: new Map(), stores: 0 });

export class Device {
  state: ConfigState = NEW_CONFIG;
  /** Since the last push. */
  hasPolled = false;
  readonly #swarm: FakeSwarm;
  readonly #seen = new Set<string>();
  #storesSeen = 0;

  constructor(swarm: FakeSwarm) {
    this.#swarm = swarm;
  }

  edit(change: (data: ConfigDict) => ConfigDict): void {
    this.state = editConfig(this.state, change);
  }

  /** Everything that came since the last poll, in one call. */
  poll(order: (hashes: string[]) => string[] = (hashes) => hashes): void {
    const fresh = order([...this.#swarm.items.keys()].filter((hash) => !this.#seen.has(hash)));
    for (const hash of fresh) this.#seen.add(hash);
    const received = fresh.map((storageHash) => ({
      storageHash,
      opened: {
        kind: 'message' as const,
        message: decodeConfigMessage(this.#swarm.items.get(storageHash)!),
        isForeignForm: false
      }
    }));
    this.state = receiveConfigs(this.state, received, 0);
    this.hasPolled = true;
    this.#storesSeen = this.#swarm.stores;
  }

  /** @param isAnswered false: it is stored, but the answer never arrives */
  push({ isAnswered = true } = {}): boolean {
    const push = takePush(this.state);
    if (!push) return false;
    this.state = push.state;
    this.hasPolled = false;
    const storageHash = `at ${push.message.hashHex}`;
    this.#swarm.stores += 1;
    this.#swarm.items.set(storageHash, push.message.bytes);
    for (const hash of push.obsoleteHashes) this.#swarm.items.delete(hash);
    if (isAnswered) {
      this.state = confirmPush(this.state, {
        hashHex: push.message.hashHex,
        storageHashes: [storageHash],
        deletedHashes: push.obsoleteHashes
      });
    }
    return true;
  }

  /** Stores since its last poll. */
  get missed(): number {
    return this.#swarm.stores - this.#storesSeen;
  }

  get bytesHex(): string {
    return bytesToHex(this.state.base.bytes);
  }

  get isClean(): boolean {
    return configStatus(this.state) === 'clean';
  }
}

/** Polls and pushes until nobody has anything to say. @throws when that never comes */
export function settle(devices: readonly Device[]): void {
  for (let round = 0; round < 30; round++) {
    let isQuiet = true;
    for (const device of devices) {
      device.poll();
      if (device.push()) isQuiet = false;
    }
    for (const device of devices) device.poll();
    if (isQuiet && devices.every(({ isClean }) => isClean)) return;
  }
  throw new Error('the devices never agree');
}
