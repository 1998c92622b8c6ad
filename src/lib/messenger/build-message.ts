// From text to the data a swarm stores (accounts-and-messages.md §3.1 steps 1–8, §3.3). Pure but for the crypto given.
import { x25519PublicKeyOf, type AccountId } from '../account-id.ts';
import {
  decoyProSignature,
  padMessage,
  sealMessage,
  type CryptoBackend,
  type Identity
} from '../crypto/index.ts';
import { wrapEnvelope } from '../wire/index.ts';
import { MessengerError } from './errors.ts';
import { countCodePoints, MAX_SENT_CODE_POINTS } from './limits.ts';

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
