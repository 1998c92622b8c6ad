import { AppError } from '../errors.ts';

export type CryptoErrorCode =
  'bad-key-length' | 'bad-key' | 'low-order-point' | 'open-failed' | 'signature-invalid' | 'too-short';

/**
 * A key, a sealed value or a signature that is not acceptable. `details.input` names the offending input, never its value.
 * `open-failed`: authentication failed, so the value was made for another key or was altered.
 */
export class CryptoError extends AppError<CryptoErrorCode> {
  override readonly name = 'CryptoError';
}

export type MnemonicErrorCode =
  'phrase-too-short' | 'phrase-too-long' | 'phrase-unknown-word' | 'phrase-checksum' | 'phrase-overflow';

/**
 * Text that is not a recovery password. `phrase-unknown-word` says which word: `details.index`
 * (from 0) and `details.word`. A word is part of a secret: this error is for the person at the screen alone, and its
 * details are never logged.
 */
export class MnemonicError extends AppError<MnemonicErrorCode> {
  override readonly name = 'MnemonicError';
}

/** @throws CryptoError `bad-key-length` with `details.input` */
export function assertLength(bytes: Uint8Array, length: number, input: string): void {
  if (bytes.length !== length) throw new CryptoError('bad-key-length', { details: { input } });
}
