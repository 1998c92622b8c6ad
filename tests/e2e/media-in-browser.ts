// What media.spec.ts runs inside a browser: stored files in its real file system, pictures through its real decoder.
import { concatBytes, utf8ToBytes } from '../../src/lib/bytes/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveVaultKeys } from '../../src/lib/crypto/vault.ts';
import { errorCode } from '../../src/lib/errors.ts';
import {
  createCanvasCodec,
  createLevelMeter,
  makeThumbnail,
  prepareProfilePicture,
  prepareSentImage,
  readImageHeader,
  recogniseFile,
  startVoiceRecording
} from '../../src/lib/media/index.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createMediaStore } from '../../src/lib/storage/media.ts';
import { createOpfsMediaFiles, createRecordMediaFiles } from '../../src/lib/storage/media-files.ts';
import { createMediaReader } from '../../src/lib/storage/media-reader.ts';
import { createKeySlots } from '../../src/lib/storage/profile-slots.ts';
import { ProfileDatabase } from '../../src/lib/storage/schema.ts';
import { createOpfsSlotFiles } from '../../src/lib/storage/slot-files.ts';
import { createTurns } from '../../src/lib/storage/turns.ts';
import { jpegSegment, png } from '../support/pictures.ts';

const DATABASE = 'media-in-browser';
const PROFILE = 'p';
const root = () => navigator.storage.getDirectory();

const placesOf = (db: ProfileDatabase) => ({
  file: createOpfsMediaFiles(root, PROFILE),
  record: createRecordMediaFiles(db)
});

async function filesOnDisk(): Promise<number> {
  const directory = await (await (await root()).getDirectoryHandle('media')).getDirectoryHandle(PROFILE);
  let count = 0;
  for await (const _ of (directory as unknown as { keys(): AsyncIterable<string> }).keys()) count++;
  return count;
}

const checksum = async (bytes: Uint8Array) =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))].join();

export interface StoredFacts {
  readonly rowKey: CryptoKey;
  readonly mediaId: string;
  readonly checksum: string;
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly chunkRows: number;
  readonly freedBytes: number;
}

/** In a worker: stores two files, removes one. */
export async function storeInWorker(): Promise<StoredFacts> {
  const keys = await deriveVaultKeys(systemRandom(32));
  const db = new ProfileDatabase(DATABASE);
  const engine = { epoch: null, seen: null };
  const places = placesOf(db);
  const room = { onQuota: null };
  const slotFiles = createOpfsSlotFiles(root, async () => {});
  const keySlots = createKeySlots({ slotFiles, random: systemRandom, identityKey: keys.identity }, PROFILE);
  const own = { engine, inTurn: createTurns(), keySlots };
  const store = { db, keys, random: systemRandom, places, room, ...own };
  const media = createMediaStore({ store, places, clock: systemClock });
  const about = { owner: 'a', kind: 'image', name: 'x', contentType: 'image/png' } as const;
  const data = systemRandom(9_999_951);
  const kept = await media.save(about, data);
  const gone = await media.save(about, systemRandom(10));
  const filesBefore = await filesOnDisk();
  const freedBytes = await media.remove([gone.id]);
  await media.sweep();
  return {
    rowKey: keys.rows,
    mediaId: kept.id,
    checksum: await checksum(data),
    filesBefore,
    filesAfter: await filesOnDisk(),
    chunkRows: await db.mediaChunks.count(),
    freedBytes
  };
}

/** On the page: reads what the worker stored. */
export async function readOnPage(rowKey: CryptoKey, mediaId: string) {
  const db = new ProfileDatabase(DATABASE);
  const reader = createMediaReader(db, rowKey, placesOf(db));
  const blob = await reader.blob(mediaId);
  const part = await reader.range(mediaId, 5_000_000, 5_000_100);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  db.close();
  return {
    type: blob.type,
    checksum: await checksum(bytes),
    isPartRight: part.every((byte, index) => byte === bytes[5_000_000 + index])
  };
}

