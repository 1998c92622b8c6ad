// Sending: a persisted queue and the loop that empties it. The row is stored first; entries of one conversation leave
// in order, conversations do not wait for each other; what is sealed once is stored again unchanged on every attempt.
import type { AccountId } from '../account-id.ts';
import { base64ToBytes, bytesToBase64, hexToBytes } from '../bytes/index.ts';
import type { Clock } from '../clock.ts';
import { messageHash, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { envelopeFormat, type PublicKeys } from '../hfs/index.ts';
import { errorCode, InvariantError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RandomBytes } from '../random.ts';
import {
  COPY_LANE,
  failEntry,
  finishCopy,
  finishDelivery,
  holdEntry,
  loadMessage,
  loadOutboxHeads,
  markEntrySending,
  requeueInterrupted,
  saveSealedEntry,
  type OutboxEntry,
  type OutgoingContent,
  type ProfileStore
} from '../storage/index.ts';
import { NAMESPACES } from '../wire/index.ts';
import { sealContentFor } from './build-message.ts';
import type { Protector, SendPlan } from './hfs-sending.ts';
import { createBell } from './bell.ts';
import { MESSAGE_TTL_MS } from './limits.ts';
import { buildContent, isCopied, type OutgoingMessage, type OwnProfile } from './outgoing-content.ts';
import { sendCopies } from './outbox-copies.ts';
import { afterFailure, ttlOf, type MessageStoreClient } from './send-attempt.ts';
import type { Uploads } from './uploads.ts';

export interface Outbox {
  /** Runs until `stop`. @param onEnd called when storage refuses to go on: `deposed` or `closed` */
  start(onEnd: (code: string) => void): void;
  stop(): Promise<void>;
  /** Something was queued, or the network came back. */
  ring(): void;
}

export interface OutboxDependencies {
  readonly store: ProfileStore;
  readonly identity: Identity;
  readonly crypto: CryptoBackend;
  readonly swarm: MessageStoreClient;
  /** Whether it makes sense to try now. */
  readonly isConnected: () => boolean;
  /** What travels with visible messages. */
  readonly ownProfile: () => Promise<OwnProfile>;
  /** Forward-secret messages; without it all are classic. */
  readonly protector?: Protector;
  /** Brings a message's files to the file server, before it is sealed. */
  readonly uploads: Pick<Uploads, 'run'>;
  /** Network time, milliseconds. */
  readonly now: () => number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** A message or its copy has reached a swarm. */
  readonly onDelivered?: () => void;
}

/** Conversations served at the same time, so that one dead swarm does not hold up the others. */
const MAX_LANES = 4;

/** Pause after something failed that is no answer of a swarm, e.g. the database for lack of room. */
const PAUSE_MS = 5_000;

/** A hash of ours is remembered a day longer than any node keeps it. */
const SEEN_MARGIN_MS = 24 * 60 * 60 * 1000;

export function createOutbox(deps: OutboxDependencies): Outbox {
  const { store, clock, log } = deps;
  const bell = createBell(clock);
  const lanes = new Map<string, Promise<void>>();
  let running: { controller: AbortController; done: Promise<void> } | null = null;
  let pausedUntilMs = 0;
  let onEnded: (code: string) => void = () => {};

  async function run(signal: AbortSignal): Promise<void> {
    await requeueInterrupted(store);
    while (!signal.aborted) {
      const waitMs = deps.isConnected() ? await startDueLanes(signal) : null;
      await bell.wait(waitMs, signal);
    }
  }

  /** @returns how long until the next entry is due, or null when only a ring brings work */
  async function startDueLanes(signal: AbortSignal): Promise<number | null> {
    const pauseMs = pausedUntilMs - clock.monotonic();
    if (pauseMs > 0) return pauseMs;
    const heads = await loadOutboxHeads(store);
    let nextDueMs: number | null = null;
    for (const entry of heads) {
      const lane = entry.row.lane as string;
      if (lanes.has(lane)) continue;
      const waitMs = entry.content.notBeforeMs - clock.now();
      if (waitMs > 0) nextDueMs = Math.min(nextDueMs ?? waitMs, waitMs);
      else if (lanes.size < MAX_LANES) lanes.set(lane, runLane(lane, entry, signal));
    }
    return nextDueMs;
  }

  async function runLane(lane: string, entry: OutboxEntry, signal: AbortSignal): Promise<void> {
    try {
      if (lane === COPY_LANE) await sendCopies(deps, signal);
      else await sendEntry(deps, entry, signal);
    } catch (error) {
      if (!signal.aborted) endOrPause(error);
    } finally {
      lanes.delete(lane);
      bell.ring();
    }
  }

  function endOrPause(error: unknown): void {
    const code = errorCode(error);
    if (code === 'deposed' || code === 'closed') onEnded(code);
    else {
      pausedUntilMs = clock.monotonic() + PAUSE_MS;
      log.warn('outbox-paused', { code });
    }
  }

  async function loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await run(signal);
      } catch (error) {
        if (signal.aborted) return;
        endOrPause(error);
        await clock.sleep(PAUSE_MS, signal).catch(() => {});
      }
    }
  }

  return {
    start(onEnd) {
      if (running) return;
      onEnded = onEnd;
      const controller = new AbortController();
      running = { controller, done: loop(controller.signal) };
    },
    async stop() {
      const stopping = running;
      running = null;
      stopping?.controller.abort();
      bell.ring();
      await stopping?.done;
      await Promise.all(lanes.values());
    },
    ring: () => bell.ring()
  };
}

