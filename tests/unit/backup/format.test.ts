import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, hexToBytes, bytesToHex } from '../../../src/lib/bytes/index.ts';
import { createChunkSealer, paddedChunkCount, sealChunk } from '../../../src/lib/backup/chunks.ts';
import { decodeHeader, encodeFixed, encodeHeader, HEADER_BYTES } from '../../../src/lib/backup/header.ts';
import { createBackupReader } from '../../../src/lib/backup/reader.ts';
import { createRecordReader, encodeRecord } from '../../../src/lib/backup/records.ts';
import { openBackup, readBackup, type OpenedBackup } from '../../../src/lib/backup/index.ts';
import { errorCode } from '../../../src/lib/errors.ts';
import { decodeBackup } from '../../support/backup-decoder.ts';
import {
  CHEAP_HEADER,
  collect,
  CONVERSATION,
  FILE,
  lockedBackup,
  MANIFEST,
  MESSAGE,
  NOTICE,
  PASSPHRASE,
  PROFILE,
  quickKeys,
  sampleBackup,
  sourceOf,
  type SampleFile
} from '../../support/backup-file.ts';
import { loadVectors } from '../../support/vectors.ts';

const SEALED = CHEAP_HEADER.chunkBytes + 16;

const opened = ({ bytes, key }: SampleFile): OpenedBackup => ({
  source: sourceOf(bytes),
  header: bytes.slice(0, HEADER_BYTES),
  chunkBytes: CHEAP_HEADER.chunkBytes,
  key
});

const readAll = (file: SampleFile) => collect(readBackup(opened(file)));

/** What reading a file says: the code of its error, or `read`. */
const verdict = (file: SampleFile): Promise<string> => readAll(file).then(() => 'read', errorCode);

/** The same for a file whose header is looked at too, with the key of the test in place of the slow part. */
async function verdictOfFile(bytes: Uint8Array, key: Uint8Array): Promise<string> {
  try {
    const header = decodeHeader(bytes);
    const file = { source: sourceOf(bytes), header: bytes.slice(0, HEADER_BYTES), key };
    await collect(readBackup({ ...file, chunkBytes: header.chunkBytes }));
    return 'read';
  } catch (error) {
    return errorCode(error);
  }
}

describe('a backup', () => {
  it('gives back what was written, in order', async () => {
    const items = await readAll(sampleBackup());
    expect(items.map(({ type }) => type).filter((type) => type !== 'media-data')).toEqual([
      'manifest',
      'account',
      'profile',
      'media',
      'media-end',
      'settings',
      'config',
      'conversation',
      'deleted',
      'message',
      'media',
      'media-end',
      'message',
      'end'
    ]);
    const of = <Type extends (typeof items)[number]['type']>(type: Type) =>
      items.filter((item): item is Extract<typeof item, { type: Type }> => item.type === type);
    expect(of('manifest')[0]?.manifest).toEqual(MANIFEST);
    expect(of('profile')[0]?.profile).toEqual(PROFILE);
    expect(of('conversation')[0]?.conversation).toEqual(CONVERSATION);
    expect(of('message').map(({ message }) => message)).toEqual([MESSAGE, NOTICE]);
    expect(of('end')[0]?.counts).toEqual({ conversations: 1, messages: 2, media: 2, mediaBytes: 2_505 });
    const data = concatBytes(...of('media-data').map(({ bytes }) => bytes));
    expect(data.subarray(5)).toEqual(FILE);
  });

  it('is read by a decoder written from its description alone', async () => {
    const records = decodeBackup(Buffer.from(await lockedBackup()), PASSPHRASE);
    expect(records.map(({ kind }) => kind)).toEqual([1, 2, 3, 9, 10, 11, 4, 5, 6, 7, 8, 9, 10, 10, 11, 8]);
    expect(JSON.parse(String(records[10]?.payload))).toEqual(MESSAGE);
    expect(Buffer.concat(records.slice(12, 14).map(({ payload }) => payload))).toEqual(Buffer.from(FILE));
  });

  it('reads the file of the vectors, as that decoder does', async () => {
    const { passphrase, file_hex, records } = loadVectors<{
      passphrase: string;
      file_hex: string;
      records: { kind: number; payload_hex: string }[];
    }>('backup.json');
    const file = hexToBytes(file_hex);
    const items = await collect(readBackup(await openBackup(sourceOf(file), passphrase)));
    expect(items.at(-1)?.type).toBe('end');
    expect(items.find((item) => item.type === 'message')).toEqual({ type: 'message', message: MESSAGE });
    const plain = decodeBackup(Buffer.from(file), passphrase);
    expect(plain.map(({ kind, payload }) => ({ kind, payload_hex: bytesToHex(payload) }))).toEqual(records);
  });

  it('opens with its passphrase however that is composed, and with no other', async () => {
    const source = sourceOf(await lockedBackup());
    await expect(openBackup(source, PASSPHRASE.normalize('NFD'))).resolves.toBeDefined();
    await expect(openBackup(source, `${PASSPHRASE} `)).rejects.toMatchObject({
      code: 'backup-passphrase-wrong'
    });
  });

  it('stops when asked to while the key is made', async () => {
    const controller = new AbortController();
    const opening = openBackup(sourceOf(await lockedBackup()), PASSPHRASE, {
      signal: controller.signal,
      onProgress: () => controller.abort()
    });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('has one of few lengths', () => {
    const lengths = new Set(Array.from({ length: 4_096 }, (_, index) => paddedChunkCount(index + 1)));
    expect(lengths.size).toBeLessThan(140);
    for (let chunks = 1; chunks <= 20_000; chunks++) {
      const padded = paddedChunkCount(chunks);
      expect(padded).toBeGreaterThanOrEqual(chunks);
      expect(padded - chunks).toBeLessThanOrEqual(chunks / 8);
    }
  });

  it('seals the same stream whatever pieces it comes in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.array(fc.nat(2_000)), (stream, cuts) => {
        const seal = (pieces: readonly Uint8Array[]) => {
          const sealer = createChunkSealer(new Uint8Array(32), new Uint8Array(96), 1_024);
          return concatBytes(...pieces.flatMap((piece) => sealer.push(piece)), ...sealer.finish());
        };
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) pieces.push(stream.subarray(at, (at += cut)));
        pieces.push(stream.subarray(at));
        expect(seal(pieces)).toEqual(seal([stream]));
      }),
      { numRuns: 60 }
    );
  });
});

