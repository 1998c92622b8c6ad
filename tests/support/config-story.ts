// An account whose documents hold a profile and one contact, for devices that keep them in step.
import { utf8ToBytes } from '../../src/lib/bytes/index.ts';
import {
  editContact,
  editUserProfile,
  EMPTY_CONFIG,
  EMPTY_DICT,
  nextConfigMessage,
  type ConfigDict,
  type ConfigMessage
} from '../../src/lib/config/index.ts';
import { deriveIdentity } from '../../src/lib/crypto/index.ts';
import {
  findConversation,
  loadBlocked,
  loadConversations,
  loadProfile,
  loadRequests,
  updateMeta
} from '../../src/lib/storage/index.ts';
import { createConfigDevice, createConfigSwarm, leaveConfig, type ConfigDevice } from './config-device.ts';
import { OTHER_ID } from './storage-device.ts';

export const own = deriveIdentity(new Uint8Array(16).fill(7));
/** Bytes of a text. */
export const text = (value: string) => utf8ToBytes(value);
export const contactOf = (accountId: typeof OTHER_ID) => ({ accountId, ownAccountId: own.accountId });
export const versionOf = (data: ConfigDict): ConfigMessage => nextConfigMessage(EMPTY_CONFIG, data);
export const ben = editContact(EMPTY_DICT, contactOf(OTHER_ID), {
  name: 'Ben',
  isApproved: true,
  hasApprovedUs: true
});
export const ana = editUserProfile(EMPTY_DICT, { name: 'Ana' }, 1_700_000_000);

export async function conversations({ store }: ConfigDevice) {
  const { db, keys } = store;
  const lists = [await loadConversations(db, keys.rows), await loadRequests(db, keys.rows)];
  return [...lists.flat(), ...(await loadBlocked(db, keys.rows))];
}
export async function idOf(device: ConfigDevice, accountId: string): Promise<string> {
  const found = await findConversation(device.store, accountId as typeof OTHER_ID);
  if (!found) throw new Error('no such conversation');
  return found.row.id;
}
export const nameOf = async ({ store }: ConfigDevice) =>
  (await loadProfile(store.db, store.keys.rows))?.displayName;
export const rename = ({ store, clock }: ConfigDevice, displayName: string) =>
  updateMeta(
    store,
    'profile',
    'any',
    (profile) =>
      profile && { ...profile, displayName, displayNameUpdatedSeconds: Math.floor(clock.now() / 1000) }
  );

/** A swarm with a profile and one contact, and a device that took them in. */
export async function setUp() {
  const swarm = createConfigSwarm(own);
  const [profileHash] = leaveConfig(swarm, own, 'user-profile', versionOf(ana)) as [string];
  const [contactsHash] = leaveConfig(swarm, own, 'contacts', versionOf(ben)) as [string];
  const device = await createConfigDevice(own, swarm);
  await device.poll();
  return { swarm, device, profileHash, contactsHash };
}
