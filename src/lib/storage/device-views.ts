// What screens are told of the account's devices, and what the engine keeps beside it.

/** As `GroupStatus` of the hfs floor. */
export type DeviceStatus = 'none' | 'visible' | 'waiting' | 'member' | 'removed' | 'displaced' | 'cut-off';

export interface DeviceView {
  /** Hex. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** 1,000,000·major + 1,000·minor + patch. */
  readonly version: number;
  readonly isThis: boolean;
  /** When this device learnt of it; null: it was there before this one. */
  readonly addedAtMs: number | null;
  /** When it last wrote of itself, rounded down to a day. */
  readonly activeAtMs: number;
}

/** Another device asks to be taken in. */
export interface LinkRequestView {
  readonly id: string;
  readonly name: string;
  /** Numbers of 21 symbols; the first seven are compared, the others for who wants to be surer. */
  readonly symbols: readonly number[];
  readonly expiresAtMs: number;
}

/** What this device asked for. */
export interface OwnLinkView {
  readonly symbols: readonly number[];
  readonly expiresAtMs: number;
  /** Another device has taken this one in; nothing is taken over before the person here said that the symbols were equal. */
  readonly isAdmitted: boolean;
  readonly isConfirmed: boolean;
}

/** What went wrong last; said until the next attempt. */
export type DevicesProblem = 'link-failed' | 'link-expired' | 'too-many-devices' | 'last-device';

/**
 * What the person has to decide. `foreign-keys`: somebody with the recovery phrase published other keys for this account; `other-app`: an
 * app that is in no group of this account wrote messages or settings in its name, and misses what is forward secret; `official-app`: an
 * app of the network's own later version publishes keys for it, and ours are not published meanwhile.
 */
export type DevicesAlarm = 'foreign-keys' | 'other-app' | 'official-app';

export interface DevicesView {
  readonly status: DeviceStatus;
  /** Whether the network shows a group of this account, ours or not. */
  readonly hasGroup: boolean;
  /** Numbers of the four symbols of the group; empty while in none. */
  readonly groupSymbols: readonly number[];
  /** Longest known first. */
  readonly devices: readonly DeviceView[];
  readonly requests: readonly LinkRequestView[];
  readonly link: OwnLinkView | null;
  readonly problem: DevicesProblem | null;
  readonly alarm: DevicesAlarm | null;
  /** Since when keys of this account were to be published and could not be, network time; null: nothing is due. */
  readonly unpublishedSinceMs?: number | null;
}

/** The request of this device as it was stored. */
export interface OwnLinkContent {
  readonly innerBase64: string;
  readonly groupIdHex: string;
  readonly messageHash: string;
}

export interface DevicesContent extends DevicesView {
  /** By device id in hex: when it was learnt of; null: it was there before this one. */
  readonly firstSeenMs: Readonly<Record<string, number | null>>;
  /** When the app was last open here; network time. */
  readonly openedAtMs: number;
  readonly ownLink: OwnLinkContent | null;
  /** The person knows of an app that misses forward-secret messages. */
  readonly ignoresOtherApp?: boolean;
}