describe('a damaged backup', () => {
  it('is refused whichever byte of it changed', async () => {
    const { bytes, key } = sampleBackup();
    expect(await verdictOfFile(bytes, key)).toBe('read');
    const said = new Set<string>();
    // Every byte of the header, and of the sealed chunks one in seven and those next to their borders.
    for (let index = 0; index < bytes.length; index++) {
      const place = (index - HEADER_BYTES) % SEALED;
      if (index >= HEADER_BYTES && place > 2 && place < SEALED - 18 && index % 7 !== 0) continue;
      const changed = bytes.slice();
      changed[index] = (changed[index] as number) ^ (1 << (index % 8));
      const verdict = await verdictOfFile(changed, key);
      expect(verdict, `byte ${index}`).toMatch(/^backup-(damaged|foreign)$/);
      said.add(verdict);
    }
    expect([...said].sort()).toEqual(['backup-damaged', 'backup-foreign']);
  });

  it('is refused wherever it is cut, and says so', async () => {
    const { bytes, key } = sampleBackup();
    expect(await verdictOfFile(bytes.slice(0, 0), key)).toBe('backup-foreign');
    for (let length = 1; length < bytes.length; length += length < HEADER_BYTES ? 1 : 131) {
      const verdict = await verdictOfFile(bytes.slice(0, length), key);
      expect(verdict, `${length} bytes`).toMatch(/^backup-(truncated|damaged)$/);
      if (length > HEADER_BYTES + SEALED) expect(verdict, `${length} bytes`).toBe('backup-truncated');
    }
    for (let chunks = 1; HEADER_BYTES + chunks * SEALED < bytes.length; chunks++) {
      expect(await verdictOfFile(bytes.slice(0, HEADER_BYTES + chunks * SEALED), key)).toBe(
        'backup-truncated'
      );
    }
  });

  it('is refused with something added, moved, repeated or from another file', async () => {
    const file = sampleBackup();
    const body = file.bytes.subarray(HEADER_BYTES);
    const count = body.length / SEALED;
    const chunk = (index: number, of = body) => of.subarray(index * SEALED, (index + 1) * SEALED);
    const whole = Array.from({ length: count }, (_, index) => chunk(index));
    const otherHeader = { ...CHEAP_HEADER, salt: new Uint8Array(32).fill(6) };
    const other = sampleBackup(otherHeader).bytes.subarray(HEADER_BYTES);
    const withBody = (...chunks: Uint8Array[]) =>
      verdict({ ...file, bytes: concatBytes(file.bytes.subarray(0, HEADER_BYTES), ...chunks) });
    expect(await withBody(...whole)).toBe('read');
    expect(await withBody(...whole, Uint8Array.of(0))).toBe('backup-damaged');
    expect(await withBody(...whole, whole[0] as Uint8Array)).toBe('backup-damaged');
    expect(await withBody(...whole.with(0, whole[1] as Uint8Array).with(1, whole[0] as Uint8Array))).toBe(
      'backup-damaged'
    );
    expect(await withBody(...whole.toSpliced(1, 0, whole[1] as Uint8Array))).toBe('backup-damaged');
    expect(await withBody(...whole.toSpliced(1, 1))).toBe('backup-damaged');
    for (let index = 0; index < count; index++) {
      expect(await withBody(...whole.with(index, chunk(index, other)))).toBe('backup-damaged');
    }
    // The header of one file before the chunks of another, though the key is theirs.
    const spliced = concatBytes(sampleBackup(otherHeader).bytes.subarray(0, HEADER_BYTES), body);
    expect(await verdict({ ...file, bytes: spliced })).toBe('backup-damaged');
  });

  it('says what a header is that cannot be used', () => {
    const { fixed, keyCheck } = decodeHeader(sampleBackup().bytes);
    const withField = (change: (view: DataView) => void): string => {
      const bytes = fixed.slice();
      change(new DataView(bytes.buffer));
      try {
        decodeHeader(encodeHeader(bytes, keyCheck));
        return 'read';
      } catch (error) {
        return errorCode(error);
      }
    };
    expect(withField(() => {})).toBe('read');
    expect(withField((view) => view.setUint16(8, 2))).toBe('backup-from-newer');
    expect(withField((view) => view.setUint32(12, 4 * 1_048_576))).toBe('backup-too-costly');
    expect(withField((view) => view.setUint32(12, 1))).toBe('backup-too-costly');
    expect(withField((view) => view.setUint32(16, 0xffff_ffff))).toBe('backup-too-costly');
    expect(withField((view) => view.setUint8(11, 0))).toBe('backup-too-costly');
    expect(withField((view) => view.setUint32(20, 0x4000_0000))).toBe('backup-too-costly');
    expect(withField((view) => view.setUint32(20, 3_000))).toBe('backup-too-costly');
    expect(withField((view) => view.setUint8(10, 2))).toBe('backup-damaged');
    expect(withField((view) => view.setUint8(25, 1))).toBe('backup-damaged');
    expect(() => encodeFixed({ ...CHEAP_HEADER, salt: new Uint8Array(31) })).toThrow();
    expect(errorOf(() => decodeHeader(new TextEncoder().encode('PK\x03\x04'.padEnd(200))))).toBe(
      'backup-foreign'
    );
  });
});

