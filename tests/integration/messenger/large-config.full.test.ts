// A document as large as a swarm takes, and then larger: the slowest thing a device can be asked to keep.
import { describe, expect, test } from 'vitest';
import {
  editContact,
  editUserProfile,
  EMPTY_CONFIG,
  EMPTY_DICT,
  nextConfigMessage,
  padConfig,
  readUserProfile,
  withValue,
  type ConfigDict,
  type ConfigMessage
} from '../../../src/lib/config/index.ts';
import { deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { findConversation, loadConversations, updateMeta } from '../../../src/lib/storage/index.ts';
import { createConfigDevice, createConfigSwarm, leaveConfig } from '../../support/config-device.ts';
import { OTHER_ID } from '../../support/storage-device.ts';

const own = deriveIdentity(new Uint8Array(16).fill(7));
const versionOf = (data: ConfigDict): ConfigMessage => nextConfigMessage(EMPTY_CONFIG, data);
const ben = editContact(
  EMPTY_DICT,
  { accountId: OTHER_ID, ownAccountId: own.accountId },
  {
    name: 'Ben',
    isApproved: true,
    hasApprovedUs: true
  }
);
const ana = editUserProfile(EMPTY_DICT, { name: 'Ana' }, 1_700_000_000);

describe('a document that outgrew what a swarm takes', () => {
  test('waits with its edits, and holds up no other', { timeout: 120_000 }, async () => {
    const swarm = createConfigSwarm(own);
    const filled = (bytes: number) => versionOf(withValue(ben, ['z'], new Uint8Array(bytes).fill(120)));
    const isTooLarge = (message: ConfigMessage) => padConfig(message.bytes).length > 5_000_000;
    let full = filled(4_999_500);
    for (let bytes = 4_999_500; isTooLarge(full); bytes -= 50) full = filled(bytes);
    const [contactsHash] = leaveConfig(swarm, own, 'contacts', full);
    leaveConfig(swarm, own, 'user-profile', versionOf(ana));
    const device = await createConfigDevice(own, swarm);
    await device.poll();
    const id = (await findConversation(device.store, OTHER_ID))!.row.id;
    await device.commands.setNickname(id, 'N'.repeat(100));
    await device.commands.setTimer(id, 'after-send', 7200);
    await updateMeta(
      device.store,
      'profile',
      'any',
      (profile) =>
        profile && {
          ...profile,
          displayName: 'Renamed',
          displayNameUpdatedSeconds: Math.floor(device.clock.now() / 1000)
        }
    );
    for (let count = 0; count < 5; count++) await device.round(6_000);
    expect(readUserProfile((await device.stored('user-profile'))[0]!.data).name).toBe('Renamed');
    expect(swarm.deleted).not.toContain(contactsHash);
    expect((await loadConversations(device.store.db, device.store.keys.rows))[0]?.nickname).toBe(
      'N'.repeat(100)
    );
    expect(swarm.stores).toBe(1);
  });
});
