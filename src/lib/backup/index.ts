// The backup floor: one encrypted file of everything a profile holds (docs/backup-format.md). Pure, streaming, no I/O.
export * from './contents.ts';
export { BackupError, backupError, type BackupErrorCode } from './errors.ts';
export { DEFAULT_CHUNK_BYTES, DEFAULT_COST, SALT_BYTES, type BackupHeader, type KeyCost } from './header.ts';
export { deriveBackupKeys, type BackupKeys, type DerivationOptions } from './key.ts';
export { openBackup, readBackup, type BackupSource, type OpenedBackup } from './open.ts';
export { createBackupWriter, type BackupWriter } from './writer.ts';
export {
  MAX_PASSPHRASE_LENGTH,
  MIN_PASSPHRASE_LENGTH,
  passphraseStrength,
  type Strength,
  type StrengthLevel
} from './strength.ts';
export { createZipWriter, type ZipWriter } from './zip.ts';
