// Receiving, in the five steps of style.md §2.7: drop what is known, open with no transaction, decide, write all of it
// with the cursor in one transaction, and only then let others know.
import type { AccountId } from '../account-id.ts';
import type { Clock } from '../clock.ts';
import { base64ToBytes, bytesToBase64, bytesToHex } from '../bytes/index.ts';
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { accountKeyId, HFS_SECONDS } from '../hfs/index.ts';
import type { Log } from '../log.ts';
import {
  dropHeld,
  findSeen,
  forgetCursors,
  keepHeld,
  loadHeld,
  loadHeldState,
  markCameAgain,
  saveInbox,
  updateHeldState,
  type HeldMessage,
  type InboxResult,
  type ProfileStore,
  type SeenLookup
} from '../storage/index.ts';
import { NAMESPACES } from '../wire/index.ts';
import { applyContents, wantedRows } from './apply-content.ts';
import { matchCameAgain } from './held-again.ts';
import type { HfsMessages } from './hfs-messages.ts';
import { openItem, type ContentItem, type OpenedItem, type StoredItem } from './open-item.ts';

export interface InboxBatch {
  readonly nodeEd25519Hex: string;
  readonly namespace: number;
  /** In the order the node stores them. */
  readonly items: readonly StoredItem[];
  /** Items of the answer that were not even items. */
  readonly skipped: number;
  /** Where the next poll of this node goes on: hash of the last item, even one that is no use; null when nothing came. */
  readonly lastHash: string | null;
}

export interface Inbox {
  /**
   * Takes in what one node answered.
   * @returns messages added, in order, and reasons of refusal met for the first time
   * @throws StorageError; nothing of the failed part is written, and the cursor stays before it
   */
  receive(batch: InboxBatch, signal?: AbortSignal): Promise<InboxResult>;
  /**
   * Tries once more to open what no key opened, as often as it is worth it.
   * @returns what came of it; null when nothing was tried
   * @throws StorageError
   */
  retryHeld(): Promise<InboxResult | null>;
}

/** Items per transaction: short enough for others to get in between, long enough to be quick. */
const ITEMS_PER_COMMIT = 250;

/**
 * Items opened at a time: enough to keep WebCrypto's threads busy, few enough that without them commands are answered in
 * between (about 40 ms).
 */
const ITEMS_PER_SLICE = 64;

