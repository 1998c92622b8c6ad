// From passphrase to keys (docs/backup-format.md §2). The keys depend on every byte of the header before the key check, and
// on a fresh salt, so no two files share one.
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, utf8ToBytes, wipe } from '../bytes/index.ts';
import { backupError } from './errors.ts';
import { encodeFixed, KEY_CHECK_BYTES, type BackupHeader, type ReadHeader } from './header.ts';

export interface BackupKeys {
  /** XChaCha20-Poly1305, 32 bytes. */
  readonly content: Uint8Array;
  /** 16 bytes; stands in the header. */
  readonly check: Uint8Array;
}

export interface DerivationOptions {
  readonly signal?: AbortSignal;
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

const MASTER_BYTES = 32;
const CONTENT_INFO = utf8ToBytes('onionskin/backup/v1/content');
const CHECK_INFO = utf8ToBytes('onionskin/backup/v1/check');

/** Passphrases that look the same are the same. */
function passphraseBytes(passphrase: string): Uint8Array {
  return utf8ToBytes(passphrase.normalize('NFC'));
}

/**
 * Takes a second or more, in small steps.
 * @param header with a salt that no other file has
 * @throws the signal's reason when aborted; UsageError
 */
export async function deriveBackupKeys(
  passphrase: string,
  header: BackupHeader,
  { signal, onProgress }: DerivationOptions = {}
): Promise<BackupKeys> {
  signal?.throwIfAborted();
  const { memoryKib, passes, lanes } = header.cost;
  const secret = passphraseBytes(passphrase);
  const master = await argon2idAsync(secret, header.salt, {
    m: memoryKib,
    t: passes,
    p: lanes,
    dkLen: MASTER_BYTES,
    onProgress(fraction) {
      signal?.throwIfAborted();
      onProgress?.(fraction);
    }
  });
  wipe(secret);
  const keys = keysOfMaster(master, encodeFixed(header));
  wipe(master);
  return keys;
}

/** The keys of a file whose slow part is done. @param master 32 bytes @param fixed bytes 0..64 of the header */
export function keysOfMaster(master: Uint8Array, fixed: Uint8Array): BackupKeys {
  return {
    content: hkdf(sha256, master, fixed, CONTENT_INFO, MASTER_BYTES),
    check: hkdf(sha256, master, fixed, CHECK_INFO, KEY_CHECK_BYTES)
  };
}

/**
 * The content key of a file, 32 bytes; wipe after use.
 * @throws BackupError `backup-passphrase-wrong`; the signal's reason when aborted
 */
export async function openBackupKey(
  passphrase: string,
  header: ReadHeader,
  options?: DerivationOptions
): Promise<Uint8Array> {
  const keys = await deriveBackupKeys(passphrase, header, options);
  if (!equalBytes(keys.check, header.keyCheck)) throw backupError('backup-passphrase-wrong');
  return keys.content;
}
