// What Echo reads and what it writes: contents of messages, opened and sealed with the real code.
import { x25519PublicKeyOf, type AccountId } from '../../src/lib/account-id.ts';
import {
  decoyProSignature,
  openMessage,
  padMessage,
  sealMessage,
  stripPadding,
  type CryptoBackend,
  type Identity
} from '../../src/lib/crypto/index.ts';
import {
  contentKind,
  decodeContent,
  encodeContent,
  toTimestampMs,
  unwrapEnvelope,
  wrapEnvelope,
  type Content,
  type ContentInit
} from '../../src/lib/wire/index.ts';

export interface ReceivedMessage {
  readonly senderAccountId: AccountId;
  /** Sent time, which names the message. */
  readonly timestampMs: number;
  readonly content: Content;
}

/**
 * A stored message, opened and checked (accounts-and-messages.md §3.4 steps 2–8).
 * @returns null for anything that is not readable or does not verify
 */
export async function readMessage(
  crypto: CryptoBackend,
  identity: Identity,
  data: Uint8Array
): Promise<ReceivedMessage | null> {
  try {
    const envelope = unwrapEnvelope(data);
    const { padded, senderAccountId } = await openMessage(crypto, envelope.content, identity);
    const content = decodeContent(stripPadding(padded));
    const signedTime = toTimestampMs(content.sigTimestamp);
    if (signedTime !== null && signedTime !== envelope.timestampMs) return null;
    return { senderAccountId, timestampMs: envelope.timestampMs, content };
  } catch {
    return null;
  }
}

/** Whether a message is something a person sees: text or attachments (§3.4 step 11). */
export function isVisible({ content }: ReceivedMessage): boolean {
  const { dataMessage } = content;
  if (contentKind(content) !== 'data' || !dataMessage || dataMessage.flags !== 0) return false;
  if (dataMessage.syncTarget !== '' || dataMessage.reaction) return false;
  return dataMessage.body !== '' || dataMessage.attachments.length > 0;
}

/** Bytes to store for `recipient` (§3.1). @param timestampMs never used before by this account */
export async function writeMessage(
  crypto: CryptoBackend,
  sender: Identity,
  recipient: AccountId,
  timestampMs: number,
  content: ContentInit
): Promise<Uint8Array> {
  const plaintext = encodeContent({ ...content, sigTimestamp: BigInt(timestampMs) });
  const sealed = await sealMessage(crypto, {
    padded: padMessage(plaintext),
    sender,
    recipientX25519PublicKey: x25519PublicKeyOf(recipient)
  });
  return wrapEnvelope({
    type: 'session-message',
    timestampMs,
    content: sealed,
    proSignature: await decoyProSignature(crypto)
  });
}
