// The devices of the account as a person meets them (v2-forward-secrecy-and-pq.md §12): who asks to be taken in, our own request, removal
// and leaving. Everything that changes the group waits for a complete look at it; what screens see is kept in one row.
import { bytesToBase64, bytesToHex, equalBytes, hexToBytes } from '../bytes/index.ts';
import { messageHash } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import {
  admitDevice,
  buildLinkRequest,
  createSelf,
  derivePublicKeys,
  fitsOneMessage,
  HFS_SECONDS,
  isTombstone,
  joinGroup,
  leaveGroup,
  liveDevices,
  MAX_DEVICES,
  newRecord,
  OWN_PROFILE,
  presentDeviceSeed,
  removeDevice,
  type GroupEvent,
  type GroupPayload,
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
import type { ReadGroupMessage, ReadLinkRequest } from './hfs-group-reader.ts';
import {
  createGroupSync,
  type GroupSight,
  type GroupSync,
  type GroupSyncDependencies
} from './hfs-group-sync.ts';
import { createPace } from './pace.ts';

/** A change among the devices, for a line that tells of it. */
export interface DeviceChange {
  readonly change: 'added' | 'removed' | 'left' | 'linked';
  /** Of the device; empty where it is not known any more. */
  readonly name: string;
}

export interface DeviceGroup extends GroupSync {
  follow(order: DeviceOrder): Promise<void>;
}

export interface DeviceGroupDependencies extends Omit<
  GroupSyncDependencies,
  'onSight' | 'afterSight' | 'afterPush' | 'onPushFailed' | 'lastOpenedSeconds'
> {
  readonly store: ProfileStore;
  readonly swarm: GroupSyncDependencies['swarm'] & {
    delete(input: {
      identity: GroupSyncDependencies['identity'];
      hashes: readonly string[];
      signal?: AbortSignal;
    }): Promise<unknown>;
  };
  /** Absent: as §12.2 says. */
  readonly symbolsOf?: WorkOutSymbols;
  /** Polls at once. */
  readonly ring: () => void;
  /** This device has joined or founded a group because the person wanted it: it takes part from now on. */
  readonly onTakesPart?: () => Promise<void>;
  /** The person agreed to asking contacts for what no key here opens. */
  readonly onAskResend?: () => Promise<void>;
  /** Ours are to stand in our slot again, whatever stands there. */
  readonly onTakeBack?: () => void;
  /** The person turned forward-secret messages off. @param isElsewhere on this device alone, since the account's keys are another's */
  readonly onTurnOff?: (isElsewhere: boolean) => Promise<void>;
  readonly onDevicesChanged: (changes: readonly DeviceChange[]) => Promise<void>;
}

/** Requests to be taken in whose symbols are worked out; each costs a tenth of a second and 16 MiB. */
const SYMBOLS = { free: 6, firstMs: 10_000, longestMs: 10 * 60_000, quietMs: 10 * 60_000 };
const MAX_REFUSED = 64;
/** The other device may accept in the last second. */
const LINK_GRACE_SECONDS = 60;
const OPENED_STEP_MS = 60 * 60 * 1000;

/** Orders that a complete look at the group precedes; the others are done where they are given. */
type Waiting = 'link' | 'leave' | 'start-fresh';

export function createDeviceGroup(deps: DeviceGroupDependencies): DeviceGroup {
  const { store, state, crypto, identity, swarm, clock, log } = deps;
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
    await followLink(before);
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

  /** Where our own request has got to. */
  async function followLink(view: DevicesContent): Promise<void> {
    const self = await state.current();
    const { ownLink, link } = view;
    if (self?.status !== 'waiting') return;
    if (!ownLink || !link) return giveUpLink('link-failed');
    const admission = findAdmission(self, sight.messages, hexToBytes(ownLink.groupIdHex));
    if (admission && link.isConfirmed) {
      await state.change((current) =>
        current?.status === 'waiting' ? joinGroup(current, admission) : current
      );
      // Everything of the group is merged with the next look, and our record is pushed as soon as it is due.
      sync.hurry();
      await change((current) => ({ ...current, alarm: null }));
      await deps.onTakesPart?.();
      await tell([{ change: 'linked', name: '' }]);
      return;
    }
    if (admission) await change((current) => withLink(current, { isAdmitted: true }));
    else if (nowSeconds() * 1000 > link.expiresAtMs + LINK_GRACE_SECONDS * 1000) {
      await giveUpLink('link-expired');
    }
  }

  async function giveUpLink(problem: DevicesContent['problem']): Promise<void> {
    await state.change((self) =>
      self?.status === 'waiting'
        ? { ...createSelf(deps.random, nowSeconds()), status: sight.messages.length > 0 ? 'visible' : 'none' }
        : self
    );
    await change((view) => ({ ...view, link: null, ownLink: null, problem }));
  }

  async function afterSight(signal: AbortSignal): Promise<void> {
    for (const order of [...waiting]) {
      if (order === 'link') await requestLink(signal);
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

  /** Every request comes from a device of its own, so that nobody takes in an earlier one by mistake. */
  async function requestLink(signal: AbortSignal): Promise<void> {
    const before = await state.current();
    const isMoving = (await loadDevicesContent(store))?.alarm === 'foreign-keys';
    if (before?.status === 'member' && !isMoving) return;
    // Who moves to the group of the foreign keys leaves the own one behind.
    const ownGroup = before?.status === 'member' ? before.groupId : null;
    const newest = sight.messages
      .filter(({ groupId }) => ownGroup === null || !equalBytes(groupId, ownGroup))
      .reduce<ReadGroupMessage | null>(
        (latest, message) => (latest && latest.storedSeconds >= message.storedSeconds ? latest : message),
        null
      );
    if (!newest) return change((view) => ({ ...view, problem: 'link-failed' }));
    const at = nowSeconds();
    const self: HfsSelf = { ...createSelf(deps.random, at), status: 'waiting' };
    const publicKeys = await derivePublicKeys(crypto, 'device', presentDeviceSeed(self).seed);
    const { message, request } = await buildLinkRequest(crypto, {
      root: identity,
      groupLinkKey: newest.linkKey,
      deviceId: self.deviceId,
      record: newRecord(publicKeys, { ...deps.facts, polledSeconds: null }, at, 1)
    });
    const namespace = OWN_PROFILE.groupNamespace;
    const shown = await workOut(request.inner);
    await state.change(() => self);
    await change((view) => ({
      ...view,
      status: 'waiting',
      problem: null,
      link: {
        symbols: shown,
        expiresAtMs: (at + HFS_SECONDS.linkTtl) * 1000,
        isAdmitted: false,
        isConfirmed: false
      },
      ownLink: {
        innerBase64: bytesToBase64(request.inner),
        groupIdHex: bytesToHex(newest.groupId),
        messageHash: messageHash(hexToBytes(identity.accountId), namespace, message)
      }
    }));
    try {
      const items = [{ namespace, data: message, ttlMs: HFS_SECONDS.linkTtl * 1000 }];
      await swarm.replace({ identity, items, deleteHashes: [], signal });
    } catch (error) {
      await giveUpLink('link-failed');
      throw error;
    }
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

  async function cancelLink(): Promise<void> {
    const hash = (await loadDevicesContent(store))?.ownLink?.messageHash;
    await giveUpLink(null);
    if (hash === undefined) return;
    await swarm.delete({ identity, hashes: [hash] }).catch((error: unknown) => {
      log.debug('link-request-not-deleted', { code: errorCode(error) });
    });
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
        await change((view) => withLink(view, { isConfirmed: true }));
        break;
      case 'cancel-link':
        await cancelLink();
        break;
      case 'ask-resend':
        await deps.onAskResend?.();
        break;
      case 'take-back':
        deps.onTakeBack?.();
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

function withLink(view: DevicesContent, known: Partial<DevicesContent['link'] & object>): DevicesContent {
  return view.link === null ? view : { ...view, link: { ...view.link, ...known } };
}

/** The latest message of the group we asked that is sealed to us and has us among its devices. */
function findAdmission(self: HfsSelf, messages: readonly ReadGroupMessage[], groupId: Uint8Array) {
  const own = btKey(self.deviceId);
  const isOurs = (message: ReadGroupMessage): message is ReadGroupMessage & { payload: GroupPayload } => {
    const entry = message.payload?.devices.get(own);
    return equalBytes(message.groupId, groupId) && entry !== undefined && !isTombstone(entry);
  };
  return messages.filter(isOurs).sort((a, b) => b.storedSeconds - a.storedSeconds)[0] ?? null;
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
