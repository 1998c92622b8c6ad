// What a member of the group has to do next, and in which order (§9.3, §13): push before publish, publish what the group holds, destroy
// what is over. Each step is stored before it is done, so that a crash between any two leaves a state from which the next start goes on.
import { equalBytes } from '../bytes/index.ts';
import type { RandomBytes } from '../random.ts';
import { btKey, btKeyBytes } from '../wire/index.ts';
import type { Announcement } from './announcement.ts';
import { settleSeeds } from './group-merge.ts';
import {
  activeSeed,
  isTombstone,
  liveDevices,
  type AccountSeed,
  type GroupPayload,
  type Tombstone
} from './group-records.ts';
import { HFS_SECONDS } from './profiles.ts';
import { accountKeyId, ROTATING_SEED_BYTES, type PublicKeys } from './rotating-keys.ts';
import {
  accountRotationDueSeconds,
  isAccountSeedExpired,
  isDeviceSeedExpired,
  isDormant,
  mayRotateDeviceKey
} from './rotation.ts';
import {
  announcedSeed,
  ownRecord,
  presentDeviceSeed,
  saysTheSame,
  type DeviceFacts,
  type HfsSelf
} from './self.ts';

export interface UpkeepInput {
  readonly random: RandomBytes;
  readonly nowSeconds: number;
  readonly facts: DeviceFacts;
  /** When the app was last open on this device, before now. */
  readonly lastOpenedSeconds: number;
  readonly dormantAfterSeconds?: number;
  /** Public half of a device seed. */
  readonly publicKeysOf: (seed: Uint8Array) => Promise<PublicKeys>;
}

/**
 * Brings the state up to what is due now: silent devices out, keys rotated, our record fresh. Idempotent for one `nowSeconds`; does
 * nothing unless this device is a member. When `isPushDue` is set afterwards the state is to be stored, then pushed.
 */
export async function keepUp(self: HfsSelf, input: UpkeepInput): Promise<HfsSelf> {
  if (self.status !== 'member' || ownRecord(self) === null) return self;
  let next = takeOutDormant(self, input);
  next = rotateAccountKey(next, input);
  return refreshDevice(next, input);
}

function takeOutDormant(self: HfsSelf, { nowSeconds, dormantAfterSeconds }: UpkeepInput): HfsSelf {
  const own = btKey(self.deviceId);
  const dormant = liveDevices(self.payload).filter(
    ({ id, record }) =>
      btKey(id) !== own &&
      isDormant(
        { activeSeconds: record.activeSeconds, polledSeconds: record.polledSeconds ?? 0 },
        nowSeconds,
        dormantAfterSeconds
      )
  );
  if (dormant.length === 0) return self;
  const devices = new Map(self.payload.devices);
  const tombstone: Tombstone = { goneSeconds: nowSeconds, reason: 'removed' };
  for (const { id } of dormant) devices.set(btKey(id), tombstone);
  return {
    ...self,
    payload: { ...self.payload, devices },
    rotationOwed: 'account-and-continuity',
    isPushDue: true
  };
}

/**
 * A new account key that is later than one somebody announced, such as our own withdrawal: what is announced says when its key was made
 * (§9.1, §9.3). Unchanged when the active key is later already. Stored with the next push.
 */
export function rotateAfter(
  self: HfsSelf,
  { random, nowSeconds, afterSeconds }: { random: RandomBytes; nowSeconds: number; afterSeconds: number }
): HfsSelf {
  const active = activeSeed(settleSeeds(self.payload.seeds));
  if (self.status !== 'member' || active === null || active.createdSeconds > afterSeconds) return self;
  return withNewSeed(self, random, Math.max(nowSeconds, active.createdSeconds + 1, afterSeconds + 1));
}

function rotateAccountKey(self: HfsSelf, { random, nowSeconds }: UpkeepInput): HfsSelf {
  const active = activeSeed(settleSeeds(self.payload.seeds));
  if (active === null) return self;
  const due = accountRotationDueSeconds({
    createdSeconds: active.createdSeconds,
    activeSeed: active.seed,
    deviceId: self.deviceId,
    deviceCount: liveDevices(self.payload).length
  });
  if (self.rotationOwed === 'none' && nowSeconds < due) return self;
  return withNewSeed(self, random, Math.max(nowSeconds, active.createdSeconds + 1));
}

