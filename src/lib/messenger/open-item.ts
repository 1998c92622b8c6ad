// From stored data to a verified Content (accounts-and-messages.md §3.4 steps 2–8). A bad item is a value, not an
// exception: it is counted and never tried again.
import type { AccountId } from '../account-id.ts';
import { openMessage, stripPadding, type CryptoBackend, type Identity } from '../crypto/index.ts';
import { AppError } from '../errors.ts';
import { MAX_TIMESTAMP_MS } from '../storage/index.ts';
import { decodeContent, hasField, unwrapEnvelope, type Content } from '../wire/index.ts';

/** One item of a swarm, as `retrieve` hands it over. */
export interface StoredItem {
  readonly hash: string;
  readonly expiresAtMs: number;
  readonly data: Uint8Array;
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
    }
  | {
      readonly kind: 'rejected';
      readonly hash: string;
      readonly expiresAtMs: number;
      readonly reason: string;
    };

/** An item that could be opened. */
export type ContentItem = Extract<OpenedItem, { kind: 'content' }>;

/**
 * Opens one item.
 * @returns `rejected` with the code of the error of wire or crypto, `newer-protocol`, `timestamps-differ` or
 *   `timestamp-unusable`
 * @throws only what is a fault of ours
 */
export async function openItem(
  crypto: CryptoBackend,
  recipient: Identity,
  item: StoredItem
): Promise<OpenedItem> {
  const { hash, expiresAtMs } = item;
  const rejected = (reason: string): OpenedItem => ({ kind: 'rejected', hash, expiresAtMs, reason });
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