const errorOf = (work: () => unknown): string => {
  try {
    work();
    return 'read';
  } catch (error) {
    return errorCode(error);
  }
};

describe('records', () => {
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const START = [
    encodeRecord('manifest', json(MANIFEST)),
    encodeRecord('account', new Uint8Array(16)),
    encodeRecord('profile', json(PROFILE))
  ];
  const counts = { conversations: 0, messages: 0, media: 0, mediaBytes: 0 };
  const end = (given = {}) => encodeRecord('end', json({ ...counts, ...given }));
  const conversation = encodeRecord('conversation', json(CONVERSATION));

  const read = (...records: Uint8Array[]): string =>
    errorOf(() => {
      const reader = createBackupReader();
      for (const _ of reader.push(concatBytes(...records)));
      reader.finish();
    });

  it('come out the same whatever pieces they come in', () => {
    const stream = concatBytes(...START, conversation, end({ conversations: 1 }), new Uint8Array(40));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 20 }), (cuts) => {
        const reader = createRecordReader();
        const names: string[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          for (const { name } of reader.push(stream.subarray(at, at + cut))) names.push(name);
          at += cut;
        }
        reader.finish();
        expect(names).toEqual(['manifest', 'account', 'profile', 'conversation', 'end']);
      }),
      { numRuns: 200 }
    );
  });

  it('of kinds that are not known are passed over', () => {
    const unknown = (length: number) => {
      const head = new Uint8Array(5 + length);
      head[0] = 200;
      new DataView(head.buffer).setUint32(1, length);
      return head;
    };
    expect(read(...START, unknown(70_000), end(), unknown(0).subarray(0, 0))).toBe('read');
    expect(read(...START, unknown(0), end())).toBe('read');
  });

  it('of a conversation of a kind that is not known are passed over with all that is in it', () => {
    const group = encodeRecord('conversation', json({ kind: 'group', members: [1, 2] }));
    const message = encodeRecord('message', json({ anything: 'else' }));
    const good = encodeRecord('message', json(NOTICE));
    expect(read(...START, group, message, conversation, good, end({ conversations: 2, messages: 2 }))).toBe(
      'read'
    );
  });

  it('in another order, too many or too few are refused', () => {
    const [manifest, account, profile] = START as [Uint8Array, Uint8Array, Uint8Array];
    const message = encodeRecord('message', json(NOTICE));
    const media = encodeRecord(
      'media',
      json({
        role: 'picture',
        attachment: 0,
        kind: 'picture',
        name: '',
        contentType: '',
        bytes: 2,
        createdAtMs: 1
      })
    );
    const data = (length: number) => encodeRecord('mediaData', new Uint8Array(length));
    expect(read(...START, end())).toBe('read');
    for (const records of [
      [],
      START,
      [account, manifest, profile, end()],
      [manifest, manifest, account, profile, end()],
      [manifest, profile, end()],
      [manifest, account, end()],
      [...START, message, end({ messages: 1 })],
      [...START, end({ messages: 1 })],
      [...START, end(), Uint8Array.of(1)],
      [...START, data(2), end()],
      [...START, media, end({ media: 1, mediaBytes: 2 })],
      [...START, media, data(3), end({ media: 1, mediaBytes: 2 })],
      [
        ...START,
        media,
        data(2),
        encodeRecord('mediaEnd', new Uint8Array(32)),
        end({ media: 1, mediaBytes: 2 })
      ],
      [...START, conversation, message, media, data(2), end({ conversations: 1, messages: 1 })]
    ]) {
      expect(read(...records)).toBe('backup-damaged');
    }
  });

  it('with a field that is not what it must be are refused', () => {
    const withMessage = (change: object) =>
      read(
        ...START,
        conversation,
        encodeRecord('message', json({ ...MESSAGE, ...change })),
        end({ conversations: 1, messages: 1 })
      );
    expect(withMessage({})).toBe('read');
    expect(withMessage({ future: { deep: [1] } })).toBe('read');
    for (const change of [
      { text: 5 },
      { text: 'x'.repeat(262_145) },
      { text: '\ud800' },
      { sentAtMs: -1 },
      { sentAtMs: 1.5 },
      { sentAtMs: 2 ** 43 },
      { authorId: '05ab' },
      { authorId: `07${'aa'.repeat(32)}` },
      { direction: 'sideways' },
      { state: 'Sent' },
      { reactions: {} },
      { reactions: [{ emoji: 'x' }] },
      { attachments: Array.from({ length: 65 }, () => MESSAGE.attachments?.[0]) },
      { attachments: [{ ...MESSAGE.attachments?.[0], bytes: '5' }] },
      { attachments: [null] },
      { notice: { type: 'gone' } },
      { quote: [] },
      { disappears: { mode: 'off', seconds: 5, atMs: null } }
    ]) {
      expect(withMessage(change), JSON.stringify(change).slice(0, 60)).toBe('backup-damaged');
    }
    expect(read(encodeRecord('manifest', new TextEncoder().encode('{"a":')))).toBe('backup-damaged');
    expect(read(encodeRecord('manifest', Uint8Array.of(0x22, 0xff, 0x22)))).toBe('backup-damaged');
  });

  it('that say they are larger than any are refused before they are held', () => {
    const head = new Uint8Array(5);
    head[0] = 8;
    new DataView(head.buffer).setUint32(1, 1_048_577);
    expect(read(...START, head)).toBe('backup-damaged');
    new DataView(head.buffer).setUint32(1, 0xffff_ffff);
    head[0] = 5;
    expect(read(...START, head)).toBe('backup-damaged');
  });

  it('of any bytes are answered, not stumbled over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(read(...START, bytes)).toMatch(/^(read|backup-damaged)$/);
      }),
      { numRuns: 500 }
    );
  });
});

it('two chunks of one place differ with their header', () => {
  const plain = new Uint8Array(10);
  const key = quickKeys().content;
  const seal = (fill: number) =>
    sealChunk(key, new Uint8Array(96).fill(fill), { index: 0, isLast: true }, plain);
  expect(seal(1)).not.toEqual(seal(2));
});