/** Notes of a camera: an orientation (turned by 90 degrees) and, as text, a place. */
function cameraNotes(place: string): Uint8Array {
  const entry = Uint8Array.of(0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0);
  const tiff = concatBytes(
    utf8ToBytes('MM'),
    Uint8Array.of(0, 42, 0, 0, 0, 8, 0, 1),
    entry,
    new Uint8Array(4)
  );
  return jpegSegment(0xe1, concatBytes(utf8ToBytes('Exif\0\0'), tiff, utf8ToBytes(place)));
}

async function photograph(width: number, height: number, type: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const colours = context.createLinearGradient(0, 0, width, height);
  colours.addColorStop(0, '#c33');
  colours.addColorStop(1, 'rgb(0 0 200 / 40%)');
  context.fillStyle = colours;
  context.fillRect(0, 0, width, height);
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.9 })).arrayBuffer());
}

/** In a worker or on the page: pictures made ready. */
export async function preparePictures() {
  const codec = createCanvasCodec({
    createImageBitmap: (blob) => createImageBitmap(blob),
    OffscreenCanvas
  });
  const plain = await photograph(5_000, 2_500, 'image/jpeg');
  const place = '59.3293 N 18.0686 E';
  const told = concatBytes(plain.subarray(0, 2), cameraNotes(place), plain.subarray(2));
  const sent = await prepareSentImage(codec, told, { maxBytes: 9_999_951 });
  const latin = new TextDecoder('latin1');
  const clear = await photograph(300, 200, 'image/png');
  const codeOf = (bytes: Uint8Array) =>
    prepareSentImage(codec, bytes, { maxBytes: 9_999_951 }).then(() => null, errorCode);
  const shown = async (made: Promise<{ bytes: Uint8Array; type: string; width: number; height: number }>) => {
    const { bytes, type, width, height } = await made;
    const header = readImageHeader(bytes);
    return { type, width, height, isTrue: header?.type === type && header.width === width };
  };
  return {
    told: latin.decode(told).includes(place),
    sentTells: /Exif|59\.3293/.test(latin.decode(sent.bytes)),
    sent: { type: sent.type, width: sent.width, height: sent.height, reduced: sent.reduced },
    thumbnail: await shown(makeThumbnail(codec, told)),
    profile: await shown(prepareProfilePicture(codec, told)),
    clear: await shown(prepareSentImage(codec, clear, { maxBytes: 9_999_951 })),
    tight: (await prepareSentImage(codec, told, { maxBytes: 20_000 })).bytes.length,
    bomb: await codeOf(png(60_000, 60_000)),
    damaged: await codeOf(png(30, 20)),
    drawing: await codeOf(utf8ToBytes('<svg xmlns="http://www.w3.org/2000/svg"/>'))
  };
}

/** On the page: a second of what the browser's fake microphone hears, and whether a player takes it. */
export async function recordVoice() {
  const tracks: MediaStreamTrack[] = [];
  const recording = await startVoiceRecording({
    async getUserMedia(constraints) {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    },
    Recorder: MediaRecorder,
    openMeter: createLevelMeter(() => new AudioContext()),
    clock: systemClock
  });
  await new Promise<void>((resolve) => {
    recording.onLevel((_, elapsedMs) => elapsedMs >= 1_000 && resolve());
  });
  const { bytes, contentType, durationMs, waveform } = await recording.stop();
  const context = new AudioContext();
  const heard = await context.decodeAudioData(bytes.slice().buffer);
  await context.close();
  return {
    contentType,
    recognised: recogniseFile(bytes, { contentType, voice: true }),
    durationMs,
    decodedMs: heard.duration * 1000,
    loudest: Math.max(...waveform),
    bars: waveform.length,
    tracks: tracks.map(({ readyState }) => readyState)
  };
}
