import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import {
  createMediaReader,
  createMediaStore,
  createOpfsMediaFiles,
  createRecordMediaFiles,
  type MediaStore,
  type ProfileStore
} from '../../../src/lib/storage/index.ts';
import { PLAIN_CHUNK_BYTES, SEALED_CHUNK_BYTES, storedLength } from '../../../src/lib/storage/media-rows.ts';
import { commit } from '../../../src/lib/storage/store.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createFakeOrigin, type FakeOrigin } from '../../support/fake-directory.ts';
import { includesBytes } from '../../support/media-bytes.ts';
import { createStorageDevice, createTestProfile, dumpDevice } from '../../support/storage-device.ts';

const MINUTE_MS = 60_000;
const ROOM = 'c0'.repeat(16);
const OTHER_ROOM = 'c1'.repeat(16);

async function world({ withFiles = true } = {}) {
  const device = await createStorageDevice();
  const store = await createTestProfile(device);
  const origin = createFakeOrigin();
  const clock = createFakeClock();
  const places = placesOf(store, withFiles ? origin : null);
  return { device, store, origin, clock, places, media: createMediaStore({ store, places, clock }) };
}

const placesOf = (store: ProfileStore, origin: FakeOrigin | null) => ({
  file: origin && createOpfsMediaFiles(origin.root, 'p'),
  record: createRecordMediaFiles(store.db)
});

const about = (change: object = {}) =>
  ({ owner: ROOM, kind: 'image', name: 'a.png', contentType: 'image/png', ...change }) as const;
const whole = async (media: MediaStore, id: string) =>
  new Uint8Array(await (await media.blob(id)).arrayBuffer());
const chunkRows = (store: ProfileStore) => store.db.mediaChunks.count();

describe.each([
  ['the file system', true],
  ['records of the database', false]
])('files in %s', (_, withFiles) => {
  it('come back whole, of every length around the borders of chunks', async () => {
    const { media } = await world({ withFiles });
    for (const length of [
      0,
      1,
      4_068,
      4_069,
      PLAIN_CHUNK_BYTES - 1,
      PLAIN_CHUNK_BYTES,
      3 * PLAIN_CHUNK_BYTES
    ]) {
      const data = systemRandom(length);
      const facts = await media.save(about(), data);
      expect(facts).toMatchObject({ ...about(), bytes: length, storedBytes: storedLength(length) });
      expect(await media.facts(facts.id)).toEqual(facts);
      expect(Buffer.compare(await whole(media, facts.id), data)).toBe(0);
    }
  });

  it('come back the same in any ranges, and however they were handed over', async () => {
    const { media } = await world({ withFiles });
    const data = systemRandom(2 * PLAIN_CHUNK_BYTES + 500);
    async function* inPieces() {
      for (let start = 0; start < data.length; start += 50_001) yield data.subarray(start, start + 50_001);
    }
    const ids = [
      (await media.save(about(), data)).id,
      (await media.save(about(), new Blob([data]))).id,
      (await media.save(about(), inPieces())).id
    ];
    for (const id of ids) expect(Buffer.compare(await whole(media, id), data)).toBe(0);
    const place = fc.integer({ min: 0, max: data.length + 10 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ids), place, place, async (id, start, end) => {
        const range = await media.range(id, start, end);
        expect(Buffer.compare(range, data.subarray(start, Math.max(start, end)))).toBe(0);
      }),
      { numRuns: 20 }
    );
  });

  it('leave no row, no chunk and no name when they are removed', async () => {
    const { media, store, origin, device } = await world({ withFiles });
    const kept = await media.save(about({ owner: OTHER_ROOM }), systemRandom(10));
    const gone = await media.save(about({ name: 'letter.txt' }), systemRandom(300_000));
    expect(await media.remove([gone.id, 'f'.repeat(32)])).toBe(gone.storedBytes);
    expect(await media.facts(gone.id)).toBeNull();
    await expect(media.blob(gone.id)).rejects.toMatchObject({ code: 'not-found' });
    expect(await store.db.media.toCollection().primaryKeys()).toEqual([kept.id]);
    expect([origin.files.size, await chunkRows(store)]).toEqual(withFiles ? [1, 0] : [0, 1]);
    const rows = await dumpDevice(device);
    expect(rows.some((row) => includesBytes(row, utf8ToBytes(gone.id)))).toBe(false);
    expect(rows.some((row) => includesBytes(row, utf8ToBytes(kept.id)))).toBe(true);
  });

  it('are removed with everything whose owner begins so', async () => {
    const { media } = await world({ withFiles });
    const one = await media.save(about(), systemRandom(1));
    const two = await media.save(
      about({ owner: `${ROOM}1750000000000000`, kind: 'file' }),
      systemRandom(5_000)
    );
    const other = await media.save(about({ owner: OTHER_ROOM }), systemRandom(1));
    expect((await media.list(ROOM)).map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
    expect((await media.list('')).length).toBe(3);
    expect(await media.removeOf(ROOM)).toBe(one.storedBytes + two.storedBytes);
    expect(await media.list('')).toEqual([other]);
  });

  it('show nothing of what they are, beside random names', async () => {
    const { media, origin, device } = await world({ withFiles });
    const canary = 'canary-4c1f9a7e-in-the-name.png';
    const content = utf8ToBytes('canary-77aa-in-the-content '.repeat(40));
    const { id } = await media.save(about({ name: canary, contentType: 'image/x-canary' }), content);
    const stored = [...(await dumpDevice(device)), ...origin.files.values()];
    for (const text of ['canary', 'image/x']) {
      expect(stored.some((bytes) => includesBytes(bytes, utf8ToBytes(text)))).toBe(false);
    }
    // The scan finds what is there.
    expect(stored.some((bytes) => includesBytes(bytes, utf8ToBytes(id)))).toBe(true);
    expect([...origin.files.keys()].every((path) => /^media\/p\/[0-9a-f]{32}$/.test(path))).toBe(true);
    expect(await media.facts(id)).toMatchObject({ name: canary });
  });
});

