// The place of this device in the group as text without its seeds, which are kept apart so that each can be destroyed; and back.
import type { AccountSeed, DeviceSeed, GroupPayload, HfsSelf, StatedContinuity } from '../hfs/index.ts';
import { btKey } from '../wire/index.ts';
import { decodeMarked, encodeMarked } from './marked-json.ts';

export interface SelfParts {
  readonly text: string;
  /** 32 bytes each, every one once; the text refers to them by position. */
  readonly seeds: readonly Uint8Array[];
}

/** In place of a seed its position. */
type Referring<Holder> = Omit<Holder, 'seed'> & { readonly seed: number };

interface StoredSelf extends Omit<HfsSelf, 'payload' | 'deviceSeeds' | 'distributed'> {
  readonly devices: GroupPayload['devices'];
  readonly accountSeeds: readonly Referring<AccountSeed>[];
  readonly deviceSeeds: readonly Referring<DeviceSeed>[];
  readonly continuity:
    (Referring<Omit<StatedContinuity, 'activeSeed'>> & { readonly activeSeed: number | null }) | null;
  readonly distributed: readonly number[];
}

/** What stands for a seed that is gone: no seed is like it. */
const NO_SEED = new Uint8Array(32);

export function encodeSelf({ payload, deviceSeeds, distributed, ...rest }: HfsSelf): SelfParts {
  const seeds: Uint8Array[] = [];
  const places = new Map<string, number>();
  function placeOf(seed: Uint8Array): number {
    const key = btKey(seed);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, seeds.length);
    return seeds.push(seed) - 1;
  }
  const referring = <Holder extends { readonly seed: Uint8Array }>(holder: Holder) => ({
    ...holder,
    seed: placeOf(holder.seed)
  });
  const accountSeeds = payload.seeds.map(referring);
  const stored: StoredSelf = {
    ...rest,
    devices: payload.devices,
    accountSeeds,
    deviceSeeds: deviceSeeds.map(referring),
    continuity: payload.continuity && {
      ...referring(payload.continuity),
      activeSeed: places.get(btKey(payload.continuity.activeSeed)) ?? null
    },
    // To name one that is gone would be to keep it.
    distributed: distributed.flatMap((key) => places.get(key) ?? [])
  };
  return { text: encodeMarked(stored), seeds };
}

/**
 * What `encodeSelf` made, and nothing else: it was sealed.
 * @param seeds in the same order; null for one that is lost, which is left out: the group brings it back
 * @returns null when the present seed of the device is lost: it has to be linked anew
 */
export function decodeSelf(text: string, seeds: readonly (Uint8Array | null)[]): HfsSelf | null {
  const { devices, accountSeeds, deviceSeeds, continuity, distributed, ...rest } = decodeMarked(
    text
  ) as StoredSelf;
  const seedAt = (place: number | null) => (place === null ? null : (seeds[place] ?? null));
  function held<Holder extends { readonly seed: number }>(holders: readonly Holder[]) {
    return holders.flatMap((holder) => {
      const seed = seedAt(holder.seed);
      return seed ? [{ ...holder, seed }] : [];
    });
  }
  const present = deviceSeeds.at(-1);
  if (!present || !seedAt(present.seed)) return null;
  const continuitySeed = seedAt(continuity?.seed ?? null);
  return {
    ...rest,
    payload: {
      devices,
      seeds: held(accountSeeds),
      continuity: continuity &&
        continuitySeed && {
          ...continuity,
          seed: continuitySeed,
          activeSeed: seedAt(continuity.activeSeed) ?? NO_SEED.slice()
        }
    },
    deviceSeeds: held(deviceSeeds),
    distributed: distributed.flatMap((place) => {
      const seed = seedAt(place);
      return seed ? [btKey(seed)] : [];
    })
  };
}
