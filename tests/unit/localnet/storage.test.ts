import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../localnet/storage/database.ts';
import { createMessageStore, type MessageStore } from '../../../localnet/storage/message-store.ts';
import {
  accountsOn,
  countMessages,
  pushAccount,
  sweepExpired
} from '../../../localnet/storage/replication.ts';
import { MESSAGE_SCHEMA } from '../../../localnet/storage/schema.ts';

const account = (fill: number) => new Uint8Array(33).fill(fill);
const hash = (name: string) => name.padEnd(43, '_');
const message = (name: string, more: Partial<Parameters<MessageStore['insert']>[0]> = {}) => ({
  account: account(5),
  namespace: 0,
  hash: hash(name),
  timestampMs: 1_000,
  expiryMs: 5_000,
  data: new Uint8Array([1, 2, 3]),
  ...more
});
const NO_LIMITS = { maxCount: 0, maxSize: 0 };

let database: Database;
let store: MessageStore;

beforeEach(() => {
  database = openDatabase(null, MESSAGE_SCHEMA);
  store = createMessageStore(database, 0);
});

afterEach(() => database.close());

const names = (node = store) => node.list(account(5)).map((item) => item.hash.replaceAll('_', ''));

describe('a store of messages', () => {
  test('keeps a message once, with the later expiry', () => {
    expect(store.insert(message('a'))).toEqual({ already: false, expiryMs: 5_000 });
    expect(store.insert(message('a', { expiryMs: 4_000 }))).toEqual({ already: true, expiryMs: 5_000 });
    expect(store.insert(message('a', { expiryMs: 6_000 }))).toEqual({ already: true, expiryMs: 6_000 });
    expect(countMessages(database)).toBe(1);
  });

  test('knows hashes over all namespaces and accounts of a node, and nodes apart', () => {
    store.insert(message('a'));
    expect(store.insert(message('a', { namespace: 2 })).already).toBe(true);
    expect(store.insert(message('a', { account: account(6) })).already).toBe(true);
    expect(createMessageStore(database, 1).insert(message('a')).already).toBe(false);
  });

  test('gives pages in the order of insertion, whatever the timestamps', () => {
    for (const [index, name] of ['c', 'a', 'b'].entries())
      store.insert(message(name, { timestampMs: 9 - index }));
    const page = store.page(account(5), 0, null, { maxCount: 2, maxSize: 0 });
    expect([page.messages.map((item) => item.hash), page.more]).toEqual([[hash('c'), hash('a')], true]);
    const rest = store.page(account(5), 0, hash('a'), NO_LIMITS);
    expect([rest.messages.map((item) => item.hash), rest.more]).toEqual([[hash('b')], false]);
  });

  test('starts over after a hash it does not know, or knows elsewhere', () => {
    store.insert(message('a'));
    store.insert(message('other', { namespace: 2 }));
    for (const cursor of [hash('unknown'), hash('other')]) {
      expect(store.page(account(5), 0, cursor, NO_LIMITS).messages.length).toBe(1);
    }
  });

  test('gives a message that comes back after its deletion a new place', () => {
    for (const name of ['a', 'b']) store.insert(message(name));
    store.delete(account(5), [hash('a')]);
    store.insert(message('a'));
    expect(names()).toEqual(['b', 'a']);
  });

  test('deletes by hash in every namespace of that account alone, and names what was there in byte order', () => {
    store.insert(message('b', { namespace: -42 }));
    store.insert(message('a'));
    store.insert(message('theirs', { account: account(6) }));
    expect(store.delete(account(5), ['b', 'a', 'none', 'theirs'].map(hash))).toEqual([hash('a'), hash('b')]);
    expect(countMessages(database)).toBe(1);
  });

  test('deletes by namespace, by time, and everything', () => {
    store.insert(message('a', { timestampMs: 10 }));
    store.insert(message('b', { timestampMs: 11 }));
    store.insert(message('c', { namespace: 2, timestampMs: 10 }));
    expect(store.deleteBefore(account(5), 0, 10)).toEqual([{ hash: hash('a'), namespace: 0 }]);
    expect(store.deleteAll(account(5), 2)).toEqual([{ hash: hash('c'), namespace: 2 }]);
    expect(store.deleteAll(account(5), 'all')).toEqual([{ hash: hash('b'), namespace: 0 }]);
  });

  test('shortens lives with expireAll and never prolongs them', () => {
    store.insert(message('long', { expiryMs: 9_000 }));
    store.insert(message('short', { expiryMs: 3_000 }));
    expect(store.expireAll(account(5), 'all', 4_000).map((row) => row.hash)).toEqual([hash('long')]);
    expect(['long', 'short'].map((name) => store.expiryOf(account(5), hash(name)))).toEqual([4_000, 3_000]);
  });

  test('keeps one message where only one may be', () => {
    for (const name of ['a', 'b']) store.insert(message(name, { namespace: -1 }));
    store.insert(message('other'));
    store.keepOnly(account(5), -1, hash('b'));
    expect(names()).toEqual(['b', 'other']);
  });

  test('holds whatever bytes it was given', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.integer({ min: -32_768, max: 32_767 }),
        (data, namespace) => {
          store.deleteAll(account(5), 'all');
          store.insert(message('x', { data, namespace }));
          const [item] = store.page(account(5), namespace, null, NO_LIMITS).messages;
          expect(Buffer.compare(item?.data as Uint8Array, data)).toBe(0);
        }
      ),
      { numRuns: 50 }
    );
  });
});

