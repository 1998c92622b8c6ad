// The slot in which an official app of a later release publishes its keys (v2-forward-secrecy-and-pq.md §9.3, §16.3), looked at once a
// day: keys of our account there are of an app that would miss what is sealed to ours.
import { bytesToHex } from '../bytes/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { AppError, errorCode } from '../errors.ts';
import { accountKeyId, OFFICIAL_PROFILE, openAnnouncement } from '../hfs/index.ts';
import type { Log } from '../log.ts';
import {
  loadMeta,
  StorageError,
  updateMeta,
  type OfficialSlotContent,
  type ProfileStore
} from '../storage/index.ts';
import type { KeyDirectory } from './hfs-peers.ts';

export interface OfficialSlot {
  /**
   * Whether keys stand there that the person has not agreed to go beside. Looks if that is due; without an answer what was seen last holds.
   * @throws StorageError; the signal's reason
   */
  isTaken(signal?: AbortSignal): Promise<boolean>;
  /** The person goes on beside the keys of such an app. @throws StorageError */
  ignore(): Promise<void>;
}

const NEVER_LOOKED: OfficialSlotContent = { lookedAtMs: 0, keyId: null, ignoresKeys: false };
const EVERY_MS = 24 * 60 * 60 * 1000;
/** After a look that brought no answer. */
const AGAIN_MS = 10 * 60 * 1000;
/** A slot holds one item; a node that shows more is not believed for long. */
const MAX_SHOWN = 3;

export function createOfficialSlot(deps: {
  store: ProfileStore;
  identity: Identity;
  crypto: CryptoBackend;
  directory: KeyDirectory;
  log: Log;
  /** Network time, milliseconds. */
  now: () => number;
}): OfficialSlot {
  const { store, identity, log } = deps;
  let triedMs = Number.NEGATIVE_INFINITY;
  let seen: OfficialSlotContent | undefined;

  const load = async () => (seen ??= (await loadMeta(store, 'hfs-official'))?.content ?? NEVER_LOOKED);

  async function keep(next: OfficialSlotContent): Promise<void> {
    await updateMeta(store, 'hfs-official', 'engine', () => next);
    seen = next;
  }

  /** Of the keys shown, as hex; null: there are none. @throws when no node answers */
  async function shownKey(signal?: AbortSignal): Promise<string | null> {
    const { items } = await deps.directory.readPublicSlot({
      accountId: identity.accountId,
      namespace: OFFICIAL_PROFILE.announcementNamespace,
      ...(signal ? { signal } : {})
    });
    for (const item of items.slice(-MAX_SHOWN)) {
      try {
        const announcement = await openAnnouncement(deps.crypto, item, identity.accountId);
        if (announcement?.publicKeys) return bytesToHex(accountKeyId(announcement.publicKeys));
      } catch (error) {
        log.debug('official-announcement-refused', { code: errorCode(error) });
      }
    }
    return null;
  }

  async function look(signal?: AbortSignal): Promise<void> {
    const nowMs = deps.now();
    const isDue = nowMs - (await load()).lookedAtMs >= EVERY_MS && nowMs - triedMs >= AGAIN_MS;
    if (!isDue) return;
    triedMs = nowMs;
    try {
      const keyId = await shownKey(signal);
      await keep({ ...(await load()), lookedAtMs: nowMs, keyId });
    } catch (error) {
      signal?.throwIfAborted();
      const isNoAnswer = error instanceof AppError && !(error instanceof StorageError);
      if (!isNoAnswer) throw error;
      log.debug('official-slot-not-asked', { code: error.code });
    }
  }

  return {
    async isTaken(signal) {
      await look(signal);
      const { keyId, ignoresKeys } = await load();
      return keyId !== null && !ignoresKeys;
    },
    ignore: async () => keep({ ...(await load()), ignoresKeys: true })
  };
}
