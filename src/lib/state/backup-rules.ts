// What the page itself knows of backups.

/** Characters a passphrase of a backup may have; the engine says the same. */
export const PASSPHRASE_LENGTH = { min: 8, max: 1_024 } as const;

/** `2026-11-25`, for names of files. @param ms milliseconds since 1970 */
export function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
