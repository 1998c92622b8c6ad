// Stores what this device knows of the group in the own swarm (v2-forward-secrecy-and-pq.md §11.2, §11.4): one message, sealed to each
// device, and in the same request what it replaces is deleted. Nothing of it counts before a node has confirmed it.
import { bytesToHex, equalBytes, hexToBytes } from '../bytes/index.ts';
import { errorCode } from '../errors.ts';
import { isReducedMlKemKey, messageHash, type CryptoBackend, type Identity } from '../crypto/index.ts';
import {
  activeSeed,
  confirmPush,
  derivePublicKeys,
  encodePayload,
  groupPush,
  HFS_SECONDS,
  OWN_PROFILE,
  sealGroupMessage,
  type GroupPayload,
  type HfsSelf,
  type PublicKeys
} from '../hfs/index.ts';
import type { GroupState } from './hfs-group-state.ts';

/** The part of the swarm floor that the group needs. */
export interface GroupSwarmClient {
  replace(input: {
    identity: Identity;
    items: readonly { readonly namespace: number; readonly data: Uint8Array; readonly ttlMs: number }[];
    deleteHashes: readonly string[];
    signal?: AbortSignal;
  }): Promise<{ readonly hashes: readonly string[] }>;
}

interface PushDependencies {
  readonly crypto: CryptoBackend;
  readonly identity: Identity;
  readonly swarm: GroupSwarmClient;
}

/**
 * Stores the group as `self` knows it.
 * @param superseded hashes of messages whose content is in it
 * @returns what was stored
 * @throws WireError `too-large` (more devices than a message holds); SwarmError; OnionError; the signal's reason
 */
export async function storeGroup(
  deps: PushDependencies,
  self: HfsSelf,
  superseded: readonly string[],
  signal: AbortSignal
): Promise<GroupPayload | null> {
  const { crypto, identity, swarm } = deps;
  const { payload, recipients, removedIds } = groupPush(self);
  const active = activeSeed(payload.seeds);
  if (active === null || self.groupId === null) return null;
  const data = await sealGroupMessage(crypto, {
    root: identity,
    groupId: self.groupId,
    payload: encodePayload(payload),
    recipients: await usable(crypto, recipients),
    linkKey: (await derivePublicKeys(crypto, 'account', active.seed)).x25519,
    removedIds
  });
  const namespace = OWN_PROFILE.groupNamespace;
  const hash = messageHash(hexToBytes(identity.accountId), namespace, data);
  await swarm.replace({
    identity,
    items: [{ namespace, data, ttlMs: HFS_SECONDS.announcementTtl * 1000 }],
    deleteHashes: superseded.filter((other) => other !== hash),
    signal
  });
  return payload;
}

/** Notes that the group was stored, unless this device has gone to another one meanwhile. */
export function confirmGroup(
  state: GroupState,
  pushed: { readonly self: HfsSelf; readonly payload: GroupPayload },
  nowSeconds: number
): Promise<HfsSelf | null> {
  const { groupId, deviceId } = pushed.self;
  return state.change((self) => {
    const isSame =
      self?.groupId != null &&
      groupId !== null &&
      equalBytes(self.groupId, groupId) &&
      bytesToHex(self.deviceId) === bytesToHex(deviceId);
    return isSame ? confirmPush(self, pushed.payload, nowSeconds) : self;
  });
}

/** A record with keys that nobody could use, as a faulty or hostile device states it, must not keep the others from theirs. */
async function usable(crypto: CryptoBackend, recipients: readonly PublicKeys[]): Promise<PublicKeys[]> {
  const isUsable = await Promise.all(
    recipients.map(async ({ mlKem, x25519 }) => isReducedMlKemKey(mlKem) && (await agrees(crypto, x25519)))
  );
  return recipients.filter((_, index) => isUsable[index]);
}

async function agrees(crypto: CryptoBackend, publicKey: Uint8Array): Promise<boolean> {
  try {
    await crypto.x25519Agree(publicKey);
    return true;
  } catch (error) {
    if (errorCode(error) === 'unexpected') throw error;
    return false;
  }
}
