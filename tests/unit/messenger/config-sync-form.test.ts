// Documents in a form that no device of ours stores, and when they were stored (config-sync.md §4,
// v2-forward-secrecy-and-pq.md §16.1).
import { beforeEach, describe, expect, test } from 'vitest';
import { concatBytes } from '../../../src/lib/bytes/index.ts';
import {
  CONFIG_KINDS,
  editUserProfile,
  EMPTY_DICT,
  padConfig,
  sealConfig,
  splitConfig,
  storeZstd,
  wrapConfig,
  type ConfigKind
} from '../../../src/lib/config/index.ts';
import { encryptConfig } from '../../../src/lib/crypto/config-cipher.ts';
import { createNobleBackend } from '../../../src/lib/crypto/index.ts';
import { createConfigDevice, createConfigSwarm, type ConfigDevice } from '../../support/config-device.ts';
import { ben, nameOf, own, text, versionOf } from '../../support/config-story.ts';
import { START_MS } from '../../support/storage-device.ts';

const crypto = createNobleBackend();
const documents = { contacts: versionOf(ben), 'user-profile': versionOf(named('Ana')) };

let device: ConfigDevice;
let told: { storedAtMs: number; shown: string | undefined }[];

beforeEach(async () => {
  told = [];
  device = await createConfigDevice(own, createConfigSwarm(own), {
    onForeignForm: async (storedAtMs) => void told.push({ storedAtMs, shown: await nameOf(device) })
  });
});

function named(name: string) {
  return editUserProfile(EMPTY_DICT, { name }, 1_700_000_000);
}

const raw = (kind: keyof typeof documents) => sealConfig(own, kind, documents[kind])[0] as Uint8Array;
const wrapped = (kind: keyof typeof documents) =>
  wrapConfig(crypto, own, { kind, seqno: documents[kind].seqno, data: raw(kind) });
const compressed = (kind: keyof typeof documents) => concatBytes(text('z'), storeZstd(documents[kind].bytes));
const sealed = (kind: ConfigKind, plaintext: Uint8Array) =>
  encryptConfig(own.ed25519Seed, CONFIG_KINDS[kind].domain, plaintext);

interface Item {
  readonly data: Uint8Array;
  readonly timestampMs?: number;
}
let hashes = 0;
const answer = (kind: ConfigKind, items: readonly Item[], more = false) => {
  const messages = items.map((item) => ({ hash: `h${++hashes}`, ...item }));
  const { namespace } = CONFIG_KINDS[kind];
  return { namespace, messages, more, lastHash: messages.at(-1)?.hash ?? null };
};
const receive = (...answers: ReturnType<typeof answer>[]) => device.sync.receive('aa', answers);
const times = () => told.map(({ storedAtMs }) => storedAtMs);

describe('documents in a form of another app', () => {
  test('are told of once they were taken in, with the latest time at which one was stored', async () => {
    const [early, late] = [START_MS - 9_000, START_MS - 4_000];
    await receive(
      answer('user-profile', [
        { data: await wrapped('user-profile'), timestampMs: late },
        { data: raw('user-profile'), timestampMs: START_MS }
      ]),
      answer('contacts', [
        { data: sealed('contacts', padConfig(compressed('contacts'))), timestampMs: early }
      ])
    );
    expect(told).toEqual([{ storedAtMs: late, shown: 'Ana' }]);
  });

  test.each([
    ['compressed', () => sealed('contacts', padConfig(compressed('contacts')))],
    ['wrapped', () => wrapped('contacts')]
  ])('are told of where they are %s alone', async (_, make) => {
    await receive(answer('contacts', [{ data: await make(), timestampMs: START_MS - 1 }]));
    expect(times()).toEqual([START_MS - 1]);
  });

  test('are told of in parts that are compressed', async () => {
    const parts = splitConfig(padConfig(compressed('contacts')), 200);
    const items = parts.map((part) => ({ data: sealed('contacts', part), timestampMs: START_MS - 5 }));
    await receive(answer('contacts', items));
    expect(times()).toEqual([START_MS - 5]);
  });

  test('are told of when the last page of an answer came', async () => {
    await receive(
      answer('contacts', [{ data: await wrapped('contacts'), timestampMs: START_MS - 7_000 }], true)
    );
    expect(told).toEqual([]);
    await receive(answer('contacts', [{ data: raw('contacts'), timestampMs: START_MS }]));
    expect(times()).toEqual([START_MS - 7_000]);
  });

  test('were stored now at the latest, whatever a node says, and never where it says nothing', async () => {
    await receive(answer('contacts', [{ data: await wrapped('contacts') }]));
    expect(told).toEqual([]);
    await receive(answer('contacts', [{ data: await wrapped('contacts'), timestampMs: START_MS + 1 }]));
    expect(times()).toEqual([START_MS]);
  });
});

test('documents in our own form are not told of, nor what cannot be read', async () => {
  const junk = sealed('contacts', padConfig(text('zzzzzzzz')));
  await receive(
    answer('user-profile', [{ data: raw('user-profile'), timestampMs: START_MS }]),
    answer('contacts', [
      { data: raw('contacts'), timestampMs: START_MS },
      { data: junk, timestampMs: START_MS }
    ])
  );
  expect(await nameOf(device)).toBe('Ana');
  expect(told).toEqual([]);
});
