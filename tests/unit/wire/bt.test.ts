import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToUtf8, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { UsageError } from '../../../src/lib/errors.ts';
import {
  btKey,
  btKeyBytes,
  decodeBt,
  decodeBtDict,
  encodeBt,
  isBtDict,
  type BtInput,
  type BtValue
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface BtVector {
  id: string;
  cases: { value: unknown; encoded: string }[];
}

const network = loadVectors<{
  node_to_node: { bt: string }[];
  forwarded_request: { method: string; bt: string }[];
  monitor: { request?: string; ok_reply?: string; notification?: string }[];
}>('network.json');
const { vectors } = loadVectors<{ vectors: BtVector[] }>('config-and-groups.json');
const basics = vectors
  .find(({ id }) => id === 'bt-encoding-basics')!
  .cases.filter(({ value }) => value !== 'empty config, seqno 0');

/** The vectors' own notation: sets are sorted by whoever makes the document, dicts by the codec. */
function inputOf(value: unknown): BtInput {
  if (typeof value === 'number' || typeof value === 'string') return value;
  const { set, dict } = value as { set?: (number | string)[]; dict?: Record<string, unknown> };
  if (set) {
    const numbers = set.filter((item) => typeof item === 'number').sort((a, b) => a - b);
    const texts = [...new Set(set.filter((item) => typeof item === 'string'))].sort();
    return [...numbers, ...texts];
  }
  return new Map(Object.entries(dict ?? (value as object)).map(([key, item]) => [key, inputOf(item)]));
}

const ascii = (text: string) => utf8ToBytes(text);

describe('encoding', () => {
  it.each(basics)('writes $encoded', ({ value, encoded }) => {
    expect(bytesToUtf8(encodeBt(inputOf(value)))).toBe(encoded);
  });

  it('sorts keys by bytes, also where text order differs', () => {
    const dict = new Map<string, BtInput>([
      [btKey(Uint8Array.of(0xff)), 1],
      ['a', 2],
      ['B', 3],
      [btKey(Uint8Array.of(0x80)), 4],
      ['', 5]
    ]);
    expect(btKey(encodeBt(dict))).toBe('d0:i5e1:Bi3e1:ai2e1:\u0080i4e1:\u00ffi1ee');
  });

  it('refuses what has no encoding', () => {
    expect(() => encodeBt(2 ** 53)).toThrow(UsageError);
    expect(() => encodeBt(0.5)).toThrow(UsageError);
    expect(() => encodeBt(2n ** 63n)).toThrow(UsageError);
    expect(() => encodeBt(-(2n ** 63n) - 1n)).toThrow(UsageError);
    expect(() => encodeBt(new Map([['é€', 1]]))).toThrow(UsageError);
  });
});

describe('K4: decoding', () => {
  it('reads every type', () => {
    expect(decodeBt(ascii('i-9223372036854775808e'))).toBe(-(2n ** 63n));
    expect(decodeBt(ascii('i9223372036854775807e'))).toBe(2n ** 63n - 1n);
    expect(decodeBt(ascii('0:'))).toEqual(new Uint8Array());
    expect(decodeBt(ascii('li1e2:abde'.concat('e')))).toEqual([1n, ascii('ab'), new Map()]);
    expect(decodeBt(ascii('d1:a0:1:bi0ee'))).toEqual(
      new Map<string, BtValue>([
        ['a', new Uint8Array()],
        ['b', 0n]
      ])
    );
  });

  it.each([
    ['nothing', ''],
    ['a second value', 'i1ei2e'],
    ['an empty integer', 'ie'],
    ['a leading zero', 'i01e'],
    ['minus zero', 'i-0e'],
    ['a plus sign', 'i+1e'],
    ['a blank', 'i 1e'],
    ['an integer over 64 bits', 'i9223372036854775808e'],
    ['an integer under 64 bits', 'i-9223372036854775809e'],
    ['an integer without end', 'i12'],
    ['an integer with endless digits', `i${'1'.repeat(1000)}e`],
    ['a length with a leading zero', '01:a'],
    ['a negative length', '-1:a'],
    ['a length past the end', '3:ab'],
    ['a length without colon', '3'],
    ['a list without end', 'li1e'],
    ['a dict without end', 'd1:ai1e'],
    ['a key without value', 'd1:ae'],
    ['a key that is an integer', 'di1ei1ee'],
    ['keys out of order', 'd1:bi1e1:ai1ee'],
    ['a repeated key', 'd1:ai1e1:ai1ee'],
    ['an end alone', 'e'],
    ['an unknown type', 'x']
  ])('refuses %s', (_, text) => {
    expect(wireErrorOf(() => decodeBt(ascii(text)))).toMatchObject({ structure: 'bt' });
  });

  it('accepts the integers the reference parser accepts only when asked to', () => {
    const limits = { allowNonCanonicalIntegers: true };
    expect(decodeBt(ascii('li01ei-0ee'), limits)).toEqual([1n, 0n]);
    wireErrorOf(() => decodeBt(ascii('i-e'), limits));
    wireErrorOf(() => decodeBt(ascii('i+1e'), limits));
  });

  it('bounds bytes, depth and items', () => {
    expect(decodeBt(ascii('llleee'), { maxDepth: 3 })).toEqual([[[]]]);
    wireErrorOf(() => decodeBt(ascii('llleee'), { maxDepth: 2 }), 'too-large');
    expect(decodeBt(ascii('l0:0:e'), { maxItems: 3 })).toHaveLength(2);
    wireErrorOf(() => decodeBt(ascii('l0:0:e'), { maxItems: 2 }), 'too-large');
    wireErrorOf(() => decodeBt(ascii('d0:0:e'), { maxItems: 2 }), 'too-large');
    wireErrorOf(() => decodeBt(ascii('0:'), { maxBytes: 1 }), 'too-large');
    wireErrorOf(() => decodeBt(ascii('l'.repeat(100_000))), 'too-large');
    wireErrorOf(() => decodeBt(ascii(`l${'0:'.repeat(400_000)}e`)), 'too-large');
  });

  it('says where each key of the outer dict begins, so that a signature can be checked', () => {
    const bytes = ascii('d1:ad1:zi1ee1:~3:sige');
    const { dict, keyOffsets } = decodeBtDict(bytes);
    expect(isBtDict(dict.get('a'))).toBe(true);
    expect(bytesToUtf8(bytes.subarray(0, keyOffsets.get('~')))).toBe('d1:ad1:zi1ee');
    expect([...keyOffsets.keys()]).toEqual(['a', '~']);
  });

  it('of a dict refuses other values', () => {
    wireErrorOf(() => decodeBtDict(ascii('le')));
  });
});

describe('documents of the test data', () => {
  const documents = [
    ...network.node_to_node.map(({ bt }) => ['node to node', bt] as const),
    ...network.forwarded_request.map(({ method, bt }) => [`forwarded ${method}`, bt] as const),
    ...network.monitor.flatMap(({ request, ok_reply, notification }) =>
      [request, ok_reply, notification].flatMap((hex, index) =>
        hex ? [[`monitor ${index}`, hex] as const] : []
      )
    )
  ];

  it.each(documents)('are the bytes they are decoded from: %s', (_, hex) => {
    const bytes = hexToBytes(hex);
    const value = decodeBt(bytes);
    expect(isBtDict(value)).toBe(true);
    expect(encodeBt(value)).toEqual(bytes);
  });

  it('hold what the text says', () => {
    const hop = decodeBtDict(hexToBytes(network.node_to_node[0]!.bt)).dict;
    expect([...hop.keys()]).toEqual(['data', 'enc_type', 'ephemeral_key', 'hop_no']);
    expect(hop.get('hop_no')).toBe(1n);
    expect(hop.get('ephemeral_key')).toHaveLength(32);
    const stored = decodeBtDict(hexToBytes(network.forwarded_request[0]!.bt)).dict;
    expect(stored.get('namespace')).toBe(2n);
    expect(stored.get('expiry')).toBe(1_702_592_000_000n);
    const subscription = decodeBtDict(hexToBytes(network.monitor[1]!.request!)).dict;
    expect(subscription.get('n')).toEqual([-11n, 11n, 12n, 13n, 14n]);
  });
});

describe('K4: round trips', () => {
  const value: fc.Arbitrary<BtValue> = fc.letrec<{ value: BtValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.uint8Array({ maxLength: 40 }),
      fc.array(tie('value'), { maxLength: 5 }),
      fc
        .array(fc.tuple(fc.uint8Array({ maxLength: 6 }), tie('value')), { maxLength: 5 })
        .map((entries) => new Map(entries.map(([key, item]) => [btKey(key), item])))
    )
  })).value;

  it('give back the value, and the bytes', () => {
    fc.assert(
      fc.property(value, (original) => {
        const bytes = encodeBt(original);
        const decoded = decodeBt(bytes);
        expect(decoded).toEqual(original);
        expect(encodeBt(decoded)).toEqual(bytes);
      })
    );
  });

  it('accept no second spelling: whatever decodes is what would be encoded', () => {
    const alphabet = fc.constantFrom(...'dlie0123456789:-ab');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 14 }), (units) => {
        const bytes = ascii(units.join(''));
        let decoded: BtValue;
        try {
          decoded = decodeBt(bytes);
        } catch {
          return;
        }
        expect(encodeBt(decoded)).toEqual(bytes);
      }),
      { numRuns: 3000 }
    );
  });

  it('keep keys as bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (key) => {
        expect(btKeyBytes(btKey(key))).toEqual(key);
      })
    );
  });
});