describe('chunks on the disk', () => {
  it('are refused when exchanged, cut, altered or taken from another file', async () => {
    const { media, origin } = await world();
    const { id } = await media.save(about(), systemRandom(2 * PLAIN_CHUNK_BYTES + 10));
    const [path = ''] = origin.files.keys();
    const good = origin.files.get(path) as Uint8Array;
    const attempt = async (change: (bytes: Uint8Array) => Uint8Array) => {
      origin.files.set(path, change(good.slice()));
      return media.blob(id).then(
        () => null,
        (error: { code: string }) => error.code
      );
    };
    expect(await attempt((bytes) => bytes)).toBeNull();
    expect(await attempt((bytes) => bytes.copyWithin(0, SEALED_CHUNK_BYTES, 2 * SEALED_CHUNK_BYTES))).toBe(
      'row-damaged'
    );
    expect(await attempt((bytes) => bytes.subarray(0, 2 * SEALED_CHUNK_BYTES))).toBe('not-found');
    expect(await attempt((bytes) => bytes.fill(1, 500, 501))).toBe('row-damaged');
    expect(await attempt((bytes) => bytes.subarray(SEALED_CHUNK_BYTES))).toBe('row-damaged');
    const { id: otherId } = await media.save(about(), systemRandom(2 * PLAIN_CHUNK_BYTES + 10));
    const other = [...origin.files.entries()].find(([name]) => name !== path)?.[1] as Uint8Array;
    expect(await attempt(() => other)).toBe('row-damaged');
    expect((await whole(media, otherId)).length).toBe(2 * PLAIN_CHUNK_BYTES + 10);
  });

  it('have lengths in steps, so that they do not tell how long a file is', () => {
    expect(storedLength(1)).toBe(storedLength(4_000));
    expect(new Set([0, 5_000, 200_000, 9_999_999].map((bytes) => storedLength(bytes) % 4_096))).toEqual(
      new Set([0])
    );
  });
});

describe('a file that cannot be stored', () => {
  it('leaves nothing when the quota is used up half way', async () => {
    const { media, store, origin } = await world();
    origin.quota = SEALED_CHUNK_BYTES;
    await expect(media.save(about(), systemRandom(300_000))).rejects.toMatchObject({
      code: 'quota',
      retry: 'later'
    });
    expect([origin.files.size, origin.open.size, await store.db.media.count()]).toEqual([0, 0, 0]);
    origin.quota = null;
    expect((await media.save(about(), systemRandom(300_000))).bytes).toBe(300_000);
  });

  it('leaves nothing when it is cancelled, its source fails, or it is far too long', async () => {
    const { store, origin, places, clock } = await world();
    const media = createMediaStore({ store, places, clock, maxBytes: 400_000 });
    const cancel = new AbortController();
    async function* source() {
      yield systemRandom(PLAIN_CHUNK_BYTES + 1);
      cancel.abort();
      yield systemRandom(PLAIN_CHUNK_BYTES + 1);
    }
    await expect(media.save(about(), source(), cancel.signal)).rejects.toMatchObject({ name: 'AbortError' });
    async function* failing() {
      yield systemRandom(PLAIN_CHUNK_BYTES + 1);
      throw new Error('source');
    }
    await expect(media.save(about(), failing())).rejects.toThrow('source');
    const piece = new Uint8Array(100_000);
    async function* endless() {
      for (;;) yield piece;
    }
    await expect(media.save(about(), endless())).rejects.toMatchObject({ code: 'media-too-large' });
    expect([origin.files.size, origin.open.size, await store.db.media.count()]).toEqual([0, 0, 0]);
  });

  it('goes into the database where the file system refuses', async () => {
    const { media, store, origin } = await world();
    origin.refuses = true;
    const data = systemRandom(200_000);
    const { id } = await media.save(about(), data);
    expect(await chunkRows(store)).toBe(2);
    expect(Buffer.compare(await whole(media, id), data)).toBe(0);
    expect(await media.remove([id])).toBe(storedLength(200_000));
    expect(await chunkRows(store)).toBe(0);
  });
});

