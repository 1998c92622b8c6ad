// How this device asks to be taken into the group of the account (v2-forward-secrecy-and-pq.md §12.2): its request, the symbols both
// people compare, and what becomes of it. Nothing of the group is taken over before the person here said that the symbols were equal.
import { bytesToBase64, bytesToHex, equalBytes, hexToBytes } from '../bytes/index.ts';
import { messageHash, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import {
  buildLinkRequest,
  createSelf,
  derivePublicKeys,
  HFS_SECONDS,
  isTombstone,
  joinGroup,
  newRecord,
  OWN_PROFILE,
  presentDeviceSeed,
  type DeviceFacts,
  type GroupPayload,
  type HfsSelf
} from '../hfs/index.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import { loadDevicesContent, type DevicesContent, type ProfileStore } from '../storage/index.ts';
import { btKey } from '../wire/index.ts';
import type { WorkOutSymbols } from './hfs-device-view.ts';
import type { GroupSwarmClient } from './hfs-group-push.ts';
import type { ReadGroupMessage } from './hfs-group-reader.ts';
import type { GroupState } from './hfs-group-state.ts';
import type { GroupSight } from './hfs-group-sync.ts';

export interface OwnLink {
  /** After each complete look at the group. @throws StorageError `deposed`, `closed` */
  follow(view: DevicesContent): Promise<void>;
  /** Stores a request. @throws SwarmError; OnionError; StorageError; the signal's reason */
  request(signal: AbortSignal): Promise<void>;
  /** The person saw equal symbols. @throws StorageError */
  confirm(): Promise<void>;
  cancel(): Promise<void>;
}

/** The part of the swarm floor that linking needs. */
export type LinkSwarmClient = GroupSwarmClient & {
  delete(input: { identity: Identity; hashes: readonly string[]; signal?: AbortSignal }): Promise<unknown>;
};

/** The other device may accept in the last second. */
const LINK_GRACE_SECONDS = 60;

export function createOwnLink(deps: {
  store: ProfileStore;
  state: GroupState;
  crypto: CryptoBackend;
  identity: Identity;
  swarm: LinkSwarmClient;
  random: RandomBytes;
  log: Log;
  /** Name and version of this device, as the others see it. */
  facts: Pick<DeviceFacts, 'description' | 'version'>;
  symbolsOf: WorkOutSymbols;
  /** The last complete look. */
  sight: () => GroupSight;
  /** Writes the row screens see. */
  change: (update: (view: DevicesContent) => DevicesContent) => Promise<void>;
  nowSeconds: () => number;
  /** This device is in the group: everything of it is to be looked at with the next poll. */
  onJoined: () => void;
  onTakesPart?: () => Promise<void>;
  onLinked: () => Promise<void>;
}): OwnLink {
  const { store, state, crypto, identity, swarm, log, change, nowSeconds } = deps;

  /** Where our own request has got to. */
  async function follow(view: DevicesContent): Promise<void> {
    const self = await state.current();
    const { ownLink, link } = view;
    if (self?.status !== 'waiting') return;
    if (!ownLink || !link) return giveUpLink('link-failed');
    const admission = findAdmission(self, deps.sight().messages, hexToBytes(ownLink.groupIdHex));
    if (admission && link.isConfirmed) {
      await state.change((current) =>
        current?.status === 'waiting' ? joinGroup(current, admission) : current
      );
      // Everything of the group is merged with the next look, and our record is pushed as soon as it is due.
      deps.onJoined();
      await change((current) => ({ ...current, alarm: null }));
      await deps.onTakesPart?.();
      await deps.onLinked();
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
        ? {
            ...createSelf(deps.random, nowSeconds()),
            status: deps.sight().messages.length > 0 ? 'visible' : 'none'
          }
        : self
    );
    await change((view) => ({ ...view, link: null, ownLink: null, problem }));
  }

  /** Every request comes from a device of its own, so that nobody takes in an earlier one by mistake. */
  async function request(signal: AbortSignal): Promise<void> {
    const before = await state.current();
    const isMoving = (await loadDevicesContent(store))?.alarm === 'foreign-keys';
    if (before?.status === 'member' && !isMoving) return;
    // Who moves to the group of the foreign keys leaves the own one behind.
    const ownGroup = before?.status === 'member' ? before.groupId : null;
    const newest = deps
      .sight()
      .messages.filter(({ groupId }) => ownGroup === null || !equalBytes(groupId, ownGroup))
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
    const shown = await deps.symbolsOf(request.inner);
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

  async function cancel(): Promise<void> {
    const hash = (await loadDevicesContent(store))?.ownLink?.messageHash;
    await giveUpLink(null);
    if (hash === undefined) return;
    await swarm.delete({ identity, hashes: [hash] }).catch((error: unknown) => {
      log.debug('link-request-not-deleted', { code: errorCode(error) });
    });
  }

  return {
    follow,
    request,
    confirm: () => change((view) => withLink(view, { isConfirmed: true })),
    cancel
  };
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