function withNewSeed(self: HfsSelf, random: RandomBytes, createdSeconds: number): HfsSelf {
  const seed = random(ROTATING_SEED_BYTES);
  const seeds = settleSeeds([...self.payload.seeds, { seed, createdSeconds, rotatedSeconds: null }]);
  const keepsContinuity = self.rotationOwed !== 'account-and-continuity' && self.payload.continuity !== null;
  const continuitySeed = keepsContinuity
    ? (self.payload.continuity as { seed: Uint8Array }).seed
    : random(ROTATING_SEED_BYTES);
  const continuity = { seed: continuitySeed, activeSeconds: createdSeconds, activeSeed: seed };
  return {
    ...self,
    payload: { ...self.payload, seeds, continuity },
    rotationOwed: 'none',
    isPushDue: true
  };
}

async function refreshDevice(self: HfsSelf, input: UpkeepInput): Promise<HfsSelf> {
  const { nowSeconds, facts } = input;
  const record = ownRecord(self);
  if (record === null) return self;
  const present = presentDeviceSeed(self);
  const rotation = mayRotateDeviceKey({
    createdSeconds: present.createdSeconds,
    lastOpenedSeconds: input.lastOpenedSeconds,
    nowSeconds
  });
  const rotates = rotation === 'now' || (rotation === 'with-push' && self.isPushDue);
  const isStale = nowSeconds - record.activeSeconds >= HFS_SECONDS.refreshRecordAfter;
  // A record changed in this very second is the one of a push that is still due.
  if ((!rotates && !isStale && !self.isPushDue) || record.activeSeconds === nowSeconds) return self;
  const seed = rotates ? input.random(ROTATING_SEED_BYTES) : present.seed;
  const deviceSeeds = rotates
    ? [
        ...self.deviceSeeds.slice(0, -1),
        { ...present, rotatedSeconds: nowSeconds },
        { seed, createdSeconds: nowSeconds, rotatedSeconds: null }
      ]
    : self.deviceSeeds;
  const devices = new Map(self.payload.devices).set(btKey(self.deviceId), {
    ...record,
    ...facts,
    sequence: record.sequence + 1,
    activeSeconds: nowSeconds,
    publicKeys: rotates ? await input.publicKeysOf(seed) : record.publicKeys
  });
  return { ...self, payload: { ...self.payload, devices }, deviceSeeds, isPushDue: true };
}

/** What to seal and to whom; the payload is settled. */
export function groupPush(self: HfsSelf): {
  payload: GroupPayload;
  recipients: readonly PublicKeys[];
  removedIds: readonly Uint8Array[];
} {
  const payload = { ...self.payload, seeds: settleSeeds(self.payload.seeds) };
  return {
    payload,
    recipients: liveDevices(payload).map(({ record }) => record.publicKeys),
    removedIds: latelyRemoved(payload)
  };
}

/** A removed device may look only after many pushes, so each of them names it again. */
const MAX_NAMED = 32;

function latelyRemoved(payload: GroupPayload): Uint8Array[] {
  return [...payload.devices]
    .flatMap(([id, entry]) => (isTombstone(entry) && entry.reason === 'removed' ? [{ id, ...entry }] : []))
    .sort((a, b) => b.goneSeconds - a.goneSeconds)
    .slice(0, MAX_NAMED)
    .map(({ id }) => btKeyBytes(id));
}

/** The pushed payload is stored in the swarm. What changed here meanwhile stays due. */
export function confirmPush(self: HfsSelf, pushed: GroupPayload, storedSeconds: number): HfsSelf {
  const isWhole = samePayload(self.payload, pushed);
  return {
    ...self,
    payload: isWhole ? pushed : self.payload,
    distributed: pushed.seeds.map(({ seed }) => btKey(seed)),
    isPushDue: !isWhole,
    readSeconds: Math.max(self.readSeconds, storedSeconds)
  };
}

function samePayload(a: GroupPayload, b: GroupPayload): boolean {
  return saysTheSame({ ...a, seeds: settleSeeds(a.seeds) }, b);
}

export interface Published {
  /** The seed announced, 32 bytes; null: withdrawn. */
  readonly seed: Uint8Array | null;
  readonly createdSeconds: number;
  readonly publishedSeconds: number;
}

