// Every vector of config documents, byte for byte.
import { describe, expect, it } from 'vitest';
import { bytesToHex, bytesToUtf8, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { decryptConfig, encryptConfig } from '../../../src/lib/crypto/config-cipher.ts';
import { blake2b, createNobleBackend } from '../../../src/lib/crypto/index.ts';
import {
  collectPart,
  CONFIG_KINDS,
  configSet,
  decodeConfigMessage,
  decodeConfigPart,
  decompressZstd,
  decryptConfigMessage,
  EMPTY_CONFIG,
  EMPTY_DIFF,
  encodeConfigMessage,
  mergeConfigs,
  nextConfigMessage,
  openConfig,
  openPaddedConfig,
  padConfig,
  paddedConfigLength,
  sealConfig,
  signedConfigBytes,
  splitConfig,
  unwrapConfig,
  valueAt,
  withConfigSignature,
  withValue,
  wrapConfig,
  type ConfigDict,
  type ConfigKind,
  type ConfigMessage,
  type ConfigSet,
  type PartSets
} from '../../../src/lib/config/index.ts';
import { configVector, messageOf, messageOfHex, VECTOR_IDENTITY, type PushVector } from './config-vectors.ts';

const crypto = createNobleBackend();
const ascii = (text: string) => utf8ToBytes(text);
const hash32 = (bytes: Uint8Array) => bytesToHex(blake2b(bytes, { length: 32 }));

describe('the empty config', () => {
  it('has the bytes and the hash that every first lagged diff names', () => {
    expect(bytesToUtf8(EMPTY_CONFIG.bytes)).toBe('d1:#i0e1:&de1:<le1:=dee');
    expect(EMPTY_CONFIG.hashHex).toBe('ea173b57beca8af18c3519a7bbf69c3e7a05d1c049fa9558341d8ebb48b0c965');
  });
});

describe('a chain of versions', () => {
  const chain = configVector<Record<string, string>>('config-serialization-chain');

  it('has the hash of each version', () => {
    const first = decodeConfigMessage(ascii(chain.plaintext_seqno10 as string));
    expect(first.hashHex).toBe(chain.hash_seqno10);
    let message = nextConfigMessage(first, withValue(first.data, ['foo'], null));
    expect(message.hashHex).toBe(chain.hash_seqno11);
    let data = withValue(message.data, ['foo'], 123n);
    data = withValue(data, ['bar', 'xyz'], 42n);
    data = withValue(data, ['bar', 'a'], 42n);
    const set = valueAt(data, ['bar', '']) as ConfigSet;
    const changed = configSet([...set, 99n, ascii('c')]).filter(
      (element) => typeof element === 'bigint' || bytesToUtf8(element) !== 'b'
    );
    message = nextConfigMessage(message, withValue(data, ['bar', ''], changed));
    expect(message.hashHex).toBe(chain.hash_seqno12);
    for (const seqno of [13, 14, 15]) {
      message = nextConfigMessage(message, message.data);
      expect(message.seqno).toBe(seqno);
      expect(message.hashHex).toBe(chain[`hash_seqno${seqno}`]);
    }
  });

  interface Lag {
    messages: { seqno: number; plaintext_hex: string; hash: string }[];
  }
  const { messages } = configVector<Lag>('config-lag');

  it('keeps the diffs of the last four, the never-written one among them', () => {
    let message: ConfigMessage = EMPTY_CONFIG;
    // The vector counts the never-written version as an edit of its own: its diff names k0.
    message = encodeConfigMessage({
      ...message,
      data: new Map([['k0', 0n]]),
      diff: new Map([['k0', ascii('')]])
    });
    for (const { seqno, plaintext_hex, hash } of messages) {
      message = nextConfigMessage(message, withValue(message.data, [`k${seqno}`], BigInt(seqno)));
      expect(bytesToHex(message.bytes)).toBe(plaintext_hex);
      expect(message.hashHex).toBe(hash);
    }
  });

  it.each([
    [1, 7],
    [4, 7]
  ])('makes version %i redundant beside version %i', (older, newer) => {
    const inputs = [older, newer].map((seqno) => messageOfHex(messages[seqno - 1]!.plaintext_hex));
    expect(mergeConfigs(inputs)).toEqual({ kind: 'kept', index: 1 });
    expect(mergeConfigs(inputs.toReversed())).toEqual({ kind: 'kept', index: 0 });
  });
});

describe('parsing', () => {
  const { cases } = configVector<{ cases: { plaintext_utf8: string; accepted: boolean }[] }>(
    'config-parse-validity'
  );

  it.each(cases)('of $plaintext_utf8: accepted is $accepted', ({ plaintext_utf8, accepted }) => {
    const parse = () => decodeConfigMessage(ascii(plaintext_utf8));
    if (accepted) expect(parse().seqno).toBe(1);
    else expect(parse).toThrow(expect.objectContaining({ name: 'WireError' }));
  });

  it('keeps what it does not know, and writes it again in its place', () => {
    const vector = configVector<Record<string, string>>('config-unknown-keys');
    const message = decodeConfigMessage(ascii(vector.input_utf8 as string));
    expect(bytesToUtf8(encodeConfigMessage(message).bytes)).toBe(vector.reserialized_utf8);
    const next = nextConfigMessage(message, withValue(message.data, ['n'], 1n));
    expect(bytesToHex(next.bytes)).toBe(vector.after_increment_and_set_n_1_hex);
  });
});

describe('signed configs', () => {
  const vector = configVector<Record<string, string>>('config-signed');

  it('are signed over what stands before the signature', async () => {
    const unsigned = messageOfHex(vector.unsigned_plaintext_hex as string);
    expect(bytesToHex(signedConfigBytes(unsigned))).toBe(vector.signed_bytes_hex);
    const signature = await crypto.ed25519Sign(
      hexToBytes(vector.seed as string),
      signedConfigBytes(unsigned)
    );
    expect(bytesToHex(signature)).toBe(vector.signature);
    const signed = withConfigSignature(unsigned, signature);
    expect(bytesToHex(signed.bytes)).toBe(vector.signed_plaintext_hex);
    expect(signed.hashHex).toBe(vector.hash_of_signed);
  });

  it('give the signed bytes back', async () => {
    const message = messageOfHex(vector.signed_plaintext_hex as string);
    const signature = message.signature as Uint8Array;
    const publicKey = hexToBytes(vector.pubkey as string);
    expect(await crypto.ed25519Verify(publicKey, signedConfigBytes(message), signature)).toBe(true);
    expect(nextConfigMessage(message, message.data).signature).toBeUndefined();
  });

  it('are not merged by who cannot sign: the newest stands', () => {
    const branches = configVector<Merges>('config-merge-generic').branches;
    const inputs = ['b123', 'a124'].map((name) => messageOfHex(branches[name]!.plaintext_hex));
    expect(mergeConfigs(inputs, { canWrite: false })).toEqual({ kind: 'kept', index: 1 });
    expect(mergeConfigs(inputs).kind).toBe('merged');
  });
});

interface Merges {
  base122: { plaintext_hex: string; hash: string };
  branches: Record<string, { plaintext_hex: string; hash: string }>;
  merges: {
    inputs: string[];
    merged: boolean;
    seqno: number;
    unmerged_index: number;
    result_plaintext_with_empty_diff_hex: string;
    pushed_plaintext_with_full_diff_hex?: string;
    pushed_hash?: string;
  }[];
}

describe('merging', () => {
  const { base122, branches, merges } = configVector<Merges>('config-merge-generic');
  const inputOf = (name: string) =>
    messageOfHex((name === 'base122' ? base122 : branches[name])!.plaintext_hex);

  it.each(merges)('of $inputs', (expected) => {
    const result = mergeConfigs(expected.inputs.map(inputOf));
    if (result.kind === 'kept') {
      expect(expected.merged).toBe(false);
      expect(result.index).toBe(expected.unmerged_index);
      return;
    }
    const { message } = result;
    expect(bytesToHex(message.bytes)).toBe(expected.pushed_plaintext_with_full_diff_hex);
    expect(message.hashHex).toBe(expected.pushed_hash);
    expect(message.seqno).toBe(expected.seqno);
    const withoutDiff = encodeConfigMessage({ ...message, diff: EMPTY_DIFF });
    expect(bytesToHex(withoutDiff.bytes)).toBe(expected.result_plaintext_with_empty_diff_hex);
  });

  it('of two devices that changed the profile gives both the same bytes', () => {
    const vector = configVector<Record<string, PushVector>>('user-profile-conflict');
    const one = messageOf(vector.device1_push!);
    const two = messageOf(vector.device2_push!);
    for (const inputs of [
      [one, two],
      [two, one]
    ]) {
      const result = mergeConfigs(inputs);
      const bytes = result.kind === 'merged' ? result.message.bytes : null;
      expect(bytesToHex(bytes!)).toBe(vector.merged_by_device1!.plaintext_bencode_hex);
    }
  });

  it('of branches of different length gives what a fresh device made of them', () => {
    const vector = configVector<Record<string, PushVector>>('contacts-conflict');
    const names = ['base_push', 'dev1_second', 'dev2'];
    const result = mergeConfigs(names.map((name) => messageOf(vector[name]!)));
    const bytes = result.kind === 'merged' ? result.message.bytes : null;
    expect(bytesToHex(bytes!)).toBe(vector.merged_by_fresh_device!.plaintext_bencode_hex);
  });
});

describe('encryption', () => {
  interface Raw {
    cases: { key: string; domain: string; plaintext_utf8: string; ciphertext: string }[];
  }
  it.each(configVector<Raw>('config-encrypt-raw').cases)('of "$plaintext_utf8", $domain', (vector) => {
    const key = hexToBytes(vector.key);
    const sealed = encryptConfig(key, vector.domain, ascii(vector.plaintext_utf8));
    expect(bytesToHex(sealed)).toBe(vector.ciphertext);
    expect(bytesToUtf8(decryptConfig(key, vector.domain, sealed))).toBe(vector.plaintext_utf8);
  });

  interface Keys {
    key_base_seed: string;
    cases: {
      domain: string;
      padded_plaintext_length: number;
      nonce: string;
      ciphertext_blake2b32: string;
      ciphertext_length: number;
    }[];
  }
  const keys = configVector<Keys>('config-encrypt-keys');
  it.each(keys.cases)('of $padded_plaintext_length bytes of $domain', (vector) => {
    const plaintext = new Uint8Array(vector.padded_plaintext_length);
    plaintext.set(ascii('de'), plaintext.length - 2);
    const sealed = encryptConfig(hexToBytes(keys.key_base_seed), vector.domain, plaintext);
    expect(sealed).toHaveLength(vector.ciphertext_length);
    expect(bytesToHex(sealed.subarray(-24))).toBe(vector.nonce);
    expect(hash32(sealed)).toBe(vector.ciphertext_blake2b32);
  });
});

describe('padding and compression', () => {
  it.each(configVector<{ cases: [number, number][] }>('config-padding').cases)(
    'rounds %i bytes to %i',
    (length, padded) => {
      expect(paddedConfigLength(length)).toBe(padded);
      const bytes = padConfig(new Uint8Array(length).fill(7));
      expect(bytes).toHaveLength(padded);
      expect(bytes.lastIndexOf(0)).toBe(padded - length - 1);
    }
  );

  it('reads a compressed frame of the reference', () => {
    const vector = configVector<Record<string, string>>('config-zstd');
    const content = decompressZstd(hexToBytes(vector.z_message as string).subarray(1), 10_000);
    expect(content).toHaveLength(Number(vector.uncompressed_length));
    expect(hash32(content)).toBe(vector.uncompressed_blake2b32);
  });
});

describe('stored messages', () => {
  const pushes: [ConfigKind, string, PushVector][] = (
    [
      ['user-profile', 'user-profile-conflict'],
      ['contacts', 'contacts-sequence'],
      ['contacts', 'contacts-conflict'],
      ['convo-info-volatile', 'convo-volatile-basic'],
      ['user-groups', 'user-groups-basic']
    ] as const
  ).flatMap(([kind, id]) =>
    Object.entries(configVector<Record<string, Partial<PushVector> | undefined>>(id))
      .filter(([, value]) => value?.plaintext_bencode_hex !== undefined)
      .map(([name, push]): [ConfigKind, string, PushVector] => [kind, `${id} ${name}`, push as PushVector])
  );

  it.each(pushes)('%s: %s opens, wrapped and raw', async (kind, _, push) => {
    for (const hex of [push.stored_message_hex, push.encrypted_hex]) {
      const opened = await openConfig(crypto, VECTOR_IDENTITY, kind, hexToBytes(hex));
      if (opened.kind !== 'message') throw new Error(`is ${opened.kind}`);
      expect(bytesToHex(opened.message.bytes)).toBe(push.plaintext_bencode_hex);
      expect(opened.message.hashHex).toBe(push.plaintext_blake2b32);
      expect(opened.message.seqno).toBe(push.seqno);
      // Wrapped, compressed or both: no form of ours.
      expect(opened.isForeignForm).toBe(hex === push.stored_message_hex || push.compressed);
    }
  });

  it.each(pushes)('%s: %s is written as the same bytes, in a form of ours', async (kind, _, push) => {
    const message = messageOf(push);
    expect(bytesToHex(encodeConfigMessage(message).bytes)).toBe(push.plaintext_bencode_hex);
    const [sealed, ...more] = sealConfig(VECTOR_IDENTITY, kind, message);
    expect(more).toEqual([]);
    // Ciphertexts of compressed configs depend on the compressor.
    if (push.compressed) expect(sealed!.length).toBeGreaterThanOrEqual(push.padded_length + 40);
    else expect(bytesToHex(sealed!)).toBe(push.encrypted_hex);
    const opened = await openConfig(crypto, VECTOR_IDENTITY, kind, sealed!);
    expect(opened).toMatchObject({ kind: 'message', isForeignForm: false });
  });

  it('of another kind, or of another account, stay closed', async () => {
    const [, , push] = pushes[0]!;
    const stored = hexToBytes(push.stored_message_hex);
    const unreadable = { kind: 'unreadable', reason: 'open-failed' };
    expect(await openConfig(crypto, VECTOR_IDENTITY, 'contacts', stored)).toEqual(unreadable);
    const { domain } = CONFIG_KINDS['user-profile'];
    const baseKeys = [new Uint8Array(32)];
    expect(decryptConfigMessage(hexToBytes(push.encrypted_hex), { baseKeys, domain })).toEqual(unreadable);
  });
});

describe('the wrapper', () => {
  const kinds: ConfigKind[] = ['user-profile', 'contacts', 'convo-info-volatile', 'user-groups'];
  const { cases } = configVector<{ cases: { seqno: number; data_utf8: string; wrapped: string }[] }>(
    'config-protobuf-wrap'
  );

  it.each(cases.map((vector, index) => [kinds[index]!, vector] as const))(
    'of %s is made and taken off',
    async (kind, { seqno, data_utf8, wrapped }) => {
      const input = { kind, seqno, data: ascii(data_utf8) };
      expect(bytesToHex(await wrapConfig(crypto, VECTOR_IDENTITY, input))).toBe(wrapped);
      expect(bytesToUtf8(await unwrapConfig(crypto, VECTOR_IDENTITY, hexToBytes(wrapped)))).toBe(data_utf8);
    }
  );

  it('is taken off twice, and no further', async () => {
    const wrap = (data: Uint8Array) =>
      wrapConfig(crypto, VECTOR_IDENTITY, { kind: 'contacts', seqno: 1, data });
    const once = await wrap(ascii('hello'));
    const twice = await wrap(once);
    expect(bytesToUtf8(await unwrapConfig(crypto, VECTOR_IDENTITY, twice))).toBe('hello');
    expect(await unwrapConfig(crypto, VECTOR_IDENTITY, await wrap(twice))).toEqual(once);
    expect(bytesToUtf8(await unwrapConfig(crypto, VECTOR_IDENTITY, ascii('raw')))).toBe('raw');
  });
});

describe('multi-part messages', () => {
  interface Multipart {
    key_base_seed: string;
    domain: string;
    combined_padded_message_hex: string;
    combined_hash: string;
    combined_plaintext_hex: string;
    parts: { part_plaintext_hex: string; encrypted_hex: string }[];
  }
  const vector = configVector<Multipart>('config-multipart');
  const key = hexToBytes(vector.key_base_seed);

  it('are put together whatever part comes first', () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 1, 2, 0]
    ]) {
      let sets: PartSets = [];
      let padded: Uint8Array | null = null;
      for (const index of order) {
        const sealed = hexToBytes(vector.parts[index]!.encrypted_hex);
        const opened = decryptConfigMessage(sealed, { baseKeys: [key], domain: vector.domain });
        if (opened.kind !== 'part') throw new Error(`is ${opened.kind}`);
        const collected = collectPart(sets, opened.part, `h${index}`, 1);
        sets = collected.sets;
        padded = collected.completed?.padded ?? padded;
      }
      expect(bytesToHex(padded!)).toBe(vector.combined_padded_message_hex);
      expect(new Set(sets[0]!.storageHashes)).toEqual(new Set(['h0', 'h1', 'h2']));
      const whole = openPaddedConfig(padded!);
      expect(whole.kind === 'message' && bytesToHex(whole.message.bytes)).toBe(vector.combined_plaintext_hex);
    }
  });

  it('are cut as the vector cuts them', () => {
    const chunkBytes = decodeConfigPart(hexToBytes(vector.parts[0]!.part_plaintext_hex)).chunk.length;
    const parts = splitConfig(hexToBytes(vector.combined_padded_message_hex), chunkBytes);
    const plaintexts = vector.parts.map(({ part_plaintext_hex }) => part_plaintext_hex);
    // The vector's last part has stray zero bytes behind it, as writers may leave them.
    expect(parts.map(bytesToHex).map((hex, index) => plaintexts[index]!.startsWith(hex))).toEqual([
      true,
      true,
      true
    ]);
    expect(bytesToHex(encryptConfig(key, vector.domain, parts[0]!))).toBe(vector.parts[0]!.encrypted_hex);
  });
});

const dictOf = (entries: [string, bigint][]): ConfigDict => new Map(entries);

describe('values that are equal already', () => {
  it('make no new version', () => {
    const data = dictOf([['a', 1n]]);
    expect(withValue(data, ['a'], 1n)).toBe(data);
    expect(withValue(data, ['b'], null)).toBe(data);
    expect(withValue(data, ['b', 'c'], null)).toBe(data);
    expect(withValue(data, ['a'], 2n)).not.toBe(data);
  });
});
