// Merging what two devices changed in an account with many contacts, and reading it for the first time.
import { accountIdOf } from '../../src/lib/account-id.ts';
import { createCryptoBackend, deriveIdentity } from '../../src/lib/crypto/index.ts';
import {
  editContact,
  EMPTY_CONFIG,
  EMPTY_DICT,
  mergeConfigs,
  NEW_CONFIG,
  nextConfigMessage,
  openConfig,
  readContacts,
  receiveConfigs,
  sealConfig,
  type ConfigDict,
  type ConfigMessage
} from '../../src/lib/config/index.ts';
import { loadConversations, loadRequests } from '../../src/lib/storage/index.ts';
import { createConfigDevice, createConfigSwarm, leaveConfig } from '../support/config-device.ts';
import { coreNote, freeCorePercent, median } from './numbers.ts';
import type { Bench } from './types.ts';

const CONTACTS = 1000;
const ROUNDS = 15;

const identity = deriveIdentity(new Uint8Array(16).fill(9));
const { accountId: ownAccountId } = identity;

function accountOf(index: number) {
  const key = new Uint8Array(32).fill(1);
  new DataView(key.buffer).setUint32(0, index);
  return accountIdOf(key);
}

/** A version in which so many contacts, from `start` on, have the name. */
function named(message: ConfigMessage, name: string, start: number, count: number): ConfigMessage {
  let data: ConfigDict = message.data;
  for (let index = start; index < start + count; index++) {
    const picture = { url: `http://example.org/file/${index}`, key: new Uint8Array(32).fill(index) };
    data = editContact(
      data,
      { accountId: accountOf(index), ownAccountId },
      {
        name: `${name} ${index}`,
        picture,
        isApproved: true,
        hasApprovedUs: true,
        joinedAtSeconds: 1_700_000_000
      }
    );
  }
  return nextConfigMessage(message, data);
}

/** A restored account takes in its contacts: opened, merged, written as rows. */
async function firstSyncMs(contacts: ConfigMessage): Promise<number> {
  const swarm = createConfigSwarm(identity);
  leaveConfig(swarm, identity, 'contacts', contacts);
  const { store, poll } = await createConfigDevice(identity, swarm);
  const startedMs = performance.now();
  await poll();
  const tookMs = performance.now() - startedMs;
  const { db, keys } = store;
  const shown = [...(await loadConversations(db, keys.rows)), ...(await loadRequests(db, keys.rows))];
  if (shown.length !== CONTACTS) throw new Error('conversations are missing');
  return tookMs;
}

async function medianMs(run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now();
    await run();
    times.push(performance.now() - startedMs);
  }
  return median(times);
}

export const bench: Bench = {
  name: 'configs',
  async run() {
    const crypto = await createCryptoBackend();
    const base = named(nextConfigMessage(EMPTY_CONFIG, EMPTY_DICT), 'Contact', 0, CONTACTS);
    const one = named(base, 'Renamed', 0, 100);
    const two = named(base, 'Changed', 50, 100);
    const items = sealConfig(identity, 'contacts', base);
    const core = coreNote(freeCorePercent());
    const read = async () => {
      const opened = await Promise.all(
        items.map(async (item, index) => ({
          storageHash: String(index),
          opened: await openConfig(crypto, identity, 'contacts', item)
        }))
      );
      const state = receiveConfigs(NEW_CONFIG, opened, 0);
      if (readContacts(state.data, ownAccountId).length !== CONTACTS) throw new Error('contacts are missing');
    };
    const merge = () => {
      if (mergeConfigs([one, two]).kind !== 'merged') throw new Error('nothing was merged');
    };
    return [
      { what: 'merge two configs of 1,000 contacts', value: await medianMs(merge), unit: 'ms', note: core },
      {
        what: 'open and read a config of 1,000 contacts',
        value: await medianMs(read),
        unit: 'ms',
        note: `${items.length} stored items`
      },
      {
        what: 'first sync of an account of 1,000 contacts',
        value: median([await firstSyncMs(base), await firstSyncMs(base), await firstSyncMs(base)]),
        unit: 'ms',
        note: 'from a swarm and a database in memory'
      }
    ];
  }
};
