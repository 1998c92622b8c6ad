// The picture of a profile at the file server: put there, fetched, and kept alive (accounts-and-messages.md §4.11).
import { decryptProfilePicture, encryptProfilePicture } from '../crypto/index.ts';
import type { AttachmentDependencies } from './attachment.ts';
import type { TransferOptions } from './client.ts';

export interface PictureLink {
  readonly url: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface UploadedPicture extends PictureLink {
  /** End of its life at the server, milliseconds since 1970; null when the server does not say. */
  readonly expiresAtMs: number | null;
}

/** After this long an upload that cannot be prolonged is repeated. */
export const REUPLOAD_AFTER_MS = 12 * 86_400_000;

/**
 * Encrypts and uploads a picture.
 * @param options.key 32 bytes: of an earlier upload of the same picture; drawn when absent
 * @throws FilesError, OnionError as `FileClient.upload`
 */
export async function uploadProfilePicture(
  { files, crypto }: AttachmentDependencies,
  picture: Uint8Array,
  options: TransferOptions & { readonly key?: Uint8Array } = {}
): Promise<UploadedPicture> {
  const { key: known, ...transfer } = options;
  const { file, key } = await encryptProfilePicture(crypto, picture, known ? { key: known } : {});
  const { url, expiresAtMs } = await files.upload(file, { ...transfer, stream: false });
  return { url, key, expiresAtMs };
}

/** @throws AttachmentError; FilesError, OnionError as `FileClient.download` */
export async function downloadProfilePicture(
  { files, crypto }: AttachmentDependencies,
  { url, key }: PictureLink,
  options: TransferOptions = {}
): Promise<Uint8Array> {
  const { file, stream } = await files.download(url, options);
  return decryptProfilePicture(crypto, file, { key, stream });
}

/**
 * Keeps our own picture alive: prolongs it, or uploads it anew with the same key once it cannot be prolonged and is old.
 * @param input.loadPicture the plain picture as it is kept here; null when it is not
 * @returns the link as it is now and whether it changed; an unchanged one must not bump the profile's update time
 * @throws FilesError, OnionError: another day
 */
export async function renewProfilePicture(
  dependencies: AttachmentDependencies,
  input: {
    readonly link: PictureLink;
    readonly uploadedAtMs: number;
    readonly nowMs: number;
    readonly loadPicture: () => Promise<Uint8Array | null>;
  },
  options: { readonly signal?: AbortSignal } = {}
): Promise<UploadedPicture & { readonly changed: boolean }> {
  const { link, uploadedAtMs, nowMs, loadPicture } = input;
  const prolonged = await dependencies.files.extend(link.url, options);
  if (prolonged) return { ...link, expiresAtMs: prolonged.expiresAtMs, changed: false };
  const picture = nowMs - uploadedAtMs > REUPLOAD_AFTER_MS ? await loadPicture() : null;
  if (!picture) return { ...link, expiresAtMs: null, changed: false };
  const uploaded = await uploadProfilePicture(dependencies, picture, { ...options, key: link.key });
  return { ...uploaded, changed: uploaded.url !== link.url };
}
