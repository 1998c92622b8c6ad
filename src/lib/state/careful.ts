// The switches of the privacy check-up, and what the high-risk preset makes of each: one table, so that one more is one line.
import type { SettingsView } from '../storage/views.ts';

export type CareName =
  | 'readReceipts'
  | 'typingIndicators'
  | 'firstOnly'
  | 'notificationContent'
  | 'lockSoon'
  | 'lockWhenHidden'
  | 'blurWhenHidden';

export interface CareSwitch {
  readonly name: CareName;
  /** Where the switch stands when one is careful. */
  readonly careful: boolean;
  /** Says something only where a lock is set. */
  readonly needsLock: boolean;
  isOn(settings: SettingsView): boolean;
  /** What turning it on or off changes. */
  change(on: boolean): Partial<SettingsView>;
}

/** A lock that waits no longer is a careful one, minutes. */
const SOON_MINUTES = 5;
const USUAL_MINUTES = 15;

function plain(
  name: CareName & ('readReceipts' | 'typingIndicators' | 'lockWhenHidden' | 'blurWhenHidden'),
  careful: boolean,
  needsLock = false
): CareSwitch {
  return {
    name,
    careful,
    needsLock,
    isOn: (settings) => settings[name],
    change: (on) => ({ [name]: on })
  };
}

export const CARE_SWITCHES: readonly CareSwitch[] = [
  plain('readReceipts', false),
  plain('typingIndicators', false),
  {
    name: 'firstOnly',
    careful: true,
    needsLock: false,
    isOn: ({ reachableBy }) => reachableBy === 'people-i-wrote-first',
    change: (on) => ({ reachableBy: on ? 'people-i-wrote-first' : 'anyone' })
  },
  {
    name: 'notificationContent',
    careful: false,
    needsLock: false,
    isOn: ({ notificationContent }) => notificationContent !== 'neither',
    change: (on) => ({ notificationContent: on ? 'name' : 'neither' })
  },
  {
    name: 'lockSoon',
    careful: true,
    needsLock: true,
    isOn: ({ lockAfterMinutes }) => lockAfterMinutes > 0 && lockAfterMinutes <= SOON_MINUTES,
    change: (on) => ({ lockAfterMinutes: on ? SOON_MINUTES : USUAL_MINUTES })
  },
  plain('lockWhenHidden', true, true),
  plain('blurWhenHidden', true)
];

/** Those that are not as careful as they could be. */
export function carelessSwitches(settings: SettingsView): CareSwitch[] {
  return CARE_SWITCHES.filter((one) => one.isOn(settings) !== one.careful);
}

/** What making them all careful changes. */
export function carefulChange(switches: readonly CareSwitch[]): Partial<SettingsView> {
  return Object.assign({}, ...switches.map((one) => one.change(one.careful))) as Partial<SettingsView>;
}
