// What is not a config, or not one for us: refused or ignored, never pushed back, never taken out of the swarm.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { encryptConfig } from '../../../src/lib/crypto/config-cipher.ts';
import { createNobleBackend } from '../../../src/lib/crypto/index.ts';
import {
  CONFIG_KINDS,
  decodeConfigMessage,
  decodeConfigPart,
  editConfig,
  encodeConfigMessage,
  encryptConfigMessage,
  isReadOnlyConfig,
  mergeConfigs,
  NEW_CONFIG,
  nextConfigMessage,
  openConfig,
  openPaddedConfig,
  padConfig,
  receiveConfigs,
  sealConfig,
  splitConfig,
  storeZstd,
  takePush,
  withValue,
  type ConfigMessage,
  type OpenedConfig
} from '../../../src/lib/config/index.ts';
import { encodeBt, type BtInput } from '../../../src/lib/wire/index.ts';
import { damaged, DAMAGE_KINDS } from '../../support/damage.ts';
import { wireErrorOf } from '../wire/wire-errors.ts';
import { configVector, messageOf, VECTOR_IDENTITY, type PushVector } from './config-vectors.ts';

const crypto = createNobleBackend();
const text = (value: string) => utf8ToBytes(value);
const hash = 'h'.repeat(32);
const contacts = messageOf(
  configVector<Record<string, PushVector>>('contacts-conflict').merged_by_fresh_device!
);
const { domain } = CONFIG_KINDS.contacts;
const baseKey = VECTOR_IDENTITY.ed25519Seed;

/** As the swarm would hand it over, whatever it is. */
const open = (plaintext: Uint8Array): Promise<OpenedConfig> =>
  openConfig(crypto, VECTOR_IDENTITY, 'contacts', encryptConfig(baseKey, domain, plaintext));

describe('messages that are refused', () => {
  it.each([
    ['keys out of order', 'd1:&de1:#i1e1:<le1:=dee'],
    ['a key twice', 'd1:#i1e1:&d1:ai1e1:ai2eee'],
    ['data keys out of order', 'd1:#i1e1:&d1:bi1e1:ai1eee'],
    ['no sequence number', 'd1:&de1:<le1:=dee'],
    ['a negative sequence number', 'd1:#i-1e1:&dee'],
    ['a sequence number nobody can count on from', 'd1:#i9223372036854775807e1:&dee'],
    ['a sequence number that is text', 'd1:#1:11:&dee'],
    ['data that are a list', 'd1:#i1e1:&lee'],
    ['a dict in a set', 'd1:#i1e1:&d1:alded1:ai1eeeee'],
    ['an empty dict deep inside', 'd1:#i1e1:&d1:ad1:bdeeee'],
    ['an integer in a diff', 'd1:#i1e1:&de1:=d1:ai1eee'],
    ['a list of one in a diff', 'd1:#i1e1:&de1:=d1:alleee'],
    ['an unsorted set in a diff', 'd1:#i1e1:&de1:=d1:alli2ei1eeleeee'],
    ['lagged diffs that are no list', 'd1:#i1e1:&de1:<dee'],
    ['a lagged diff of its own number', `d1:#i1e1:&de1:<lli1e32:${hash}deeee`],
    ['lagged diffs out of order', `d1:#i3e1:&de1:<lli2e32:${hash}deeli1e32:${hash}deeee`],
    ['a lagged diff twice', `d1:#i3e1:&de1:<lli2e32:${hash}deeli2e32:${hash}deeee`],
    ['a lagged hash that is too short', 'd1:#i3e1:&de1:<lli2e3:abcdeeee'],
    ['a signature that is too short', 'd1:#i1e1:&de1:~3:abce'],
    ['a key after the signature', `d1:#i1e1:&de1:~64:${'s'.repeat(64)}2:~~i1ee`],
    ['bytes behind the end', 'd1:#i1e1:&dee '],
    ['nothing', 'd'],
    ['no dict', 'i1e']
  ])('%s', (_, message) => {
    wireErrorOf(() => decodeConfigMessage(text(message)));
  });

  it('of a foreign major version are told apart', () => {
    wireErrorOf(() => decodeConfigMessage(text('d1:"i1e1:#i1e1:&dee')), 'unsupported-version');
    wireErrorOf(() => decodeConfigMessage(text('d0:i1e1:#i1e1:&dee')), 'unsupported-version');
  });

  it('that are bombs of ten megabytes are refused', () => {
    const size = 10_000_000;
    const frame = (inner: Uint8Array) => concatBytes(text('d1:#i1e1:&'), inner, text('e'));
    for (const inner of ['l', 'd', 'd0:', '0:', 'le', '99999999999:'].map((unit) =>
      text(unit.repeat(Math.ceil(size / unit.length)))
    )) {
      wireErrorOf(() => decodeConfigMessage(frame(inner)), 'too-large');
    }
    const within = text(`d1:#i1e1:&d1:al${'0:'.repeat(2_000_000)}eee`);
    wireErrorOf(() => decodeConfigMessage(within), 'too-large');
    wireErrorOf(() => decodeConfigMessage(frame(text('d1:a'.repeat(50)))), 'too-large');
  });
});

