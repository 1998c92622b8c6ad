// Echo: an account on the embedded network that answers what it is told (design.md §4), so that one person alone can
// try everything. It accepts a first message, sends read receipts, and sends text and pictures back.
import type { AccountId } from '../../src/lib/account-id.ts';
import type { CryptoBackend, Identity } from '../../src/lib/crypto/index.ts';
import type { Log } from '../../src/lib/log.ts';
import { ReceiptMessage_Type, type ContentInit } from '../../src/lib/wire/index.ts';
import type { Activity } from '../activity.ts';
import type { PictureCopier } from './pictures.ts';
import { isVisible, readMessage, writeMessage, type ReceivedMessage } from './compose.ts';
import type { EchoMemory } from './memory.ts';
import type { SwarmAccess } from './swarm-access.ts';

export interface EchoDependencies {
  readonly activity: Activity;
  readonly crypto: CryptoBackend;
  readonly identity: Identity;
  readonly log: Log;
  readonly memory: EchoMemory;
  readonly pictures: PictureCopier;
  readonly swarms: SwarmAccess;
  now(): number;
}

export interface Echo {
  readonly accountId: AccountId;
  /** Looks for new messages soon; any number of calls while it looks make it look once more. */
  ring(): void;
  /** Stops looking, and waits for what is under way. */
  stop(): Promise<void>;
}

const TTL_MS = 14 * 86_400_000;
const PROFILE = { displayName: 'Echo' };
/** An acceptance sorts before the reply that caused it (accounts-and-messages.md §4.1). */
const ACCEPTANCE_LEAD_MS = 100;
/** How far ahead of Echo's the clock of an honest device may be. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/** Sent times of one account are its messages' identities: each is given out once. */
function createTimestamps(now: () => number) {
  const used = new Set<number>();
  return {
    /** The first free time from `wantedMs` on. */
    take(wantedMs: number): number {
      let timestampMs = wantedMs;
      while (used.has(timestampMs)) timestampMs++;
      used.add(timestampMs);
      // Times long past are not asked for again.
      if (used.size > 10_000) used.delete(used.values().next().value as number);
      return timestampMs;
    },
    now
  };
}

export function createEcho(dependencies: EchoDependencies): Echo {
  const { activity, crypto, identity, log, memory, pictures, swarms } = dependencies;
  const timestamps = createTimestamps(() => Math.floor(dependencies.now()));
  const cursors = new Map<string, string>();

  const send = async (recipient: AccountId, wantedMs: number, content: ContentInit) => {
    const timestampMs = timestamps.take(wantedMs);
    const data = await writeMessage(crypto, identity, recipient, timestampMs, content);
    if (!(await swarms.store(recipient, data, TTL_MS))) log.warn('echo-not-stored');
  };

  const answer = async ({ senderAccountId: recipient, timestampMs, content }: ReceivedMessage) => {
    const nowMs = timestamps.now();
    // An answer sorts below its question, also where the asking clock is a little ahead.
    const replyMs = Math.max(nowMs, Math.min(timestampMs + 1, nowMs + MAX_CLOCK_DIFFERENCE_MS));
    if (!memory.isContact(recipient)) {
      await send(recipient, replyMs - ACCEPTANCE_LEAD_MS, {
        messageRequestResponse: { isApproved: true, profile: PROFILE }
      });
      memory.addContact(recipient);
    }
    await send(recipient, replyMs, {
      receiptMessage: { type: ReceiptMessage_Type.READ, timestamp: [BigInt(timestampMs)] }
    });
    const { body = '', attachments = [] } = content.dataMessage ?? {};
    const copies = await pictures.copy(attachments);
    if (body === '' && copies.length === 0) return;
    await send(recipient, replyMs, {
      dataMessage: { ...(body !== '' && { body }), attachments: copies, profile: PROFILE }
    });
  };

  const take = async (hash: string, expiryMs: number, data: Uint8Array) => {
    if (memory.hasSeen(hash)) return;
    const message = await readMessage(crypto, identity, data);
    if (message && message.senderAccountId !== identity.accountId && isVisible(message)) {
      const { senderAccountId, timestampMs } = message;
      if (!memory.hasAnswered(senderAccountId, timestampMs)) {
        await answer(message);
        memory.markAnswered(senderAccountId, timestampMs);
      }
    }
    memory.markSeen(hash, expiryMs);
  };

  const poll = async (): Promise<void> => {
    for (;;) {
      const page = await swarms.retrieve((node) => cursors.get(node) ?? null);
      if (!page) return;
      for (const { hash, expiresAtMs, data } of page.result.messages) {
        if (isStopped) return;
        try {
          await take(hash, expiresAtMs, data);
        } catch {
          // One message must not stop the others.
          log.warn('echo-failed');
          memory.markSeen(hash, expiresAtMs);
        }
        cursors.set(page.nodeEd25519Hex, hash);
      }
      if (!page.result.more) return;
    }
  };

  let isStopped = false;
  let goAgain = false;
  let running: Promise<void> | null = null;
  const loop = async () => {
    do {
      goAgain = false;
      await poll();
    } while (goAgain && !isStopped);
    running = null;
  };
  return {
    accountId: identity.accountId,
    ring() {
      goAgain = true;
      if (isStopped || running) return;
      running = activity.run(loop);
      running.catch(() => {
        running = null;
        log.warn('echo-poll-failed');
      });
    },
    async stop() {
      isStopped = true;
      await running?.catch(() => {});
    }
  };
}
