// When keys are due to change and when they are gone (§13). Pure: times come in, in Unix seconds of the network's clock.
import { purposeHash } from './hashes.ts';
import { HFS_SECONDS } from './profiles.ts';

const TWO_POW_64 = 2 ** 64;

/**
 * When this device is to rotate the active account key (§13.1). Each device draws from the same window so that the earliest of N is
 * evenly spread whatever N is: the time of a rotation says nothing of how many devices there are.
 * @param input.activeSeed 32 bytes, the seed of the active account key
 * @param input.deviceId 32 bytes
 * @param input.deviceCount live devices, this one included
 */
export function accountRotationDueSeconds(input: {
  createdSeconds: number;
  activeSeed: Uint8Array;
  deviceId: Uint8Array;
  deviceCount: number;
}): number {
  const hash = purposeHash(8, 'SessionAccKeyRot', [input.deviceId], input.activeSeed);
  const u = Number(new DataView(hash.buffer).getBigUint64(0, true)) / TWO_POW_64;
  const { rotatePeriod, rotateWindow } = HFS_SECONDS;
  const offset = -rotateWindow + 2 * rotateWindow * (1 - u ** input.deviceCount);
  return input.createdSeconds + rotatePeriod + offset;
}

/** What a push that happens now does with this device's own key (§13.2). */
export function mayRotateDeviceKey(input: {
  createdSeconds: number;
  lastOpenedSeconds: number;
  nowSeconds: number;
}): 'keep' | 'with-push' | 'now' {
  const age = input.nowSeconds - input.createdSeconds;
  const away = input.nowSeconds - input.lastOpenedSeconds;
  if (age >= HFS_SECONDS.deviceRotateMax || away >= HFS_SECONDS.deviceRotateMax) return 'now';
  return age >= HFS_SECONDS.deviceRotateMin ? 'with-push' : 'keep';
}

/**
 * Whether a rotated account seed is to be destroyed (§6, §13.5).
 * @param input.polledSeconds of every live device: how far it has read the inbox completely. They matter for the short window alone.
 */
export function isAccountSeedExpired(input: {
  rotatedSeconds: number;
  nowSeconds: number;
  window: 'standard' | 'short';
  polledSeconds: readonly number[];
}): boolean {
  const { rotatedSeconds, nowSeconds } = input;
  if (nowSeconds >= rotatedSeconds + HFS_SECONDS.accountRetention) return true;
  if (input.window === 'standard') return false;
  const until = rotatedSeconds + HFS_SECONDS.shortAccountRetention;
  return nowSeconds >= until && input.polledSeconds.every((polled) => polled >= until);
}

/** Whether a rotated device seed is to be destroyed (§13.2). */
export function isDeviceSeedExpired(rotatedSeconds: number, nowSeconds: number): boolean {
  return nowSeconds >= rotatedSeconds + HFS_SECONDS.deviceRetention;
}

/** Whether a device has been silent for so long that it is taken out of the group (§13.3). */
export function isDormant(
  device: { readonly activeSeconds: number; readonly polledSeconds: number },
  nowSeconds: number,
  dormantAfterSeconds: number = HFS_SECONDS.dormantAfter
): boolean {
  const limit = nowSeconds - dormantAfterSeconds;
  return device.activeSeconds < limit && device.polledSeconds < limit;
}

/**
 * How a message may be sent with a contact's key that was last confirmed `ageSeconds` ago (§14.3).
 * @param stretches whether the contact keeps keys long enough (`r` of at least 16)
 * @returns `ttlSeconds` for the message; `null`: the key is not to be used
 */
export function sendingWithAge(
  ageSeconds: number,
  stretches: boolean
): { refetch: 'no' | 'background' | 'first'; ttlSeconds: number } | null {
  const { keyFresh, keyUsable, keyStretch, accountRetention, messageTtl } = HFS_SECONDS;
  if (ageSeconds < keyFresh) return { refetch: 'no', ttlSeconds: messageTtl };
  if (ageSeconds < keyUsable) return { refetch: 'background', ttlSeconds: messageTtl };
  if (ageSeconds > keyStretch || !stretches) return null;
  return { refetch: 'first', ttlSeconds: Math.min(messageTtl, accountRetention - ageSeconds) };
}
