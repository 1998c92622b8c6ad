// What protection.spec.ts and the tours change in the profile of a browser, as if time had passed or others had acted.
import type { AccountId } from '../../src/lib/account-id.ts';
import type { DevicesContent } from '../../src/lib/storage/device-views.ts';
import { UNKNOWN_PEER, type Peer } from '../../src/lib/hfs/index.ts';
import { decodeMarked, encodeMarked } from '../../src/lib/messenger/marked-json.ts';
import { systemRandom } from '../../src/lib/random.ts';
import {
  createOpfsSlotFiles,
  ensureConversation,
  listProfiles,
  noteKeysProblem,
  openProfile,
  openProfileList,
  updateConversation,
  updateMeta,
  updatePeer,
  type ProfileStore
} from '../../src/lib/storage/index.ts';

const DAY_SECONDS = 86_400;

async function withProfile<Result>(use: (store: ProfileStore) => Promise<Result>): Promise<Result> {
  const list = await openProfileList();
  const slotFiles = createOpfsSlotFiles(
    () => navigator.storage.getDirectory(),
    async () => {}
  );
  const [profileId] = await listProfiles(list);
  const store = await openProfile({ list, slotFiles, random: systemRandom }, profileId as string);
  try {
    return await use(store);
  } finally {
    store.db.close();
    list.close();
  }
}

/** A contact took forward-secret messages `days` ago, and nothing valid of their keys was seen since. */
export function ageKeysOf(accountId: AccountId, days: number): Promise<void> {
  return withProfile((store) =>
    updatePeer(store, accountId, 'any', (text) => {
      const known = text === null ? UNKNOWN_PEER : (decodeMarked(text) as Peer);
      const seconds = Math.floor(Date.now() / 1000) - days * DAY_SECONDS;
      return encodeMarked({
        ...UNKNOWN_PEER,
        ...known,
        status: 'capable',
        confirmedSeconds: seconds,
        newestSeconds: seconds,
        noneSeconds: null,
        keys: {
          publicKeys: { mlKem: new Uint8Array(1184), x25519: new Uint8Array(32).fill(9) },
          keyId: new Uint8Array(8),
          createdSeconds: seconds,
          retentionDays: 16
        }
      });
    })
  );
}

/** Somebody else acts for the account; null: it is over. */
export function showAlarm(alarm: DevicesContent['alarm']): Promise<void> {
  return withProfile((store) =>
    updateMeta(store, 'devices', 'any', (content) => content && { ...content, alarm })
  );
}

/** Keys of the account could not be published for so many days; 0: nothing is due. */
export function delayPublishing(days: number): Promise<void> {
  const unpublishedSinceMs = days === 0 ? null : Date.now() - days * DAY_SECONDS * 1000;
  return withProfile((store) =>
    updateMeta(store, 'devices', 'any', (content) => content && { ...content, unpublishedSinceMs })
  );
}

/** Where a contact's keys are looked for stands what nobody can use. */
export function spoilKeysOf(accountId: AccountId): Promise<void> {
  return withProfile((store) => noteKeysProblem(store, accountId, true));
}

/** A contact asks for so many messages again. */
export function askForResending(accountId: AccountId, count: number): Promise<void> {
  return withProfile(async (store) => {
    const nowMs = Date.now();
    const { conversationId } = await ensureConversation(store, { accountId, kind: 'contact', nowMs });
    const resendRequest = { count, atMs: nowMs, fromMs: nowMs - DAY_SECONDS * 1000, toMs: nowMs };
    await updateConversation(store, conversationId, 'asked', async (content) => ({
      ...content,
      resendRequest
    }));
  });
}

/** So many messages lie here that no key opens. */
export function holdMessages(count: number): Promise<void> {
  const toMs = Date.now();
  const fromMs = toMs - 2 * DAY_SECONDS * 1000;
  return withProfile((store) =>
    updateMeta(store, 'held', 'any', () => ({
      count,
      fromMs,
      toMs,
      isOverfull: false,
      canAsk: true,
      askedAtMs: null
    }))
  );
}
