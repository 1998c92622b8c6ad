import { AppError } from '../src/lib/errors.ts';

export type LocalnetErrorCode =
  'data-directory-unwritable' | 'data-directory-in-use' | 'data-directory-damaged' | 'address-unavailable';

/** The embedded network cannot start or go on. `details.path` or `details.address` says where. */
export class LocalnetError extends AppError<LocalnetErrorCode> {
  override readonly name = 'LocalnetError';
}

/** The operating system's code of an error (`EACCES`, `EADDRINUSE`), or null. */
export function systemErrorCode(error: unknown): string | null {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : null;
}
