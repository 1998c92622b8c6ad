// Bob's account on several devices over one simulated swarm that keeps a log of everything it ever stored, as an adversary would.
// Every step of a device is stored before it is done, and may be the last one before a crash.
import { bytesToHex, equalBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, type Identity } from '../../../src/lib/crypto/index.ts';
import { buildAnnouncement, openAnnouncement } from '../../../src/lib/hfs/announcement.ts';
import { openEnvelope, sealEnvelope } from '../../../src/lib/hfs/envelope.ts';
import {
  createGroupId,
  namesAsRemoved,
  openGroupMessage,
  openPayload,
  sealGroupMessage
} from '../../../src/lib/hfs/group-message.ts';
import { activeSeed, decodePayload, encodePayload } from '../../../src/lib/hfs/group-records.ts';
import { settleSeeds } from '../../../src/lib/hfs/group-merge.ts';
import {
  derivePublicKeys,
  deriveRotatingKeys,
  type PublicKeys,
  type RotatingKeyKind,
  type RotatingKeys
} from '../../../src/lib/hfs/rotating-keys.ts';
import {
  admitDevice,
  createSelf,
  foundGroup,
  joinGroup,
  newRecord,
  presentDeviceSeed,
  takeInGroup,
  type GroupEvent,
  type HfsSelf,
  type SeenGroupMessage
} from '../../../src/lib/hfs/self.ts';
import {
  confirmPush,
  expireSeeds,
  groupPush,
  keepUp,
  seedToPublish,
  type Published
} from '../../../src/lib/hfs/upkeep.ts';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import type { RandomBytes } from '../../../src/lib/random.ts';
import { ALICE, BOB } from './people.ts';

export const HOUR = 3600;
export const DAY = 24 * HOUR;
export const START = 1_795_000_000;
export const crypto = await createCryptoBackend();

export interface Blob {
  readonly hash: number;
  readonly namespace: 0 | 41 | -41;
  readonly bytes: Uint8Array;
  readonly storedSeconds: number;
  readonly ttlSeconds: number;
}

/** What the swarm holds, and what somebody who logs it has. */
export class SimulatedSwarm {
  readonly log: Blob[] = [];
  #held: Blob[] = [];

  store(namespace: Blob['namespace'], bytes: Uint8Array, storedSeconds: number, ttlSeconds: number): void {
    const blob = { hash: this.log.length, namespace, bytes, storedSeconds, ttlSeconds };
    this.log.push(blob);
    if (namespace === -41) this.#held = this.#held.filter((other) => other.namespace !== -41);
    this.#held.push(blob);
  }

  held(namespace: Blob['namespace'], nowSeconds: number): Blob[] {
    return this.#held.filter(
      (blob) => blob.namespace === namespace && blob.storedSeconds + blob.ttlSeconds > nowSeconds
    );
  }

  delete(hashes: readonly number[]): void {
    this.#held = this.#held.filter(({ hash }) => !hashes.includes(hash));
  }
}

/** Stops a device where the browser would: after something was stored, before what comes next. */
export class Crash extends Error {}

const keyCache = new Map<string, Promise<PublicKeys>>();

/** Deriving ML-KEM keys again and again is most of the time of a simulation. */
export function publicKeysOf(kind: RotatingKeyKind, seed: Uint8Array): Promise<PublicKeys> {
  const name = `${kind}${bytesToHex(seed)}`;
  const known = keyCache.get(name) ?? derivePublicKeys(crypto, kind, seed);
  keyCache.set(name, known);
  return known;
}

const pairCache = new Map<string, Promise<RotatingKeys>>();

export function rotatingKeys(kind: RotatingKeyKind, seed: Uint8Array): Promise<RotatingKeys> {
  const name = `${kind}${bytesToHex(seed)}`;
  const known =
    pairCache.get(name) ??
    publicKeysOf(kind, seed).then((publicKeys) => deriveRotatingKeys(crypto, kind, seed, publicKeys));
  pairCache.set(name, known);
  return known;
}

export class SimulatedDevice {
  self: HfsSelf;
  published: Published | null = null;
  lastOpenedSeconds: number;
  polledSeconds: number | null = null;
  readonly window: 'standard' | 'short';
  readonly read = new Map<number, string>();
  readonly unreadable = new Set<number>();
  readonly events: GroupEvent[] = [];
  readonly #swarm: SimulatedSwarm;
  readonly #random: RandomBytes;
  readonly root: Identity = BOB;
  /** How many more steps this device may take. */
  stepsLeft = Number.POSITIVE_INFINITY;