/** One attempt for one entry, and what follows from its outcome. */
async function sendEntry(deps: OutboxDependencies, stored: OutboxEntry, signal: AbortSignal): Promise<void> {
  const { store, swarm } = deps;
  const isSealed = stored.content.dataBase64 !== null && !(await isForbidden(deps, stored));
  if (!isSealed && stored.row.messageId !== '') {
    try {
      await deps.uploads.run(stored.row.messageId, signal);
    } catch (error) {
      return afterFailure(deps, stored, error, signal);
    }
  }
  const plan = isSealed ? null : await planOf(deps, stored, signal);
  if (plan && plan.kind !== 'hybrid' && isNeverClassic(stored))
    return void (await failEntry(store, stored, 'no-keys'));
  if (plan?.kind === 'hold') {
    const notBeforeMs = deps.clock.now() + HOLD_MS;
    return holdEntry(store, stored, { reason: plan.reason, notBeforeMs });
  }
  const entry = plan === null ? await markEntrySending(store, stored) : await sealEntry(deps, stored, plan);
  // Deleted by the person meanwhile.
  if (!entry) return;
  const { content } = entry;
  if (content.dataBase64 === null) throw new InvariantError('sealed data on a saved entry');
  const recipientId = content.kind === 'copy' ? deps.identity.accountId : content.recipientId;
  try {
    const confirmed = await swarm.store({
      accountId: recipientId,
      namespace: NAMESPACES.messages,
      data: base64ToBytes(content.dataBase64),
      ttlMs: Math.min(await ttlOf(deps, entry), content.maxTtlMs ?? Infinity),
      signal
    });
    const { hash: messageHash, expiresAtMs, storedAtMs } = confirmed;
    if (content.kind === 'message') await finishDelivery(store, entry, { expiresAtMs, storedAtMs });
    else await finishCopy(store, entry, { messageHash, expiresAtMs, storedAtMs });
    if (content.telling) await deps.protector?.noteTold(content.recipientId, content.telling);
    deps.onDelivered?.();
  } catch (error) {
    await afterFailure(deps, entry, error, signal);
  }
}

type SealPlan = Exclude<SendPlan, { kind: 'hold' }>;
const CLASSIC: SealPlan = { kind: 'classic', statement: null };

async function planOf(
  { protector }: OutboxDependencies,
  { content }: OutboxEntry,
  signal: AbortSignal
): Promise<SendPlan> {
  if (!protector || content.kind === 'copy') return CLASSIC;
  const { recipientId, mayGoClassic } = content;
  const plan = await protector.plan(recipientId, { signal, ...(mayGoClassic && { mayGoClassic }) });
  const { outgoing } = content;
  if (outgoing?.kind === 'resend-request') {
    const statement = await protector.askingStatement(outgoing);
    // It says nothing else.
    return plan.kind === 'hybrid' && statement ? { ...plan, statement } : CLASSIC;
  }
  // Receipts say nothing of keys (v2-forward-secrecy-and-pq.md §10.4).
  const tellsNothing = outgoing?.kind === 'receipt';
  return plan.kind !== 'hold' && tellsNothing ? { ...plan, statement: null } : plan;
}