describe('sequence numbers that jump', () => {
  it('are believed: the highest wins', () => {
    const jump = decodeConfigMessage(text('d1:#i1000000e1:&d1:ai1ee1:<le1:=d1:a0:ee'));
    expect(mergeConfigs([contacts, jump])).toEqual({ kind: 'kept', index: 1 });
    expect(nextConfigMessage(jump, jump.data).seqno).toBe(1_000_001);
  });

  it('drop lagged diffs that are too old to count', () => {
    const message = decodeConfigMessage(text(`d1:#i9e1:&de1:<lli4e32:${hash}deeli5e32:${hash}deeee`));
    expect(message.lagged.map(({ seqno }) => seqno)).toEqual([5]);
  });
});

describe('stored items that cannot be read', () => {
  const bomb = concatBytes(text('z'), storeZstd(concatBytes(text('d'), new Uint8Array(5_000_001))));
  it.each<[string, Uint8Array, string]>([
    ['zero bytes alone', new Uint8Array(216), 'unknown-format'],
    ['an unknown first byte', padConfig(text('x1:#')), 'unknown-format'],
    ['a message of a foreign version', padConfig(text('d1:!i1e1:#i1e1:&dee')), 'foreign-version'],
    ['a message that is cut off', padConfig(contacts.bytes.subarray(0, 300)), 'malformed'],
    ['a frame that is none', padConfig(text('zzzzzzzz')), 'malformed'],
    ['a part of nothing', padConfig(text('mle')), 'malformed'],
    ['a part beyond its count', padConfig(text(`ml32:${hash}1:\u00051:\u00031:ae`)), 'malformed']
  ])('%s', async (_, plaintext, reason) => {
    expect(await open(plaintext)).toEqual({ kind: 'unreadable', reason });
  });

  it('because they hold too much when they are opened', () => {
    expect(openPaddedConfig(bomb)).toEqual({ kind: 'unreadable', reason: 'too-large' });
  });

  it('because they are too large, too short or no ciphertext', async () => {
    const big = await openConfig(crypto, VECTOR_IDENTITY, 'contacts', new Uint8Array(76_801));
    expect(big).toEqual({ kind: 'unreadable', reason: 'too-large' });
    for (const length of [0, 1, 39, 40, 300]) {
      const opened = await openConfig(crypto, VECTOR_IDENTITY, 'contacts', new Uint8Array(length).fill(8));
      expect(opened).toEqual({ kind: 'unreadable', reason: 'open-failed' });
    }
  });

  it('are never pushed over, never deleted, and do not hinder what can be read', async () => {
    const opened = await open(padConfig(text('d1:!i1e1:#i1e1:&dee')));
    const own = receiveConfigs(NEW_CONFIG, [{ storageHash: 'x', opened }], 0);
    expect(isReadOnlyConfig(own)).toBe(true);
    expect(takePush(editConfig(own, (data) => withValue(data, ['c'], 1n)))).toBeNull();
    const readable = {
      storageHash: 'ok',
      opened: { kind: 'message' as const, message: contacts, isForeignForm: false }
    };
    const both = receiveConfigs(own, [readable, { storageHash: 'x', opened }], 0);
    expect(both.base.hashHex).toBe(contacts.hashHex);
    const push = takePush(editConfig(both, (data) => withValue(data, ['z'], 1n)));
    expect(push?.obsoleteHashes).toEqual(['ok']);
  });
});

