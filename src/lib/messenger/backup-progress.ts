// How the writing or reading of a backup gets on, as the page is told.

export interface BackupProgress {
  readonly phase: 'key' | 'writing' | 'verifying' | 'checking' | 'adding';
  /** Bytes; of `key` a share in thousandths. */
  readonly done: number;
  /** An estimate while writing. */
  readonly total: number;
  /** Messages so far. */
  readonly messages: number;
}
