// What screens see of the device group: names and times, no key. Pure but for the symbols, which cost a tenth of a second each.
import { bytesToHex } from '../bytes/index.ts';
import { groupSymbols, isTombstone, linkSymbols, type HfsSelf } from '../hfs/index.ts';
import type { DevicesContent, DeviceView, LinkRequestView } from '../storage/index.ts';
import { btKeyBytes } from '../wire/index.ts';
import type { ReadLinkRequest } from './hfs-group-reader.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export const NO_DEVICES: DevicesContent = {
  status: 'none',
  hasGroup: false,
  groupSymbols: [],
  devices: [],
  requests: [],
  link: null,
  problem: null,
  alarm: null,
  firstSeenMs: {},
  openedAtMs: 0,
  ownLink: null
};

/** The part of the view that follows from the state. @param nowMs network time */
export function viewOfGroup(
  self: HfsSelf,
  before: DevicesContent,
  nowMs: number
): Pick<DevicesContent, 'status' | 'groupSymbols' | 'devices' | 'firstSeenMs'> {
  const isMember = self.status === 'member';
  const own = bytesToHex(self.deviceId);
  // Those that are there when this device first sees the group came before it.
  const isFirstSight = !Object.hasOwn(before.firstSeenMs, own);
  const firstSeenMs: Record<string, number | null> = {};
  const devices: DeviceView[] = [];
  for (const [key, entry] of isMember ? self.payload.devices : []) {
    const id = bytesToHex(btKeyBytes(key));
    if (isTombstone(entry)) continue;
    const known = before.firstSeenMs[id];
    const addedAtMs = known !== undefined ? known : isFirstSight && id !== own ? null : nowMs;
    firstSeenMs[id] = addedAtMs;
    devices.push({
      id,
      name: entry.description,
      type: entry.type,
      version: entry.version,
      isThis: id === own,
      addedAtMs,
      activeAtMs: Math.floor((entry.activeSeconds * 1000) / DAY_MS) * DAY_MS
    });
  }
  devices.sort((a, b) => (a.addedAtMs ?? 0) - (b.addedAtMs ?? 0) || (a.id < b.id ? -1 : 1));
  return {
    status: self.status,
    groupSymbols: isMember && self.groupId !== null ? groupSymbols(self.groupId) : [],
    devices,
    firstSeenMs
  };
}

/** The symbols of requests, each worked out once, and only so many in a row. */
export interface RequestSymbols {
  /** Those whose symbols are there. */
  view(requests: readonly ReadLinkRequest[]): Promise<LinkRequestView[]>;
}

/** The numbers of 21 symbols of a request. */
export type WorkOutSymbols = (inner: Uint8Array) => Promise<readonly number[]>;

export const workOutSymbols: WorkOutSymbols = (inner) => linkSymbols(inner, 21);

/** @param mayWork whether another can be worked out now; asked before each */
export function createRequestSymbols(mayWork: () => boolean, workOut: WorkOutSymbols): RequestSymbols {
  let known = new Map<string, readonly number[]>();
  return {
    async view(requests) {
      const next = new Map<string, readonly number[]>();
      for (const { hash, request } of requests) {
        const symbols = known.get(hash) ?? (mayWork() ? await workOut(request.inner) : null);
        if (symbols) next.set(hash, symbols);
      }
      known = next;
      return requests.flatMap(({ hash, request, expiresSeconds }) => {
        const symbols = next.get(hash);
        return symbols
          ? [{ id: hash, name: request.record.description, symbols, expiresAtMs: expiresSeconds * 1000 }]
          : [];
      });
    }
  };
}