describe('a crash', () => {
  it('leaves rows being written and chunks without rows, and a sweep removes both and nothing else', async () => {
    const { media, store, origin, clock, places } = await world();
    const kept = await media.save(about(), systemRandom(10));
    // Torn while writing: the row stands, part of the file too.
    let brokenAt = '';
    const torn = createMediaStore({
      store,
      places: {
        ...places,
        file: {
          ...(places.file as NonNullable<typeof places.file>),
          async create(fileName) {
            brokenAt = fileName;
            const writer = await (places.file as NonNullable<typeof places.file>).create(fileName);
            await writer.append(systemRandom(4_096));
            await writer.close();
            return new Promise<never>(() => {});
          }
        }
      },
      clock
    });
    void torn.save(about(), systemRandom(10));
    while (!origin.files.get(`media/p/${brokenAt}`)?.length) await new Promise((next) => setImmediate(next));
    // Torn while removing: the row is gone, the file stands.
    origin.files.set('media/p/orphan', systemRandom(10));
    await store.db.mediaChunks.add({ id: 'lost/00000', sealed: systemRandom(10) });
    expect(await media.list('')).toEqual([kept]);
    expect(await media.sweep()).toEqual({ rows: 0, files: 2 });
    expect([...origin.files.keys()].length).toBe(2);
    // What is being written may be somebody's; later it is nobody's.
    await clock.advance(3 * MINUTE_MS);
    expect(await media.sweep()).toEqual({ rows: 1, files: 0 });
    expect([origin.files.size, await store.db.media.count(), await chunkRows(store)]).toEqual([1, 1, 0]);
    expect((await whole(media, kept.id)).length).toBe(10);
  });

  it('leaves files nobody refers to, which a sweep removes when told so', async () => {
    const { media, origin } = await world();
    const kept = await media.save(about(), systemRandom(10));
    await media.save(about({ owner: OTHER_ROOM }), systemRandom(10));
    expect(await media.sweep(({ owner }) => owner === ROOM)).toEqual({ rows: 1, files: 0 });
    expect([await media.list(''), origin.files.size]).toEqual([[kept], 1]);
  });
});

describe('a removal within a larger change', () => {
  it('takes effect with it or not at all', async () => {
    const { media, store, origin } = await world();
    const { id, storedBytes } = await media.save(about(), systemRandom(10));
    const removal = await media.prepareRemoval([id, 'f'.repeat(32)]);
    expect(removal.freedBytes).toBe(storedBytes);
    await media.reassign([id], OTHER_ROOM);
    const outdated = { name: 'test', by: 'any', ...removal.changes } as const;
    await expect(commit(store, outdated)).rejects.toMatchObject({ code: 'stale' });
    expect((await media.facts(id))?.owner).toBe(OTHER_ROOM);
    const again = await media.prepareRemoval([id]);
    await commit(store, { name: 'test', by: 'any', ...again.changes });
    await again.finish();
    expect([await media.facts(id), origin.files.size]).toEqual([null, 0]);
  });

  it('of a file that is being written makes its writer give up and clean up', async () => {
    const { media, store, origin } = await world();
    let removed: Promise<number> | undefined;
    async function* source() {
      yield systemRandom(PLAIN_CHUNK_BYTES + 1);
      removed = media.removeOf(ROOM);
      await removed;
      yield systemRandom(5);
    }
    await expect(media.save(about(), source())).rejects.toMatchObject({ code: 'not-found' });
    expect([origin.files.size, origin.open.size, await store.db.media.count()]).toEqual([0, 0, 0]);
  });
});

describe('the page', () => {
  it('reads with the key of rows alone, and gets no type that could be a document', async () => {
    const { media, store, places } = await world();
    const reader = createMediaReader(store.db, store.keys.rows, { ...places });
    const types = ['image/png', 'image/svg+xml', 'text/html', 'application/xhtml+xml', 'audio/mp4'];
    const shown = [];
    for (const contentType of types) {
      const { id } = await media.save(about({ contentType }), Uint8Array.of(1));
      shown.push((await reader.blob(id)).type);
    }
    const download = 'application/octet-stream';
    expect(shown).toEqual(['image/png', download, download, download, 'audio/mp4']);
    const { id } = await media.save(about(), Uint8Array.of(7));
    expect(bytesToHex(await reader.range(id, 0, 5))).toBe('07');
  });
});
