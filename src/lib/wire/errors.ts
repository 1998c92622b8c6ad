import { AppError } from '../errors.ts';

export type WireErrorCode = 'malformed' | 'too-large' | 'unsupported-version';

/**
 * Bytes or text of others that do not have the form the structure demands. `details.structure` names the
 * structure, `details.field` the field and `details.offset` the byte where that is known; never a value.
 */
export class WireError extends AppError<WireErrorCode> {
  override readonly name = 'WireError';
}

/** A `malformed` error. */
export function malformed(
  structure: string,
  field?: string,
  more: { cause?: unknown; offset?: number } = {}
): WireError {
  return new WireError('malformed', {
    message: field === undefined ? structure : `${structure}: ${field}`,
    cause: more.cause,
    details: { structure, field, offset: more.offset }
  });
}

/** A `too-large` error; `limit` in the unit the structure counts in. */
export function tooLarge(structure: string, limit: number, field?: string): WireError {
  return new WireError('too-large', { message: structure, details: { structure, field, limit } });
}

/** @throws WireError `too-large` when `bytes` is longer than `limit` */
export function requireAtMost(bytes: { readonly length: number }, limit: number, structure: string): void {
  if (bytes.length > limit) throw tooLarge(structure, limit);
}
