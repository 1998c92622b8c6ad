// The devices of the account as a person meets them (v2-forward-secrecy-and-pq.md §12): who asks to be taken in, removal and leaving.
// Everything that changes the group waits for a complete look at it; what screens see is kept in one row.
import { bytesToHex, equalBytes, hexToBytes } from '../bytes/index.ts';
import {
  admitDevice,
  createSelf,
  fitsOneMessage,
  isTombstone,
  leaveGroup,
  liveDevices,
  MAX_DEVICES,
  removeDevice,
  type GroupEvent,
  type HfsSelf
} from '../hfs/index.ts';
import {
  loadDevicesContent,
  updateDevicesContent,
  type DevicesContent,
  type ProfileStore
} from '../storage/index.ts';
import { btKey, btKeyBytes } from '../wire/index.ts';
import {
  createRequestSymbols,
  NO_DEVICES,
  viewOfGroup,
  workOutSymbols,
  type WorkOutSymbols
} from './hfs-device-view.ts';
import type { DeviceOrder } from './hfs-group-orders.ts';
import { storeGroup } from './hfs-group-push.ts';
import type { ReadLinkRequest } from './hfs-group-reader.ts';
import {
  createGroupSync,
  type GroupSight,
  type GroupSync,
  type GroupSyncDependencies
} from './hfs-group-sync.ts';
import { createOwnLink, type LinkSwarmClient } from './hfs-own-link.ts';
import { createPace } from './pace.ts';

/** A change among the devices, for a line that tells of it. */
export interface DeviceChange {
  readonly change: 'added' | 'removed' | 'left' | 'linked';
  /** Of the device; empty where it is not known any more. */
  readonly name: string;
}

export interface DeviceGroup extends GroupSync {
  follow(order: DeviceOrder): Promise<void>;
  /** The group has something to store: it is looked at with the next poll, and stored at once. */
  hurry(): void;
}

export interface DeviceGroupDependencies extends Omit<
  GroupSyncDependencies,
  'onSight' | 'afterSight' | 'afterPush' | 'onPushFailed' | 'lastOpenedSeconds'
> {
  readonly store: ProfileStore;
  readonly swarm: GroupSyncDependencies['swarm'] & LinkSwarmClient;
  /** Absent: as §12.2 says. */
  readonly symbolsOf?: WorkOutSymbols;
  /** Polls at once. */
  readonly ring: () => void;
  /** This device has joined or founded a group because the person wanted it: it takes part from now on. */
  readonly onTakesPart?: () => Promise<void>;
  /** The person agreed to asking contacts for what no key here opens. */
  readonly onAskResend?: () => Promise<void>;
  /** Ours are to stand in our slot again, whatever stands there. */
  readonly onTakeBack?: () => Promise<void>;
  /** Ours are to stand in our slot although an official app publishes others. */
  readonly onIgnoreOfficial?: () => Promise<void>;
  /** The person turned forward-secret messages off. @param isElsewhere on this device alone, since the account's keys are another's */
  readonly onTurnOff?: (isElsewhere: boolean) => Promise<void>;
  readonly onDevicesChanged: (changes: readonly DeviceChange[]) => Promise<void>;
}

/** Requests to be taken in whose symbols are worked out; each costs a tenth of a second and 16 MiB. */
const SYMBOLS = { free: 6, firstMs: 10_000, longestMs: 10 * 60_000, quietMs: 10 * 60_000 };
const MAX_REFUSED = 64;
const OPENED_STEP_MS = 60 * 60 * 1000;

/** Orders that a complete look at the group precedes; the others are done where they are given. */
type Waiting = 'link' | 'leave' | 'start-fresh';