/** Sealed classic before the person wanted no such message to the recipient any more. */
async function isForbidden({ protector }: OutboxDependencies, { content }: OutboxEntry): Promise<boolean> {
  const { kind, dataBase64, recipientId } = content;
  if (!protector || kind === 'copy' || dataBase64 === null) return false;
  const isClassic = envelopeFormat(base64ToBytes(dataBase64.slice(0, 4))) !== 'hfs';
  return isClassic && (await protector.isRequired(recipientId));
}

/** What concerns forward-secret messages alone is given up where there are no keys. */
function isNeverClassic({ content }: OutboxEntry): boolean {
  return content.outgoing?.kind === 'resend-request' || content.resendOf !== undefined;
}

/** How long a message waits for keys before they are looked for again. */
const HOLD_MS = 60_000;

/** Builds, signs and seals the message and the copy for our other devices, and keeps both on the entry. */
async function sealEntry(
  deps: OutboxDependencies,
  entry: OutboxEntry,
  plan: SealPlan
): Promise<OutboxEntry | null> {
  const { crypto, identity, protector } = deps;
  const parts = await partsOf(deps, entry);
  if (!parts) {
    // Of a message that goes by itself nothing is left when it is gone.
    if (entry.content.resendOf !== undefined) await failEntry(deps.store, entry, 'not-found');
    return null;
  }
  const { kind, timestampMs, recipientId } = entry.content;
  const seal = (to: AccountId, keys: PublicKeys | null, content: Uint8Array) =>
    protector && keys
      ? protector.seal(to, keys, content)
      : sealContentFor(crypto, identity, to, { content, timestampMs });
  const isAgain = entry.content.resendOf !== undefined;
  const copied = !isAgain && (kind === 'copy' || isCopied(parts.outgoing));
  // A request to delete is copied as it is; all else says where it went.
  const target = parts.outgoing.kind === 'unsend' ? {} : { syncTarget: recipientId };
  const ownKeys = copied && protector ? await protector.ownKeys() : null;
  const copyData = copied
    ? await seal(identity.accountId, ownKeys, buildContent({ ...parts, ...target }))
    : null;
  const copy = {
    copyHash: copyData && messageHash(hexToBytes(identity.accountId), NAMESPACES.messages, copyData),
    copyExpiresAtMs: deps.now() + MESSAGE_TTL_MS + SEEN_MARGIN_MS
  };
  const copyDataBase64 = copyData && bytesToBase64(copyData);
  // Note to Self: the copy is all there is.
  if (kind === 'copy') {
    const own = { protection: ownKeys ? ('hybrid' as const) : ('classic' as const) };
    return saveSealedEntry(deps.store, entry, {
      ...copy,
      ...own,
      dataBase64: copyDataBase64,
      copyDataBase64: null
    });
  }
  const profile = PROFILE_KINDS.has(parts.outgoing.kind) ? { profile: await deps.ownProfile() } : {};
  const { statement } = plan;
  const said = statement ? { statement: statement.bytes } : {};
  const recipientKeys = plan.kind === 'hybrid' ? plan.publicKeys : null;
  const data = await seal(recipientId, recipientKeys, buildContent({ ...parts, ...profile, ...said }));
  return saveSealedEntry(deps.store, entry, {
    ...copy,
    dataBase64: bytesToBase64(data),
    copyDataBase64,
    protection: plan.kind,
    ...(plan.kind === 'hybrid' && { maxTtlMs: plan.ttlMs }),
    ...(statement && { telling: statement.telling })
  });
}

/** What our name and picture travel with (§4.11). */
const PROFILE_KINDS: ReadonlySet<OutgoingContent['kind']> = new Set([
  'message',
  'reaction',
  'request-response'
]);

/** What an entry says; null when its message was deleted meanwhile. */
async function partsOf(
  { store }: OutboxDependencies,
  { row, content }: OutboxEntry
): Promise<OutgoingMessage | null> {
  const { timestampMs, text, timer } = content;
  const outgoing = content.outgoing ?? { kind: 'message' };
  if (outgoing.kind !== 'message') return { outgoing, timestampMs, timer };
  if (text !== undefined) return { outgoing, timestampMs, message: { text } };
  const message = await loadMessage(store, content.resendOf ?? row.messageId);
  if (!message || (content.resendOf !== undefined && message.deleted)) return null;
  return { outgoing, timestampMs, message, timer };
}
