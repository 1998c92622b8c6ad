// Names and numbers of HFS/1 (v2-forward-secrecy-and-pq.md §6). Times say their unit; wire times are Unix seconds.

/** Which slots of a swarm are used, and which additions are expected there. */
export interface HfsProfile {
  readonly name: 'own' | 'official';
  /** Public outbox: one message, anybody may read it. */
  readonly announcementNamespace: number;
  readonly groupNamespace: number;
  /** Whether announcements and device records carry the additions of HFS/1. */
  readonly hasAdditions: boolean;
}

/** Slots outside the range the network reserves, so that nothing of ours meets an official roll-out. */
export const OWN_PROFILE: HfsProfile = {
  name: 'own',
  announcementNamespace: -41,
  groupNamespace: 41,
  hasAdditions: true
};

/** The slots of the published design; not written to before an official release passes the gate of §16.3. */
export const OFFICIAL_PROFILE: HfsProfile = {
  name: 'official',
  announcementNamespace: -21,
  groupNamespace: 21,
  hasAdditions: false
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const HFS_VERSION = 1;

/** How long keys live, all in seconds (§6, §13). */
export const HFS_SECONDS = {
  rotatePeriod: 12 * HOUR,
  rotateWindow: HOUR,
  accountRetention: 16 * DAY,
  shortAccountRetention: 3 * DAY,
  deviceRotateMin: DAY,
  deviceRotateMax: 7 * DAY,
  deviceRetention: 72 * HOUR,
  dormantAfter: 30 * DAY,
  refreshRecordAfter: 5 * DAY,
  republishAfter: 5 * DAY,
  keyFresh: DAY,
  keyUsable: 48 * HOUR,
  keyStretch: 9 * DAY,
  noKeysRemembered: HOUR,
  announcementTtl: 30 * DAY,
  announcementMaxAge: 31 * DAY,
  linkTtl: 10 * MINUTE,
  clockTolerance: 2 * HOUR,
  displacedAfter: MINUTE,
  dedupRemembered: 32 * DAY,
  messageTtl: 14 * DAY
} as const;

/** `r` of an announcement: days a key can still be decrypted with after it was rotated. */
export const STANDARD_RETENTION_DAYS = 16;
export const SHORT_RETENTION_DAYS = 3;

export const MAX_DEVICES = 12;
/** What the size of a message allows; parsers accept this many. */
export const MAX_READ_DEVICES = 24;
/** Superseded keys of a contact that are remembered (§9.4). */
export const MAX_SUPERSEDED_KEYS = 64;