export function createDeviceGroup(deps: DeviceGroupDependencies): DeviceGroup {
  const { store, state, crypto, identity, swarm, clock } = deps;
  const symbolPace = createPace(clock, SYMBOLS);
  const workOut = deps.symbolsOf ?? workOutSymbols;
  const symbols = createRequestSymbols(() => {
    if (!symbolPace.isDue()) return false;
    symbolPace.note();
    return true;
  }, workOut);
  const waiting = new Set<Waiting>();
  const refused = new Set<string>();
  let sight: GroupSight = { messages: [], requests: [] };
  let openedBeforeMs: number | null = null;

  const sync = createGroupSync({
    ...deps,
    onSight,
    afterSight,
    afterPush: show,
    async onPushFailed(code) {
      if (code === 'too-large') await change((view) => ({ ...view, problem: 'too-many-devices' }));
    },
    lastOpenedSeconds: async () => Math.floor((await openedBefore()) / 1000)
  });
  const nowSeconds = () => Math.floor(deps.now() / 1000);
  const link = createOwnLink({
    ...deps,
    symbolsOf: workOut,
    sight: () => sight,
    change,
    nowSeconds,
    // Everything of the group is merged with the next look, and our record is pushed as soon as it is due.
    onJoined: () => sync.hurry(),
    onLinked: () => tell([{ change: 'linked', name: '' }])
  });

  /** When the app was open here before this engine began. */
  async function openedBefore(): Promise<number> {
    openedBeforeMs ??= (await loadDevicesContent(store))?.openedAtMs ?? 0;
    return openedBeforeMs === 0 ? deps.now() : openedBeforeMs;
  }

  /** Writes the row screens see, if that changes anything. */
  async function change(update: (view: DevicesContent) => DevicesContent): Promise<void> {
    await updateDevicesContent(store, (current) => {
      const before = current ?? NO_DEVICES;
      const next = update(before);
      return JSON.stringify(next) === JSON.stringify(before) && current !== null ? null : next;
    });
  }

  async function onSight(seen: GroupSight, events: readonly GroupEvent[]): Promise<void> {
    sight = seen;
    const before = (await loadDevicesContent(store)) ?? NO_DEVICES;
    await openedBefore();
    await link.follow(before);
    await show();
    const self = await state.current();
    if (self) await tell(namedChanges(events, before, self));
  }

  async function tell(changes: readonly DeviceChange[]): Promise<void> {
    if (changes.length > 0) await deps.onDevicesChanged(changes);
  }

  /** Brings the row up to what the state and the last look say. */
  async function show(): Promise<void> {
    const self = await state.current();
    if (!self) return;
    const requests = await symbols.view(openRequests(self));
    const nowMs = deps.now();
    await change((view) => ({
      ...view,
      ...viewOfGroup(self, view, nowMs),
      hasGroup: sight.messages.length > 0 || self.status === 'member',
      requests,
      link: self.status === 'waiting' ? view.link : null,
      ownLink: self.status === 'waiting' ? view.ownLink : null,
      openedAtMs: nowMs - view.openedAtMs >= OPENED_STEP_MS ? nowMs : view.openedAtMs
    }));
  }

  /** Requests of devices that are not in the group and were not refused. */
  function openRequests(self: HfsSelf): ReadLinkRequest[] {
    if (self.status !== 'member') return [];
    return sight.requests.filter(
      ({ hash, request }) => !refused.has(hash) && !self.payload.devices.has(btKey(request.deviceId))
    );
  }

  async function afterSight(signal: AbortSignal): Promise<void> {
    for (const order of [...waiting]) {
      if (order === 'link') await link.request(signal);
      else if (order === 'leave') await leave(signal);
      else await startFresh();
      waiting.delete(order);
      await show();
    }
  }

  async function startFresh(): Promise<void> {
    await sync.found(nowSeconds());
    await deps.onTakesPart?.();
  }

  /** The own tombstone is the last thing this device stores; its keys are destroyed once that is confirmed. */
  async function leave(signal: AbortSignal): Promise<void> {
    const self = await state.current();
    if (self?.status !== 'member') return;
    if (liveDevices(self.payload).length < 2) {
      return change((view) => ({ ...view, problem: 'last-device' }));
    }
    const at = nowSeconds();
    await storeGroup({ crypto, identity, swarm }, leaveGroup(self, at), sync.superseded(), signal);
    await state.change(() => ({ ...createSelf(deps.random, at), status: 'visible' }));
  }

  async function accept(requestId: string): Promise<void> {
    const found = sight.requests.find(({ hash }) => hash === requestId);
    if (!found || found.expiresSeconds < nowSeconds()) return show();
    let isFull = false;
    await state.change((self) => {
      if (self?.status !== 'member') return self;
      const { deviceId, record } = found.request;
      const admitted = admitDevice(self, deviceId, record);
      isFull = liveDevices(admitted.payload).length > MAX_DEVICES || !fitsOneMessage(admitted.payload);
      return isFull ? self : admitted;
    });
    await change((view) => ({ ...view, problem: isFull ? 'too-many-devices' : null }));
    if (!isFull) await tell([{ change: 'added', name: found.request.record.description }]);
  }

  function refuse(requestId: string): void {
    if (refused.size >= MAX_REFUSED) refused.clear();
    refused.add(requestId);
  }

  async function remove(deviceId: string): Promise<void> {
    const id = hexToBytes(deviceId);
    const before = await loadDevicesContent(store);
    let isDone = false;
    await state.change((self) => {
      const entry = self?.payload.devices.get(btKey(id));
      const isOther = self?.status === 'member' && !equalBytes(self.deviceId, id);
      if (!self || !isOther || !entry || isTombstone(entry)) return self;
      isDone = true;
      return removeDevice(self, id, nowSeconds());
    });
    const name = before?.devices.find((device) => device.id === deviceId)?.name ?? '';
    if (isDone) await tell([{ change: 'removed', name }]);
  }

  async function follow(order: DeviceOrder): Promise<void> {
    switch (order.action) {
      case 'accept':
        await accept(order.requestId);
        break;
      case 'refuse':
        refuse(order.requestId);
        break;
      case 'remove':
        await remove(order.deviceId);
        break;
      case 'confirm-link':
        await link.confirm();
        break;
      case 'cancel-link':
        await link.cancel();
        break;
      case 'ask-resend':
        await deps.onAskResend?.();
        break;
      case 'take-back':
        await deps.onTakeBack?.();
        await change((view) => ({ ...view, alarm: null }));
        break;
      case 'turn-off': {
        const isElsewhere = (await loadDevicesContent(store))?.alarm === 'foreign-keys';
        await deps.onTurnOff?.(isElsewhere);
        await change((view) => ({ ...view, alarm: null }));
        break;
      }
      case 'ignore-other-app':
        await change((view) => ({ ...view, alarm: null, ignoresOtherApp: true }));
        break;
      case 'ignore-official-app':
        await deps.onIgnoreOfficial?.();
        await change((view) => ({ ...view, alarm: null }));
        break;
      default:
        waiting.add(order.action);
        await change((view) => ({ ...view, problem: null }));
    }
    await show();
    sync.hurry();
    deps.ring();
  }

  return { ...sync, follow };
}

/** What another device did; what this one did was told where it was done. */
function namedChanges(events: readonly GroupEvent[], before: DevicesContent, self: HfsSelf): DeviceChange[] {
  return events.flatMap((event): DeviceChange[] => {
    if (event.kind === 'status') return [];
    const entry = self.payload.devices.get(event.deviceId);
    const id = bytesToHex(btKeyBytes(event.deviceId));
    if (entry === undefined) return [];
    if (!isTombstone(entry)) return [{ change: 'added', name: entry.description }];
    const name = before.devices.find((device) => device.id === id)?.name;
    // Of one this device never knew there is nothing to tell.
    return name === undefined ? [] : [{ change: entry.reason, name }];
  });
}