describe('revocations', () => {
  const token = (number: number) => new Uint8Array(36).fill(number);

  test('are kept for an account, at most fifty, the oldest going first', () => {
    for (let number = 0; number < 55; number++) store.revoke(account(3), [token(number)], number);
    expect(store.revoked(account(3)).length).toBe(50);
    expect([4, 5, 54].map((number) => store.isRevoked(account(3), token(number)))).toEqual([
      false,
      true,
      true
    ]);
    expect(store.isRevoked(account(4), token(54))).toBe(false);
  });

  test('that are taken back are counted', () => {
    store.revoke(account(3), [token(1)], 1);
    expect(store.unrevoke(account(3), [token(1), token(2)])).toBe(1);
    expect(store.isRevoked(account(3), token(1))).toBe(false);
  });
});

describe('the whole database', () => {
  test('a sweep removes what has expired on that node by its own clock', () => {
    const other = createMessageStore(database, 1);
    for (const node of [store, other]) node.insert(message('a', { expiryMs: 100 }));
    expect(sweepExpired(database, 0, 99)).toBe(0);
    expect(sweepExpired(database, 0, 100)).toBe(1);
    expect([names(), names(other)]).toEqual([[], ['a']]);
  });

  test('an account is pushed in its order, and what is there stays', () => {
    const other = createMessageStore(database, 1);
    for (const name of ['a', 'b', 'c']) store.insert(message(name));
    store.revoke(account(5), [new Uint8Array(36)], 1);
    other.insert(message('b', { expiryMs: 77 }));
    pushAccount(database, 0, 1, account(5));
    expect(names(other)).toEqual(['b', 'a', 'c']);
    expect(other.expiryOf(account(5), hash('b'))).toBe(77);
    expect(other.isRevoked(account(5), new Uint8Array(36))).toBe(true);
    expect(accountsOn(database, 1).map((key) => key[0])).toEqual([5]);
  });
});

describe('writes', () => {
  test('of one moment share a transaction that is committed together', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onionskin-db-'));
    try {
      const path = join(folder, 'a.sqlite');
      const first = openDatabase(path, MESSAGE_SCHEMA);
      const node = createMessageStore(first, 0);
      for (let index = 0; index < 100; index++) node.insert(message(String(index)));
      await node.committed();
      node.insert(message('last'));
      // Closing writes what is still open.
      first.close();
      const second = openDatabase(path, MESSAGE_SCHEMA);
      expect(countMessages(second)).toBe(101);
      second.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('committed resolves at once when nothing is open', async () => {
    await database.committed();
    await expect(database.committed()).resolves.toBeUndefined();
  });
});
