// From stored data to a verified Content (accounts-and-messages.md §3.4 steps 2–8). A bad item is a value, not an
// exception: it is counted and never tried again.
import type { AccountId } from '../account-id.ts';
import { openMessage, stripPadding, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import { envelopeFormat, openEnvelope, type RotatingKeys } from '../hfs/index.ts';
import { MAX_TIMESTAMP_MS } from '../storage/index.ts';
import { decodeContent, hasField, toTimestampMs, unwrapEnvelope, type Content } from '../wire/index.ts';
import { replayHash } from './hfs-sending.ts';

/** One item of a swarm, as `retrieve` hands it over. */
export interface StoredItem {
  readonly hash: string;
  readonly expiresAtMs: number;
  readonly data: Uint8Array;
  /** When it was stored, as the node says. */
  readonly timestampMs?: number;
}

export type OpenedItem =
  | {
      readonly kind: 'content';
      readonly hash: string;
      readonly expiresAtMs: number;
      readonly senderId: AccountId;
      /** Sent time, below 2^43. */
      readonly timestampMs: number;
      readonly content: Content;
      /** Absent: classic. */
      readonly protection?: 'hybrid';
      /** Of the account key that opened it, 8 bytes. */
      readonly keyId?: Uint8Array;
      /** Names the message among those seen, whatever it was sealed with. */
      readonly replayHash?: string;
      /** When it was stored, as the node says; absent where it says nothing. */
      readonly storedAtMs?: number;
    }
  | {
      readonly kind: 'rejected';
      readonly hash: string;
      readonly expiresAtMs: number;
      readonly reason: string;
      /** The item itself, where a key that comes later may open it, or a later version of the app. */
      readonly held?: Uint8Array;
      /** When it was stored, as the node says; absent where it says nothing. */
      readonly storedAtMs?: number;
    };

/** An item that could be opened. */
export type ContentItem = Extract<OpenedItem, { kind: 'content' }>;

/**
 * Opens one item.
 * @param accountKeys all rotating keys of the account that this device holds; asked for where one is needed
 * @returns `rejected` with the code of the error of wire or crypto, `newer-protocol`, `timestamps-differ` or
 *   `timestamp-unusable`
 * @throws only what is a fault of ours
 */
export async function openItem(
  crypto: CryptoBackend,
  recipient: Identity,
  item: StoredItem,
  accountKeys: () => Promise<readonly RotatingKeys[]> = async () => []
): Promise<OpenedItem> {
  const { hash, expiresAtMs } = item;
  const rejected = (reason: string): OpenedItem => ({ kind: 'rejected', hash, expiresAtMs, reason });
  const format = envelopeFormat(item.data);
  if (format === 'hfs') return openHybridItem(crypto, recipient, item, accountKeys);
  if (format === 'unknown') return { ...rejected('newer-protocol'), held: item.data } as OpenedItem;
  try {
    const envelope = unwrapEnvelope(item.data);
    if (envelope.timestampMs >= MAX_TIMESTAMP_MS) return rejected('timestamp-unusable');
    const opened = await openMessage(crypto, envelope.content, recipient);
    const content = decodeContent(stripPadding(opened.padded));
    const isStamped = hasField(content, 'sigTimestamp') && content.sigTimestamp !== 0n;
    if (isStamped && content.sigTimestamp !== BigInt(envelope.timestampMs))
      return rejected('timestamps-differ');
    return {
      kind: 'content',
      hash,
      expiresAtMs,
      senderId: opened.senderAccountId,
      timestampMs: envelope.timestampMs,
      content
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'unsupported-version') return rejected('newer-protocol');
    return rejected(error.code);
  }
}

/** A message in format 00 02 (v2-forward-secrecy-and-pq.md §10.2); its sent time stands in its content alone. */
async function openHybridItem(
  crypto: CryptoBackend,
  recipient: Identity,
  { hash, expiresAtMs, data }: StoredItem,
  accountKeys: () => Promise<readonly RotatingKeys[]>
): Promise<OpenedItem> {
  const rejected = (reason: string): OpenedItem => ({ kind: 'rejected', hash, expiresAtMs, reason });
  try {
    const opened = await openEnvelope(crypto, data, recipient, await accountKeys());
    const content = decodeContent(opened.content);
    const timestampMs = hasField(content, 'sigTimestamp') ? toTimestampMs(content.sigTimestamp) : null;
    if (timestampMs === null || timestampMs >= MAX_TIMESTAMP_MS) return rejected('timestamp-unusable');
    return {
      kind: 'content',
      hash,
      expiresAtMs,
      senderId: opened.senderAccountId,
      timestampMs,
      content,
      // Opened by the long-term key alone it is no better than a classic one (§10.2 step 5).
      ...(opened.protection === 'hybrid' && { protection: 'hybrid' as const }),
      ...(opened.keys && { keyId: opened.keys.keyId }),
      replayHash: replayHash(opened.senderAccountId, opened.replayKey)
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'hfs-not-decryptable') return { ...rejected(error.code), held: data } as OpenedItem;
    return rejected(error.code);
  }
}
