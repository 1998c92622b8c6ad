// Looking for a contact's keys, and what their messages tell (v2-forward-secrecy-and-pq.md §9.4, §14.2, §15.4, §23 A7).
import { beforeEach, describe, expect, test } from 'vitest';
import { createCryptoBackend, deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { buildAnnouncement, derivePublicKeys, type PeerNotice } from '../../../src/lib/hfs/index.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createPeerBook, type PeerBook } from '../../../src/lib/messenger/hfs-peers.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { raiseEpoch, type ProfileStore } from '../../../src/lib/storage/index.ts';
import { createStorageDevice, createTestProfile, START_MS } from '../../support/storage-device.ts';

const crypto = await createCryptoBackend();
const contact = deriveIdentity(new Uint8Array(16).fill(2));
const stranger = deriveIdentity(new Uint8Array(16).fill(3));
const NOW = Math.floor(START_MS / 1000);
const continuitySeed = systemRandom(32);

let store: ProfileStore;
let peers: PeerBook;
let shown: Record<string, readonly Uint8Array[]>;
let asked: string[];
let told: PeerNotice[];

beforeEach(async () => {
  store = await createTestProfile(await createStorageDevice());
  await raiseEpoch(store);
  [shown, asked, told] = [{}, [], []];
  peers = createPeerBook({
    ...{ store, crypto, random: systemRandom, log: silentLog, now: () => START_MS },
    directory: {
      members: () => Object.keys(shown).map((ed25519PublicKeyHex) => ({ ed25519PublicKeyHex })),
      async readPublicSlot({ preferNode = '' }) {
        asked.push(preferNode);
        return { nodeHex: preferNode, items: shown[preferNode] ?? [] };
      }
    },
    onNotices: async (_, notices) => void told.push(...notices)
  });
});

const announcement = async (createdSeconds: number, identity = contact) =>
  buildAnnouncement(crypto, {
    ...{ identity, createdSeconds, continuitySeed, retentionDays: 16 },
    publicKeys: await derivePublicKeys(crypto, 'account', systemRandom(32))
  });
const damaged = async () => {
  const bytes = await announcement(NOW);
  bytes[700] = (bytes[700] as number) ^ 1;
  return bytes;
};

describe('A7: what a node shows instead of the announcement', () => {
  test('is passed over, and another node is asked', async () => {
    shown = { bad: [await damaged()], good: [await announcement(NOW)] };
    const peer = await peers.lookUp(contact.accountId);
    expect([...asked].sort()).toEqual(['bad', 'good']);
    expect(peer).toMatchObject({ status: 'capable', newestSeconds: NOW, strikes: 0 });
    expect(told).toEqual(['enabled']);
  });

  test('counts a strike for each node, is told of with the second one, and when it is over', async () => {
    shown = { one: [await announcement(NOW, stranger)], two: [await damaged()] };
    expect(await peers.lookUp(contact.accountId)).toMatchObject({ status: 'unknown', strikes: 2 });
    expect(told).toEqual(['directory-problem']);
    await peers.lookUp(contact.accountId);
    expect(told).toEqual(['directory-problem']);
    shown = { one: [await announcement(NOW)], two: [] };
    expect(await peers.lookUp(contact.accountId)).toMatchObject({ status: 'capable', strikes: 0 });
    expect(told.slice(1).sort()).toEqual(['directory-fine', 'enabled']);
  });

  test('is no strike where nothing stands (control)', async () => {
    shown = { one: [], two: [] };
    expect(await peers.lookUp(contact.accountId)).toMatchObject({ noneSeconds: NOW, strikes: 0 });
    expect(told).toEqual([]);
  });

  test('takes no keys away that were found before', async () => {
    shown = { one: [await announcement(NOW)] };
    const { keys } = await peers.lookUp(contact.accountId);
    shown = { one: [await damaged()], two: [await damaged()] };
    const peer = await peers.lookUp(contact.accountId);
    expect(peer).toMatchObject({ status: 'capable', strikes: 2 });
    expect(peer.keys).toEqual(keys);
  });
});

describe('what messages of a contact tell', () => {
  const classic = { protection: 'classic', isActiveKey: false, statement: null } as const;
  const hybrid = { ...classic, protection: 'hybrid', isActiveKey: true } as const;

  test('is taken in with one change for all of them, in order', async () => {
    const statement = {
      ...{ keyId: systemRandom(8), createdSeconds: NOW, resend: null },
      announcement: await announcement(NOW)
    };
    const before = store.db.peers.count();
    await peers.noteIncoming(contact.accountId, [{ ...classic, statement }, hybrid, classic, hybrid]);
    expect([await before, await store.db.peers.count()]).toEqual([0, 1]);
    expect((await store.db.peers.toArray())[0]?.rev).toBe(1);
    expect(await peers.current(contact.accountId)).toMatchObject({
      ...{ status: 'capable', knowsActiveKey: true, newestSeconds: NOW }
    });
    expect(told).toEqual(['enabled']);
  });

  test('is nothing for a stranger who writes classic', async () => {
    await peers.noteIncoming(contact.accountId, [classic, classic]);
    expect(await store.db.peers.count()).toBe(0);
  });

  test('is a hint once a capable contact has answered classic four times', async () => {
    shown = { one: [await announcement(NOW)] };
    await peers.lookUp(contact.accountId);
    await peers.noteIncoming(contact.accountId, [classic, classic, classic]);
    expect(told).toEqual(['enabled']);
    await peers.noteIncoming(contact.accountId, [classic]);
    await peers.noteIncoming(contact.accountId, [classic]);
    expect(told).toEqual(['enabled', 'answers-classic']);
  });
});
