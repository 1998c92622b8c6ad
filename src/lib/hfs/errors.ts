import { AppError } from '../errors.ts';

export type HfsErrorCode = 'hfs-not-decryptable' | 'hfs-malformed' | 'hfs-signature-invalid';

/**
 * A message in the format of HFS/1 that is not taken. `hfs-not-decryptable`: no key of ours opens it, which another device's key may
 * later; the other two are final.
 */
export class HfsError extends AppError<HfsErrorCode> {
  override readonly name = 'HfsError';
}
