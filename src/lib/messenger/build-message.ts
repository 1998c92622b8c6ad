// From text to the data a swarm stores (accounts-and-messages.md §3.1 steps 1–8, §3.3). Pure but for the crypto given.
import { x25519PublicKeyOf, type AccountId } from '../account-id.ts';
import {
  decoyProSignature,
  padMessage,
  sealMessage,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import { Content_ExpirationType, encodeContent, wrapEnvelope } from '../wire/index.ts';
import { MessengerError } from './errors.ts';
import { countCodePoints, MAX_SENT_CODE_POINTS } from './limits.ts';

/** What travels with a visible message to somebody else (§4.11). */
export interface OwnProfile {
  readonly displayName: string;
  readonly updatedSeconds: number;
}

export interface VisibleMessage {
  readonly text: string;
  /** Sent time; the identity of the message. */
  readonly timestampMs: number;
  /** Absent on copies to ourselves. */
  readonly profile?: OwnProfile;
  /** On copies to ourselves: the account the message went to. */
  readonly syncTarget?: AccountId;
}

/**
 * The body a person may send, as it will be stored.
 * @throws MessengerError `message-empty`, `message-too-long` (over 2,000 code points)
 */
export function parseOutgoingText(text: string): string {
  // A lone surrogate has no UTF-8 form; the local row and the message must not differ.
  const body = text.toWellFormed();
  if (body.trim() === '') throw new MessengerError('message-empty');
  const length = countCodePoints(body);
  if (length > MAX_SENT_CODE_POINTS) {
    throw new MessengerError('message-too-long', { details: { limit: MAX_SENT_CODE_POINTS, length } });
  }
  return body;
}

/** Serialised Content of a visible text message. */
export function buildContent(message: VisibleMessage): Uint8Array {
  const { profile, syncTarget } = message;
  return encodeContent({
    dataMessage: {
      body: message.text,
      ...(profile && profile.displayName !== ''
        ? {
            profile: {
              displayName: profile.displayName,
              lastUpdateSeconds: BigInt(profile.updatedSeconds)
            }
          }
        : {}),
      ...(syncTarget ? { syncTarget } : {})
    },
    // Written although zero, as the official clients do: a message without them would mark this one.
    expirationType: Content_ExpirationType.UNKNOWN,
    expirationTimer: 0,
    sigTimestamp: BigInt(message.timestampMs)
  });
}

/**
 * Pads, signs, seals and wraps a Content for one account.
 * @returns the data to store
 */
export async function sealContentFor(
  crypto: CryptoBackend,
  sender: Identity,
  recipientId: AccountId,
  input: { content: Uint8Array; timestampMs: number }
): Promise<Uint8Array> {
  const [sealed, proSignature] = await Promise.all([
    sealMessage(crypto, {
      padded: padMessage(input.content),
      sender,
      recipientX25519PublicKey: x25519PublicKeyOf(recipientId)
    }),
    decoyProSignature(crypto)
  ]);
  return wrapEnvelope({
    type: 'session-message',
    timestampMs: input.timestampMs,
    content: sealed,
    proSignature
  });
}