/**
 * The seed whose key is to be announced now; null when what is announced is right (§9.3).
 * @param isOutboxRight false when the swarm showed nothing, or something older than ours
 */
export function seedToPublish(
  self: HfsSelf,
  published: Published | null,
  isOutboxRight: boolean,
  nowSeconds: number
): AccountSeed | null {
  if (self.status !== 'member') return null;
  const seed = announcedSeed(self);
  if (seed === null) return null;
  const isSame = published?.seed != null && equalBytes(published.seed, seed.seed);
  const isRecent = published !== null && nowSeconds - published.publishedSeconds < HFS_SECONDS.republishAfter;
  return isSame && isRecent && isOutboxRight ? null : seed;
}

/**
 * Takes out the seeds that are over (§13.5, §13.6); the caller overwrites those it gets, then stores the state. Only after everything
 * fetched was decrypted, before the next push, which would carry them on, and never an account seed while no later one is announced.
 */
export function expireSeeds(
  self: HfsSelf,
  window: 'standard' | 'short',
  nowSeconds: number
): { self: HfsSelf; destroyed: readonly Uint8Array[] } {
  const announced = announcedSeed(self);
  const polledSeconds = liveDevices(self.payload).map(({ record }) => record.polledSeconds ?? 0);
  const isOver = ({ createdSeconds, rotatedSeconds }: AccountSeed) =>
    rotatedSeconds !== null &&
    announced !== null &&
    announced.createdSeconds > createdSeconds &&
    isAccountSeedExpired({ rotatedSeconds, nowSeconds, window, polledSeconds });
  const isDeviceSeedOver = ({ rotatedSeconds }: { rotatedSeconds: number | null }) =>
    rotatedSeconds !== null && isDeviceSeedExpired(rotatedSeconds, nowSeconds);
  const gone = self.payload.seeds.filter(isOver);
  const goneDevice = self.deviceSeeds.filter(isDeviceSeedOver);
  if (gone.length + goneDevice.length === 0) return { self, destroyed: [] };
  return {
    self: {
      ...self,
      payload: { ...self.payload, seeds: self.payload.seeds.filter((item) => !isOver(item)) },
      deviceSeeds: self.deviceSeeds.filter((item) => !isDeviceSeedOver(item))
    },
    destroyed: [...gone, ...goneDevice].map(({ seed }) => seed)
  };
}

/** Whether a device is gone. */
export function isGone(self: HfsSelf, deviceId: Uint8Array): boolean {
  const entry = self.payload.devices.get(btKey(deviceId));
  return entry !== undefined && isTombstone(entry);
}

/**
 * What our own slot in the swarm shows (§9.3). `foreign`: keys this group does not know. After the group was fetched and merged once more
 * and it still is, somebody with the recovery phrase published them. `withdrawn`: another device of the group turned it off.
 */
export function judgeOutbox(
  shown: Announcement | null,
  known: {
    /** Ids of the keys of all account seeds of the group. */
    readonly keyIds: readonly Uint8Array[];
    readonly continuityPublicKey: Uint8Array;
    readonly published: Published | null;
  }
): 'right' | 'missing' | 'older' | 'foreign' | 'withdrawn' {
  if (shown === null) return 'missing';
  const { published, keyIds } = known;
  const continuity = shown.additions?.continuityPublicKey;
  const isOurs =
    shown.publicKeys === null ? published?.seed === null : isAmong(keyIds, accountKeyId(shown.publicKeys));
  const isOurGroup = continuity === undefined || equalBytes(continuity, known.continuityPublicKey);
  const isOlder = published !== null && (shown.createdSeconds ?? 0) < published.createdSeconds;
  // An earlier key of ours, or an earlier group of ours, is what a node shows that missed the last store.
  if (isOlder) return 'older';
  // Only a device of the group has its continuity key.
  if (shown.publicKeys === null && !isOurs && continuity !== undefined && isOurGroup) return 'withdrawn';
  return isOurs && isOurGroup ? 'right' : 'foreign';
}

function isAmong(ids: readonly Uint8Array[], id: Uint8Array): boolean {
  return ids.some((known) => equalBytes(known, id));
}
