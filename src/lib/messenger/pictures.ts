// Pictures of profiles in the background: ours is uploaded and kept alive, those of accepted people are loaded
// (accounts-and-messages.md §4.11).
import { base64ToBytes, bytesToBase64 } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import { errorCode } from '../errors.ts';
import {
  downloadProfilePicture,
  renewProfilePicture,
  uploadProfilePicture,
  type AttachmentDependencies
} from '../files/index.ts';
import type { Log } from '../log.ts';
import { recogniseFile } from '../media/index.ts';
import {
  formerOwnPictures,
  isApproved,
  loadContactPictures,
  loadMeta,
  OWN_PICTURE_OWNER,
  pictureOwner,
  saveAwaitedPicture,
  saveContactPicture,
  saveOwnPictureUpload,
  type ContactPicture,
  type MediaStore,
  type OwnPicture,
  type PictureAddress,
  type ProfileStore
} from '../storage/index.ts';
import { createBell } from './bell.ts';

export interface Pictures {
  start(): void;
  stop(): Promise<void>;
  /** A picture was set, may have come, or the network came back. */
  ring(): void;
}

export interface PictureDependencies {
  readonly store: ProfileStore;
  readonly media: MediaStore;
  readonly link: AttachmentDependencies;
  readonly isConnected: () => boolean;
  /** Network time, milliseconds. */
  readonly now: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

const DAY_MS = 86_400_000;
/** How often our picture's life is prolonged. */
const RENEW_AFTER_MS = 2 * DAY_MS;
/** Pause after a failure that may mend. */
const RETRY_AFTER_MS = 5 * 60_000;
const LOOK_AGAIN_MS = 6 * 60 * 60_000;
/** So long a stored picture may wait to be named by the profile. */
const UNNAMED_FOR_MS = 10 * 60_000;
const ANY_LENGTH = Number.MAX_SAFE_INTEGER;

export function createPictures(deps: PictureDependencies): Pictures {
  const { store, media, link, now, clock, log } = deps;
  const bell = createBell(clock);
  /** Monotonic time before which an address is not asked again. */
  const notBefore = new Map<string, number>();
  let running: { controller: AbortController; done: Promise<void> } | null = null;

  const isPut = (url: string) => (notBefore.get(url) ?? -Infinity) <= clock.monotonic();

  function putOff(url: string, error: unknown): void {
    const mayMend = error instanceof Object && 'retry' in error && error.retry !== 'never';
    notBefore.set(url, mayMend ? clock.monotonic() + RETRY_AFTER_MS : Infinity);
    log.debug('picture-failed', { code: errorCode(error) });
  }

  async function own(signal: AbortSignal): Promise<void> {
    const former = await formerOwnPictures(store, clock.now() - UNNAMED_FOR_MS);
    if (former.length > 0) await media.remove(former);
    const { picture, awaitedPicture } = (await loadMeta(store, 'profile'))?.content ?? {};
    if (awaitedPicture) return fetchOwn(awaitedPicture, signal);
    if (!picture || !isPut(picture.mediaId)) return;
    try {
      if (picture.upload === null) await uploadOwn(picture, signal);
      else if (now() - picture.upload.renewedAtMs > RENEW_AFTER_MS) {
        await renewOwn(picture.mediaId, picture.upload, signal);
      }
    } catch (error) {
      if (signal.aborted) throw error;
      putOff(picture.mediaId, error);
    }
  }

  /** It was chosen on another device of ours. */
  async function fetchOwn(address: PictureAddress, signal: AbortSignal): Promise<void> {
    if (!isPut(address.url)) return;
    try {
      const saved = await load(address, OWN_PICTURE_OWNER, signal);
      if (saved === null) return;
      if (!(await saveAwaitedPicture(store, address, saved, now()))) await media.remove([saved]);
    } catch (error) {
      if (signal.aborted) throw error;
      putOff(address.url, error);
    }
  }

  /** @returns the stored file; null when it is no picture */
  async function load(address: PictureAddress, owner: string, signal: AbortSignal): Promise<string | null> {
    const secrets = { url: address.url, key: base64ToBytes(address.keyBase64) };
    const bytes = await downloadProfilePicture(link, secrets, { signal });
    const { kind, contentType } = recogniseFile(bytes, { contentType: 'image/webp' });
    if (kind !== 'image') {
      notBefore.set(address.url, Infinity);
      return null;
    }
    return (await media.save({ owner, kind: 'picture', name: '', contentType }, bytes, signal)).id;
  }

  async function uploadOwn({ mediaId }: OwnPicture, signal: AbortSignal): Promise<void> {
    const bytes = await media.range(mediaId, 0, ANY_LENGTH);
    const { url, key } = await uploadProfilePicture(link, bytes, { signal });
    const upload = { url, keyBase64: bytesToBase64(key), uploadedAtMs: now(), renewedAtMs: now() };
    await saveOwnPictureUpload(store, mediaId, upload, { isNew: true, nowMs: now() });
  }

  async function renewOwn(
    mediaId: string,
    upload: NonNullable<OwnPicture['upload']>,
    signal: AbortSignal
  ): Promise<void> {
    const renewed = await renewProfilePicture(
      link,
      {
        link: { url: upload.url, key: base64ToBytes(upload.keyBase64) },
        uploadedAtMs: upload.uploadedAtMs,
        nowMs: now(),
        loadPicture: () => media.range(mediaId, 0, ANY_LENGTH)
      },
      { signal }
    );
    const next = {
      ...upload,
      url: renewed.url,
      uploadedAtMs: renewed.changed ? now() : upload.uploadedAtMs,
      renewedAtMs: now()
    };
    await saveOwnPictureUpload(store, mediaId, next, { isNew: renewed.changed, nowMs: now() });
  }

  async function contact({ conversationId, content, mediaIds }: ContactPicture, signal: AbortSignal) {
    const { picture = null } = content;
    const former = mediaIds.filter((id) => id !== picture?.mediaId);
    if (former.length > 0) await media.remove(former);
    if (!picture || picture.mediaId !== null || !loadsPicture(content) || !isPut(picture.url)) return;
    try {
      const saved = await load(picture, pictureOwner(conversationId), signal);
      if (saved !== null) await saveContactPicture(store, conversationId, picture.url, saved);
    } catch (error) {
      if (signal.aborted) throw error;
      putOff(picture.url, error);
    }
  }

  async function round(signal: AbortSignal): Promise<void> {
    await own(signal);
    for (const each of await loadContactPictures(store)) {
      signal.throwIfAborted();
      await contact(each, signal);
    }
  }

  async function loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (deps.isConnected()) await round(signal);
      } catch (error) {
        const code = errorCode(error);
        if (signal.aborted || code === 'closed') return;
        log.warn('pictures-paused', { code });
      }
      const isWaiting = [...notBefore.values()].some((atMs) => atMs !== Infinity);
      await bell.wait(isWaiting ? RETRY_AFTER_MS : LOOK_AGAIN_MS, signal);
    }
  }

  return {
    start() {
      if (running) return;
      const controller = new AbortController();
      running = { controller, done: loop(controller.signal) };
    },
    async stop() {
      const stopping = running;
      running = null;
      stopping?.controller.abort();
      bell.ring();
      await stopping?.done;
    },
    ring: () => bell.ring()
  };
}

/** Nothing is loaded for a stranger who asks to talk. */
function loadsPicture(content: ContactPicture['content']): boolean {
  return content.kind === 'contact' && isApproved(content) && !content.blocked;
}
