import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  contentKind,
  decodeContent,
  encodeContent,
  hasField,
  MAX_CONTENT_BYTES,
  toTimestampMs,
  type ContentInit
} from '../../../src/lib/wire/index.ts';
import { UsageError } from '../../../src/lib/errors.ts';
import { contentFromJson, knownPartHex, plain } from '../../support/content-json.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface MessageVector {
  what: string;
  content_hex: string;
  content_decoded: Record<string, unknown>;
}

const { sections } = loadVectors<{
  sections: { messages: MessageVector[]; messages_other_clients: MessageVector[] };
}>('accounts-and-messages.json');
const vectors = [...sections.messages, ...sections.messages_other_clients];

const contentOf = ({ content_decoded }: MessageVector) => contentFromJson(content_decoded);

describe('messages of the test data', () => {
  it.each(vectors)('encodes byte for byte: $what', (vector) => {
    expect(bytesToHex(encodeContent(contentOf(vector)))).toBe(knownPartHex(vector.content_hex));
  });

  it.each(vectors)('decodes: $what', (vector) => {
    expect(plain(decodeContent(hexToBytes(vector.content_hex)))).toEqual(contentOf(vector));
  });

  it.each(vectors)('gives back the very bytes it decoded: $what', ({ content_hex }) => {
    expect(bytesToHex(encodeContent(decodeContent(hexToBytes(content_hex))))).toBe(content_hex);
  });

  it('tells the kind of each', () => {
    const kinds = new Set(
      vectors.map(({ content_hex }) => contentKind(decodeContent(hexToBytes(content_hex))))
    );
    expect([...kinds].sort()).toEqual([
      'call',
      'data',
      'data-extraction',
      'receipt',
      'request-response',
      'typing',
      'unsend'
    ]);
  });
});

describe('encoding', () => {
  it('writes required fields that hold zero', () => {
    const reaction = { id: 0n, author: '', action: 0 as const };
    expect(bytesToHex(encodeContent({ dataMessage: { reaction } }))).toBe('0a085a060800' + '1200' + '2000');
    const bytes = encodeContent({ dataMessage: { attachments: [{ id: 0n }] } });
    expect(bytesToHex(bytes)).toBe('0a0b1209' + '090000000000000000');
  });

  it('writes optional fields only when they are set, and then also as zero', () => {
    expect(encodeContent({})).toEqual(new Uint8Array());
    expect(bytesToHex(encodeContent({ expirationType: 0, expirationTimer: 0 }))).toBe('60006800');
  });

  it('writes fields in ascending order whatever the order of the object', () => {
    const content = { sigTimestamp: 1n, dataMessage: { syncTarget: 'a', body: 'b' } };
    expect(bytesToHex(encodeContent(content))).toBe('0a07' + '0a0162' + 'ca060161' + '7801');
  });

  it('refuses to leave out a required field', () => {
    expect(() => encodeContent({ unsendRequest: { timestamp: 1n } })).toThrow(UsageError);
  });
});

