/** Characters a passphrase of a backup may have; the engine says the same. */
export const PASSPHRASE_LENGTH = { min: 8, max: 1_024 } as const;