export function createInbox(deps: {
  store: ProfileStore;
  identity: Identity;
  crypto: CryptoBackend;
  clock: Clock;
  /** Network time, milliseconds. */
  now: () => number;
  log: Log;
  /** As `ConfigSync.handledBeforeMs`. */
  handledBeforeMs?: (accountId: AccountId) => number;
  /** Forward-secret messages; without it none is opened. */
  hfs?: Pick<HfsMessages, 'ring' | 'noteContents' | 'resend'>;
}): Inbox {
  const { store, identity, crypto, hfs, handledBeforeMs = () => 0 } = deps;
  const accountKeys = async () => (hfs ? hfs.ring.all() : []);
  /** Null until it was looked whether something is held. */
  let heldTries: number | null = 0;
  let heldDueMs = 0;
  /** Names of the account keys that what is held was tried with last. */
  let keysTried = '';

  async function openAll(items: readonly StoredItem[], signal?: AbortSignal): Promise<OpenedItem[]> {
    const opened: OpenedItem[] = [];
    for (let start = 0; start < items.length; start += ITEMS_PER_SLICE) {
      signal?.throwIfAborted();
      const slice = items.slice(start, start + ITEMS_PER_SLICE);
      opened.push(...(await Promise.all(slice.map((item) => openOne(item)))));
      // Where all is computed here, nothing else gets a turn by itself.
      if (start + ITEMS_PER_SLICE < items.length) await deps.clock.sleep(0);
    }
    return opened;
  }

  /** Drops what is known and opens the rest. */
  async function openPart(
    items: readonly StoredItem[],
    signal?: AbortSignal
  ): Promise<{ opened: OpenedItem[]; seen: SeenLookup }> {
    const seen = await findSeen(
      store,
      items.map((item) => item.hash)
    );
    const fresh = items.filter((item) => !seen.known.has(item.hash));
    return withoutReplays(await openAll(fresh, signal), seen);
  }

  /** The same message sealed anew is known by what is in it (v2-forward-secrecy-and-pq.md §10.3). */
  async function withoutReplays(
    opened: readonly OpenedItem[],
    seen: SeenLookup
  ): Promise<{ opened: OpenedItem[]; seen: SeenLookup }> {
    const hashes = opened.flatMap((item) => (item.kind === 'content' ? (item.replayHash ?? []) : []));
    if (hashes.length === 0) return { opened: [...opened], seen };
    const replays = await findSeen(store, hashes);
    const known = new Set(replays.known);
    const fresh = opened.map((item): OpenedItem => {
      if (item.kind !== 'content' || item.replayHash === undefined) return item;
      const { hash, expiresAtMs, replayHash } = item;
      if (known.has(replayHash)) return { kind: 'rejected', hash, expiresAtMs, reason: 'replayed' };
      known.add(replayHash);
      return item;
    });
    // What was hashed for the question need not be for the answer.
    return { opened: fresh, seen: { ...seen, idByHash: new Map([...seen.idByHash, ...replays.idByHash]) } };
  }

  /** What no key opens is kept as it came. @returns hashes of what found no room */
  async function hold(opened: readonly OpenedItem[]): Promise<ReadonlySet<string>> {
    const held = opened.flatMap((item): HeldMessage[] =>
      item.kind === 'rejected' && item.held
        ? [
            {
              hash: item.hash,
              expiresAtMs: item.expiresAtMs,
              dataBase64: bytesToBase64(item.held),
              heldAtMs: deps.now(),
              ...(item.reason === 'newer-protocol' && { isNewer: true }),
              ...(item.storedAtMs !== undefined && { storedAtMs: item.storedAtMs })
            }
          ]
        : []
    );
    if (held.length === 0) return new Set();
    const left = await keepHeld(store, held);
    if (left.length > 0) await updateHeldState(store, (state) => ({ ...state, isOverfull: true }));
    // A stranger who goes on sending must not keep the others from their turn.
    if (heldTries === null || heldTries >= HELD_RETRIES_MS.length) {
      heldTries = 0;
      heldDueMs = deps.clock.monotonic() + (HELD_RETRIES_MS[0] as number);
    }
    return new Set(left);
  }

  /** There are other keys: what found no room is fetched again. */
  async function fetchOverfull(): Promise<void> {
    let isOverfull = false;
    await updateHeldState(store, (state) => {
      isOverfull = state.isOverfull;
      return isOverfull ? { ...state, isOverfull: false } : null;
    });
    if (isOverfull) await forgetCursors(store, NAMESPACES.messages);
  }

  /** A fault of ours in one message must not stop the others (§3.4). */
  async function openOne(item: StoredItem): Promise<OpenedItem> {
    try {
      const opened = await openItem(crypto, identity, item, accountKeys);
      return item.timestampMs === undefined ? opened : { ...opened, storedAtMs: item.timestampMs };
    } catch (error) {
      deps.log.error('item-not-opened', { name: error instanceof Error ? error.name : 'unknown' });
      return { kind: 'rejected', hash: item.hash, expiresAtMs: item.expiresAtMs, reason: 'unexpected' };
    }
  }

  async function write(
    opened: readonly OpenedItem[],
    seen: SeenLookup,
    skipped: number,
    cursor: { nodeEd25519Hex: string; namespace: number; lastHash: string } | null
  ): Promise<InboxResult> {
    const ownId = identity.accountId;
    const nowMs = deps.now();
    const contents = opened.filter((item): item is ContentItem => item.kind === 'content');
    const left = await hold(opened);
    await hfs?.noteContents(contents);
    const replays = contents.flatMap(({ replayHash }) =>
      replayHash === undefined ? [] : [{ hash: replayHash, expiresAtMs: nowMs + REPLAY_REMEMBERED_MS }]
    );
    const wanted = opened.flatMap((item) => (item.kind === 'content' ? wantedRows(item, ownId) : []));
    const result = await saveInbox(store, { ownId, wanted, seen, nowMs }, (snapshot) => {
      const changes = applyContents(opened, snapshot, { ownId, nowMs, handledBeforeMs });
      const rejected = { ...changes.rejected, ...(skipped > 0 ? { 'not-an-item': skipped } : {}) };
      // What found no room is not known: it comes again when everything is fetched anew.
      const seenNow = changes.seen.filter(({ hash }) => !left.has(hash));
      return { ...changes, seen: [...seenNow, ...replays], rejected, cursor };
    });
    await noteCameAgain(contents);
    return result;
  }

  /** What contacts were asked for and sent again is counted no more among what cannot be read. */
  async function noteCameAgain(contents: readonly ContentItem[]): Promise<void> {
    if (!hfs || !contents.some(({ protection }) => protection === 'hybrid')) return;
    if ((await loadHeldState(store)).askedAtMs === null) return;
    const came = contents.flatMap(({ timestampMs, protection, storedAtMs }) =>
      protection === 'hybrid' && storedAtMs !== undefined ? [{ timestampMs, storedAtMs }] : []
    );
    const held = await loadHeld(store);
    const again = new Set(matchCameAgain(held, came));
    if (again.size === 0) return;
    await markCameAgain(store, [...again]);
    await hfs.resend.noteLeft(held.filter(({ hash }) => !again.has(hash)));
  }

  return {
    async receive({ nodeEd25519Hex, namespace, items, skipped, lastHash }, signal) {
      const added: InboxResult['added'][number][] = [];
      const newReasons: string[] = [];
      const events: InboxResult['events'][number][] = [];
      if (lastHash === null && items.length === 0) return { added, newReasons, events };
      // Twice in one answer is as good as seen.
      const distinct = [...new Map(items.map((item) => [item.hash, item])).values()];
      const parts = partsOf(distinct);
      let next = openPart(parts[0] as StoredItem[], signal);
      for (const [index, part] of parts.entries()) {
        const { opened, seen } = await next;
        const following = parts[index + 1];
        // The next part is opened while the database takes in this one. A failure of it shows in its own turn.
        if (following) {
          next = openPart(following, signal);
          next.catch(() => {});
        }
        const reached = following ? part.at(-1)?.hash : (lastHash ?? part.at(-1)?.hash);
        const cursor = reached === undefined ? null : { nodeEd25519Hex, namespace, lastHash: reached };
        const result = await write(opened, seen, following ? 0 : skipped, cursor);
        added.push(...result.added);
        newReasons.push(...result.newReasons);
        events.push(...result.events);
      }
      return { added, newReasons, events };
    },
    async retryHeld() {
      if (!hfs || heldTries === null) return null;
      const keys = (await accountKeys()).map(({ publicKeys }) => bytesToHex(accountKeyId(publicKeys))).join();
      // After the last of the attempts only other keys are worth another one, and those at once.
      const isOtherKeys = keys !== keysTried;
      const isOver = heldTries >= HELD_RETRIES_MS.length || deps.clock.monotonic() < heldDueMs;
      if (!isOtherKeys && isOver) return null;
      keysTried = keys;
      const held = await loadHeld(store);
      heldTries = held.length === 0 ? null : Math.min(heldTries + 1, HELD_RETRIES_MS.length);
      if (heldTries === null) {
        if (isOtherKeys) await fetchOverfull();
        await hfs.resend.noteLeft([]);
        return null;
      }
      heldDueMs = deps.clock.monotonic() + (HELD_RETRIES_MS[heldTries] ?? 0);
      const items = held.map(({ hash, expiresAtMs, dataBase64, storedAtMs }) => ({
        ...{ hash, expiresAtMs, data: base64ToBytes(dataBase64) },
        ...(storedAtMs !== undefined && { timestampMs: storedAtMs })
      }));
      const { opened, seen } = await withoutReplays(await openAll(items), await findSeen(store, []));
      const done = opened.filter((item) => item.kind === 'content' || !item.held);
      const endedMs = deps.now() - HELD_FOR_MS;
      const over = held.filter(({ heldAtMs }) => heldAtMs < endedMs);
      const result = done.length === 0 ? null : await write(done, seen, 0, null);
      await dropHeld(
        store,
        [...done, ...over].map(({ hash }) => hash)
      );
      if (isOtherKeys) await fetchOverfull();
      const gone = new Set([...done, ...over].map(({ hash }) => hash));
      const left = held.filter(({ hash }) => !gone.has(hash));
      if (left.length === 0 || heldTries >= HELD_RETRIES_MS.length) await hfs.resend.noteLeft(left);
      return result;
    }
  };
}

/** Waits before the next attempts to open what no key opened (v2-forward-secrecy-and-pq.md §15.1). */
const HELD_RETRIES_MS = [5_000, 30_000, 5 * 60_000, 15 * 60_000];
const HELD_FOR_MS = HFS_SECONDS.messageTtl * 1000;
const REPLAY_REMEMBERED_MS = HFS_SECONDS.dedupRemembered * 1000;

/** Parts of one transaction each; one empty part for no items. */
function partsOf(items: readonly StoredItem[]): StoredItem[][] {
  const parts: StoredItem[][] = [];
  for (let start = 0; start === 0 || start < items.length; start += ITEMS_PER_COMMIT) {
    parts.push(items.slice(start, start + ITEMS_PER_COMMIT));
  }
  return parts;
}
