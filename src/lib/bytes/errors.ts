import { AppError } from '../errors.ts';

export type BytesErrorCode = 'bad-hex' | 'bad-base64' | 'bad-utf8' | 'too-short';

/** Text or bytes that do not have the form the caller named. */
export class BytesError extends AppError<BytesErrorCode> {
  override readonly name = 'BytesError';
}