  constructor(swarm: SimulatedSwarm, random: RandomBytes, nowSeconds: number, window: 'standard' | 'short') {
    this.#swarm = swarm;
    this.#random = random;
    this.window = window;
    this.lastOpenedSeconds = nowSeconds;
    this.self = createSelf(random, nowSeconds);
  }

  async found(nowSeconds: number): Promise<void> {
    this.self = foundGroup(this.self, {
      random: this.#random,
      groupId: createGroupId(crypto, nowSeconds),
      publicKeys: await publicKeysOf('device', presentDeviceSeed(this.self).seed),
      facts: this.#facts(),
      nowSeconds
    });
  }

  /** Linking with everything in between left out: `member` takes us in, we read its push and join. */
  async linkWith(member: SimulatedDevice, nowSeconds: number): Promise<void> {
    const publicKeys = await publicKeysOf('device', presentDeviceSeed(this.self).seed);
    const record = newRecord(publicKeys, this.#facts(), nowSeconds, 1);
    member.self = admitDevice(member.self, this.self.deviceId, record);
    await member.open(nowSeconds);
    const seen = (await this.#see(nowSeconds)).findLast(({ payload }) => payload !== null);
    if (seen?.payload == null) throw new Error('expected to be taken in');
    this.self = joinGroup(this.self, { ...seen, payload: seen.payload });
  }

  /** One visit: look at the group, read the inbox, do what is due. */
  async open(nowSeconds: number): Promise<void> {
    await this.takeIn(nowSeconds);
    await this.readInbox(nowSeconds);
    this.#step();
    this.self = expireSeeds(this.self, this.window, nowSeconds).self;
    await this.doUpkeep(nowSeconds);
    await this.push(nowSeconds);
    await this.publish(nowSeconds);
    this.lastOpenedSeconds = nowSeconds;
  }

  async takeIn(nowSeconds: number): Promise<void> {
    this.#step();
    const taken = takeInGroup(this.self, await this.#see(nowSeconds), nowSeconds);
    this.self = taken.self;
    this.events.push(...taken.events);
  }

  async doUpkeep(nowSeconds: number): Promise<void> {
    this.#step();
    this.self = await keepUp(this.self, {
      random: this.#random,
      nowSeconds,
      facts: this.#facts(),
      lastOpenedSeconds: this.lastOpenedSeconds,
      publicKeysOf: (seed) => publicKeysOf('device', seed)
    });
  }

  async push(nowSeconds: number): Promise<void> {
    if (this.self.status !== 'member' || !this.self.isPushDue) return;
    this.#step();
    const { payload, recipients, removedIds } = groupPush(this.self);
    const active = activeSeed(payload.seeds);
    if (active === null || this.self.groupId === null) throw new Error('expected a group');
    const linkKey = (await publicKeysOf('account', active.seed)).x25519;
    const { groupId } = this.self;
    const message = await sealGroupMessage(crypto, {
      root: this.root,
      groupId,
      payload: encodePayload(payload),
      recipients,
      linkKey,
      removedIds
    });
    const superseded = this.#swarm.held(41, nowSeconds).map(({ hash }) => hash);
    this.#swarm.store(41, message, nowSeconds, 30 * DAY);
    this.#step();
    this.self = confirmPush(this.self, payload, nowSeconds);
    this.#step();
    this.#swarm.delete(superseded.filter((hash) => this.#merged.has(hash)));
  }

  async publish(nowSeconds: number): Promise<void> {
    const [held] = this.#swarm.held(-41, nowSeconds);
    const shown = held === undefined ? null : await openAnnouncement(crypto, held.bytes, BOB.accountId);
    const seed = seedToPublish(this.self, this.published, await this.#isRight(shown), nowSeconds);
    if (seed === null) return;
    this.#step();
    const announcement = await buildAnnouncement(crypto, {
      identity: this.root,
      createdSeconds: seed.createdSeconds,
      publicKeys: await publicKeysOf('account', seed.seed),
      retentionDays: this.window === 'standard' ? 16 : 3,
      ...(this.self.payload.continuity !== null && { continuitySeed: this.self.payload.continuity.seed })
    });
    this.#swarm.store(-41, announcement, nowSeconds, 30 * DAY);
    this.#step();
    this.published = { seed: seed.seed, createdSeconds: seed.createdSeconds, publishedSeconds: nowSeconds };
  }

  async readInbox(nowSeconds: number): Promise<void> {
    this.#step();
    const keys = await Promise.all(this.self.payload.seeds.map(({ seed }) => rotatingKeys('account', seed)));
    for (const blob of this.#swarm.held(0, nowSeconds)) {
      if (this.read.has(blob.hash)) continue;
      try {
        const { content } = await openEnvelope(crypto, blob.bytes, this.root, keys);
        this.read.set(blob.hash, new TextDecoder().decode(content));
        this.unreadable.delete(blob.hash);
      } catch {
        this.unreadable.add(blob.hash);
      }
    }
    this.polledSeconds = nowSeconds;
  }

  /** The seeds on this device, as somebody finds them who takes it. */
  secrets(): { account: Uint8Array[]; device: Uint8Array[] } {
    return {
      account: this.self.payload.seeds.map(({ seed }) => seed),
      device: this.self.deviceSeeds.map(({ seed }) => seed)
    };
  }

  readonly #merged = new Set<number>();

  async #see(nowSeconds: number): Promise<SeenGroupMessage[]> {
    const keys = await Promise.all(this.self.deviceSeeds.map(({ seed }) => rotatingKeys('device', seed)));
    const seen: SeenGroupMessage[] = [];
    for (const { bytes, hash, storedSeconds } of this.#swarm.held(41, nowSeconds)) {
      const message = await openGroupMessage(crypto, bytes, this.root);
      if (message === null) continue;
      const padded = await openPayload(crypto, message, keys);
      if (padded !== null) this.#merged.add(hash);
      seen.push({
        groupId: message.groupId,
        storedSeconds,
        payload: padded === null ? null : decodePayload(padded),
        namesUsAsRemoved: namesAsRemoved(message, this.root, this.self.deviceId)
      });
    }
    return seen;
  }

  async #isRight(shown: Awaited<ReturnType<typeof openAnnouncement>>): Promise<boolean> {
    if (shown?.publicKeys == null || this.published?.seed == null) return false;
    const own = await publicKeysOf('account', this.published.seed);
    return equalBytes(shown.publicKeys.x25519, own.x25519);
  }

  #facts() {
    return { description: 'a browser', version: 1000, polledSeconds: this.polledSeconds };
  }

  #step(): void {
    if (this.stepsLeft-- <= 0) throw new Crash();
  }
}