describe('decoding', () => {
  const decodeHex = (hex: string) => decodeContent(hexToBytes(hex));

  it('keeps unknown fields and writes them again', () => {
    // Field 2141, length-delimited, as an extension of this messenger uses it.
    const bytes = concatBytes(encodeContent({ sigTimestamp: 5n }), hexToBytes('ea850103abcdef'));
    const content = decodeContent(bytes);
    expect(content.sigTimestamp).toBe(5n);
    expect(encodeContent(content)).toEqual(bytes);
  });

  it.each([
    'e88501' + '07',
    'e98501' + '0102030405060708',
    'ed8501' + '01020304',
    'eb8501' + '0801' + 'ec8501'
  ])('leaves out our own field where somebody uses its number for another type (%s)', (stranger) => {
    const ours = encodeContent({ sigTimestamp: 5n, onionskin: new Uint8Array([1, 2]) });
    const bytes = concatBytes(hexToBytes(stranger), ours, hexToBytes(stranger));
    expect(encodeContent(decodeContent(bytes))).toEqual(ours);
    const alone = decodeHex(stranger);
    expect(hasField(alone, 'onionskin')).toBe(false);
  });

  it('leaves out no other field of another type', () => {
    expect(wireErrorOf(() => decodeHex('7a0107'))).toMatchObject({ field: 'sigTimestamp' });
  });

  it('counts an unknown enum value as absent', () => {
    const content = decodeHex('6007');
    expect(hasField(content, 'expirationType')).toBe(false);
    expect(hasField(decodeHex('6002'), 'expirationType')).toBe(true);
  });

  it('refuses a required enum with an unknown value, as other implementations do', () => {
    expect(decodeHex('2a020801').receiptMessage?.type).toBe(1);
    expect(wireErrorOf(() => decodeHex('2a020809'))).toMatchObject({ field: 'ReceiptMessage.type' });
  });

  it('refuses a message without its required field, at every depth', () => {
    expect(wireErrorOf(() => decodeHex('32020801'))).toMatchObject({ field: 'TypingMessage.action' });
    expect(wireErrorOf(() => decodeHex('0a041202' + '2005'))).toMatchObject({
      field: 'AttachmentPointer.id'
    });
  });

  it('reads repeated numbers packed and unpacked', () => {
    const unpacked = decodeHex('2a06' + '0801' + '1005' + '1006');
    const packed = decodeHex('2a06' + '0801' + '12020506');
    expect(unpacked.receiptMessage?.timestamp).toEqual([5n, 6n]);
    expect(packed.receiptMessage?.timestamp).toEqual([5n, 6n]);
  });

  it('skips groups of unknown fields and refuses unbalanced ones', () => {
    expect(decodeHex('a30608011a0161a4067805').sigTimestamp).toBe(5n);
    wireErrorOf(() => decodeHex('a306080178'));
    wireErrorOf(() => decodeHex('a306ac06'));
    wireErrorOf(() => decodeHex('a406'));
  });

  it.each([
    ['field number 0', '0001'],
    ['wire type 6', '0e01'],
    ['a tag over 32 bits', 'ffffffff7f00'],
    ['a varint of eleven bytes', '78ffffffffffffffffffff01'],
    ['a varint that is cut off', '7880'],
    ['a length past the end', '0a05aa'],
    ['a nested length past the end of its parent', '0a020a02' + '7801'],
    ['a string where a message number is due', '7a02' + '6001'],
    ['a varint where a message is due', '0801'],
    ['a fixed64 that is cut off', '0a05120309aabb']
  ])('refuses %s', (_, hex) => {
    expect(wireErrorOf(() => decodeHex(hex))).toMatchObject({ structure: 'content' });
  });

  it('bounds size and depth', () => {
    const padded = (length: number) => {
      const bytes = new Uint8Array(length);
      // Field 3000, length-delimited, fills the rest.
      bytes.set(hexToBytes('c2bb01'));
      const size = length - 6;
      bytes.set([(size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, size >> 14], 3);
      return bytes;
    };
    expect(contentKind(decodeContent(padded(MAX_CONTENT_BYTES)))).toBe('none');
    wireErrorOf(() => decodeContent(padded(MAX_CONTENT_BYTES + 1)), 'too-large');
    wireErrorOf(() => decodeHex('a306'.repeat(40) + 'a406'.repeat(40)), 'too-large');
  });
});

describe('contentKind', () => {
  it('takes the first present in the order of the specification', () => {
    const typing = { timestamp: 1n, action: 0 as const };
    const unsend = { timestamp: 1n, author: 'a' };
    const kindOf = (init: ContentInit) => contentKind(decodeContent(encodeContent(init)));
    expect(kindOf({ unsendRequest: unsend, typingMessage: typing })).toBe('typing');
    expect(kindOf({ unsendRequest: unsend, typingMessage: typing, dataMessage: {} })).toBe('data');
    expect(kindOf({ callMessage: { type: 1, uuid: 'u' }, unsendRequest: unsend })).toBe('unsend');
    expect(kindOf({ sigTimestamp: 1n })).toBe('none');
  });
});

describe('toTimestampMs', () => {
  it('gives a number, or null for what is no time', () => {
    expect(toTimestampMs(1_775_000_000_001n)).toBe(1_775_000_000_001);
    expect(toTimestampMs(0n)).toBeNull();
    expect(toTimestampMs(undefined)).toBeNull();
    expect(toTimestampMs(2n ** 53n)).toBeNull();
    expect(toTimestampMs(2n ** 64n - 1n)).toBeNull();
  });
});

describe('round trips', () => {
  const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const uint32 = fc.nat({ max: 0xffff_ffff });
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  const bytes = fc.uint8Array({ maxLength: 80 });
  const attachment = fc.record(
    { id: uint64, contentType: text, key: bytes, size: uint32, fileName: text, flags: uint32, url: text },
    { requiredKeys: ['id'] }
  );
  const dataMessage = fc.record(
    {
      body: text,
      attachments: fc.array(attachment, { minLength: 1, maxLength: 4 }),
      flags: uint32,
      quote: fc.record({ id: uint64, author: text }),
      reaction: fc.record({
        id: uint64,
        author: text,
        emoji: text,
        action: fc.constantFrom(0 as const, 1 as const)
      }),
      profile: fc.record({ displayName: text, lastUpdateSeconds: uint64 }, { requiredKeys: [] }),
      syncTarget: text,
      blocksCommunityMessageRequests: fc.boolean()
    },
    { requiredKeys: [] }
  );
  const content = fc.record(
    {
      dataMessage,
      receiptMessage: fc.record({
        type: fc.constantFrom(0 as const, 1 as const),
        timestamp: fc.array(uint64, { minLength: 1, maxLength: 20 })
      }),
      callMessage: fc.record({
        type: fc.constantFrom(1 as const, 4 as const),
        sdpMLineIndexes: fc.array(uint32, { minLength: 1 }),
        uuid: text
      }),
      expirationTimer: uint32,
      sigTimestamp: uint64
    },
    { requiredKeys: [] }
  );

  it('keeps every value and every absence', () => {
    fc.assert(
      fc.property(content, (init) => {
        expect(plain(decodeContent(encodeContent(init)))).toEqual(plain(init));
      })
    );
  });
});
