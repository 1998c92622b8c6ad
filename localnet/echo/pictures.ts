// A picture for a picture: fetches what a message points to, opens it, and uploads it anew under a key of Echo's own
// (accounts-and-messages.md §5.1, §5.3). Files in the stream format are answered with the pointer they came with.
import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { concatBytes } from '../../src/lib/bytes/index.ts';
import type { FileServer as FileServerAddress } from '../../src/lib/networks.ts';
import type { RandomBytes } from '../../src/lib/random.ts';
import {
  buildDownloadUrl,
  parseDownloadUrl,
  type AttachmentPointer,
  type V4Request,
  type V4Response
} from '../../src/lib/wire/index.ts';

export interface AttachmentCopy {
  id: bigint;
  contentType?: string;
  key: Uint8Array;
  digest?: Uint8Array;
  size: number;
  fileName?: string;
  width?: number;
  height?: number;
  url: string;
}

export interface PictureCopier {
  /** Pointers to copies of the pictures among `attachments`; what cannot be fetched or opened is left out. */
  copy(attachments: readonly AttachmentPointer[]): Promise<AttachmentCopy[]>;
}

const AES_KEY_BYTES = 32;
const IV_BYTES = 16;
const MAC_BYTES = 32;
const LEGACY_KEY_BYTES = 64;
const MAX_PICTURES = 32;
const PADDED_FLOOR = 541;
const PADDED_CEILING = 10_000_000;

/** Length of padded data (§5.3): steps of five percent, never under 541. */
export function legacyPaddedLength(length: number): number {
  const step = length === 0 ? 0 : Math.floor(1.05 ** Math.ceil(Math.log(length) / Math.log(1.05)));
  const padded = Math.max(PADDED_FLOOR, step);
  return Math.max(length, length <= PADDED_CEILING ? Math.min(padded, PADDED_CEILING) : padded);
}

/** iv ‖ AES-256-CBC ‖ HMAC-SHA256. @param key AES key and MAC key, 64 bytes */
export function encryptLegacyAttachment(data: Uint8Array, key: Uint8Array, iv: Uint8Array) {
  const padded = new Uint8Array(legacyPaddedLength(data.length));
  padded.set(data);
  const cipher = createCipheriv('aes-256-cbc', key.subarray(0, AES_KEY_BYTES), iv);
  const sealed = concatBytes(iv, cipher.update(padded), cipher.final());
  const mac = createHmac('sha256', key.subarray(AES_KEY_BYTES)).update(sealed).digest();
  const file = concatBytes(sealed, mac);
  return { file, digest: new Uint8Array(createHash('sha256').update(file).digest()) };
}

/** @returns null when MAC, digest, padding or size are wrong */
export function decryptLegacyAttachment(
  file: Uint8Array,
  key: Uint8Array,
  digest: Uint8Array,
  size: number
): Uint8Array | null {
  if (file.length < IV_BYTES + MAC_BYTES || key.length !== LEGACY_KEY_BYTES) return null;
  const sealed = file.subarray(0, file.length - MAC_BYTES);
  const mac = createHmac('sha256', key.subarray(AES_KEY_BYTES)).update(sealed).digest();
  const wholeDigest = createHash('sha256').update(file).digest();
  if (!timingSafeEqual(mac, file.subarray(file.length - MAC_BYTES))) return null;
  if (digest.length !== wholeDigest.length || !timingSafeEqual(wholeDigest, digest)) return null;
  try {
    const cipher = createDecipheriv(
      'aes-256-cbc',
      key.subarray(0, AES_KEY_BYTES),
      sealed.subarray(0, IV_BYTES)
    );
    const padded = concatBytes(cipher.update(sealed.subarray(IV_BYTES)), cipher.final());
    return padded.length < size ? null : padded.subarray(0, size);
  } catch {
    return null;
  }
}

/** @param dependencies.call a request to the network's file server */
export function createPictureCopier(dependencies: {
  readonly random: RandomBytes;
  readonly server: FileServerAddress;
  call(request: V4Request): Promise<V4Response>;
}): PictureCopier {
  const { random, server, call } = dependencies;
  const fetchFile = async (fileId: string) => {
    const { code, body } = await call({ method: 'GET', endpoint: `/file/${fileId}`, headers: {} });
    return code === 200 ? body : null;
  };
  const upload = async (body: Uint8Array): Promise<string | null> => {
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment' };
    const { code, body: answer } = await call({ method: 'POST', endpoint: '/file', headers, body });
    if (code !== 200) return null;
    const { id } = JSON.parse(new TextDecoder().decode(answer)) as { id: string };
    return buildDownloadUrl({ server, fileId: id, stream: false });
  };
  const copyOne = async (pointer: AttachmentPointer): Promise<AttachmentCopy | null> => {
    const { fileId, stream } = parseDownloadUrl(pointer.url, server);
    const file = await fetchFile(fileId);
    if (!file) return null;
    const about = {
      contentType: pointer.contentType,
      fileName: pointer.fileName,
      size: pointer.size,
      width: pointer.width,
      height: pointer.height
    };
    if (stream) return { ...about, id: pointer.id, key: pointer.key, url: pointer.url };
    const data = decryptLegacyAttachment(file, pointer.key, pointer.digest, pointer.size);
    if (!data) return null;
    const key = random(LEGACY_KEY_BYTES);
    const sealed = encryptLegacyAttachment(data, key, random(IV_BYTES));
    const url = await upload(sealed.file);
    return url === null ? null : { ...about, id: 0n, key, digest: sealed.digest, url };
  };
  return {
    async copy(attachments) {
      const copies: AttachmentCopy[] = [];
      for (const pointer of attachments.slice(0, MAX_PICTURES)) {
        if (!pointer.contentType.startsWith('image/')) continue;
        const copy = await copyOne(pointer).catch(() => null);
        if (copy) copies.push(copy);
      }
      return copies;
    }
  };
}