/** A contact who looks at the outbox and writes to the key that is there. */
export async function writeToBob(
  swarm: SimulatedSwarm,
  text: string,
  nowSeconds: number
): Promise<number | null> {
  const [held] = swarm.held(-41, nowSeconds);
  const shown = held === undefined ? null : await openAnnouncement(crypto, held.bytes, BOB.accountId);
  if (shown?.publicKeys == null) return null;
  const message = await sealEnvelope(crypto, {
    content: utf8ToBytes(text),
    sender: ALICE,
    recipient: BOB.accountId,
    publicKeys: shown.publicKeys
  });
  swarm.store(0, message, nowSeconds, 14 * DAY);
  return swarm.log.length - 1;
}

/** The active seed all devices agree on; null when they do not. */
export function agreedSeed(devices: readonly SimulatedDevice[]): string | null {
  const seeds = devices.map(({ self }) => activeSeed(settleSeeds(self.payload.seeds))?.seed);
  const names = new Set(seeds.map((seed) => (seed === undefined ? 'none' : bytesToHex(seed))));
  return names.size === 1 ? ([...names][0] as string) : null;
}

/**
 * Everything in a log that opens with seeds somebody has, those included that come out of group messages on the way. Times of
 * storage by hash.
 */
export async function openWithSeeds(
  log: readonly Blob[],
  secrets: { account: readonly Uint8Array[]; device: readonly Uint8Array[] }
): Promise<Map<number, number>> {
  const account = new Map(secrets.account.map((seed) => [bytesToHex(seed), seed]));
  const deviceKeys = await Promise.all(secrets.device.map((seed) => rotatingKeys('device', seed)));
  for (const { bytes, namespace } of log) {
    if (namespace !== 41) continue;
    const message = await openGroupMessage(crypto, bytes, BOB);
    const padded = message && (await openPayload(crypto, message, deviceKeys));
    if (padded === null) continue;
    for (const { seed } of decodePayload(padded).seeds) account.set(bytesToHex(seed), seed);
  }
  const keys = await Promise.all([...account.values()].map((seed) => rotatingKeys('account', seed)));
  const opened = new Map<number, number>();
  for (const blob of log) {
    if (blob.namespace !== 0) continue;
    try {
      await openEnvelope(crypto, blob.bytes, BOB, keys);
      opened.set(blob.hash, blob.storedSeconds);
    } catch {
      // Not with these.
    }
  }
  return opened;
}