describe('parts of others', () => {
  const parts = splitConfig(padConfig(new Uint8Array(1000).fill(5)), 400);
  it('keep their order and their count', () => {
    expect(parts.map((part) => decodeConfigPart(part)).map(({ index, count }) => [index, count])).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
      [3, 4]
    ]);
  });

  it.each<[string, BtInput]>([
    ['three fields', [text(hash), Uint8Array.of(0), Uint8Array.of(2)]],
    ['five fields', [text(hash), Uint8Array.of(0), Uint8Array.of(2), text('a'), text('b')]],
    ['an index that is an integer', [text(hash), 0, Uint8Array.of(2), text('a')]],
    ['an index of two bytes', [text(hash), Uint8Array.of(0, 0), Uint8Array.of(2), text('a')]],
    ['one part alone', [text(hash), Uint8Array.of(0), Uint8Array.of(1), text('a')]],
    ['a short hash', [text('h'), Uint8Array.of(0), Uint8Array.of(2), text('a')]],
    ['a chunk that is a list', [text(hash), Uint8Array.of(0), Uint8Array.of(2), []]]
  ])('with %s are refused', (_, list) => {
    expect(() => decodeConfigPart(concatBytes(text('m'), encodeBt(list)))).toThrow(
      expect.objectContaining({ name: 'WireError' })
    );
  });

  it('may have four zero bytes behind them, and no more', () => {
    const part = parts[0] as Uint8Array;
    expect(decodeConfigPart(concatBytes(part, new Uint8Array(4)))).toEqual(decodeConfigPart(part));
    wireErrorOf(() => decodeConfigPart(concatBytes(part, new Uint8Array(5))));
  });

  it('of a large config are stored one by one and read again', async () => {
    let data = contacts.data;
    for (let index = 0; index < 400; index++) {
      data = withValue(data, ['big', `key ${index}`], new Uint8Array(400).fill(index));
    }
    const message = nextConfigMessage(contacts, data);
    const items = sealConfig(VECTOR_IDENTITY, 'contacts', message);
    expect(items.length).toBeGreaterThan(2);
    const opened = await Promise.all(
      items.map(async (item, index) => ({
        storageHash: `p${index}`,
        opened: await openConfig(crypto, VECTOR_IDENTITY, 'contacts', item)
      }))
    );
    for (const item of items) expect(item.length).toBeLessThanOrEqual(76_800);
    for (const item of opened) expect(item.opened).toMatchObject({ kind: 'part', isForeignForm: false });
    expect(receiveConfigs(NEW_CONFIG, opened.toReversed(), 0).base.hashHex).toBe(message.hashHex);
    expect(receiveConfigs(NEW_CONFIG, opened.slice(1), 0).base).toBe(NEW_CONFIG.base);
  });

  it('show with the first one that the whole is compressed, as we never store it', async () => {
    const compressed = concatBytes(text('z'), storeZstd(contacts.bytes));
    const parts = splitConfig(padConfig(compressed), 400);
    const opened = await Promise.all(parts.map((part) => open(part)));
    expect(opened).toMatchObject(parts.map((_, index) => ({ kind: 'part', isForeignForm: index === 0 })));
    const items = opened.map((item, index) => ({ storageHash: `p${index}`, opened: item }));
    expect(receiveConfigs(NEW_CONFIG, items, 0).base.hashHex).toBe(contacts.hashHex);
  });

  it('end at five megabytes', () => {
    const key = { baseKey, domain };
    expect(() => encryptConfigMessage(new Uint8Array(5_000_001), key)).toThrow(
      expect.objectContaining({ code: 'too-large' })
    );
  });
});

describe('damage', () => {
  const damage = fc.record({
    kind: fc.constantFrom(...DAMAGE_KINDS),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    value: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0x64, 0x65, 0x69, 0x6c, 0x30, 0x3a))
  });

  it('gives a typed answer, and what is accepted is written in one way only', () => {
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (list) => {
        let message: ConfigMessage;
        try {
          message = decodeConfigMessage(list.reduce(damaged, contacts.bytes));
        } catch (error) {
          expect(error).toMatchObject({ name: 'WireError' });
          return;
        }
        const again = decodeConfigMessage(encodeConfigMessage(message).bytes);
        expect(bytesToHex(encodeConfigMessage(again).bytes)).toBe(
          bytesToHex(encodeConfigMessage(message).bytes)
        );
        expect(mergeConfigs([contacts, message, again]).kind).toMatch(/^(kept|merged)$/);
      }),
      { numRuns: 1500 }
    );
  });
});
