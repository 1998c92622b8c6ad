// Reading a backup from whatever holds it, a chunk at a time.
import { layoutOf, openChunkOf } from './chunks.ts';
import type { BackupItem } from './contents.ts';
import { backupError } from './errors.ts';
import { decodeHeader, HEADER_BYTES, type ReadHeader } from './header.ts';
import { openBackupKey, type DerivationOptions } from './key.ts';
import { createBackupReader } from './reader.ts';

/** The bytes of a file. */
export interface BackupSource {
  readonly size: number;
  /** @param end exclusive; at most as many bytes as there are */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A file whose passphrase is right. */
export interface OpenedBackup {
  readonly source: BackupSource;
  readonly header: Uint8Array;
  readonly chunkBytes: number;
  /** 32 bytes; wipe after use. */
  readonly key: Uint8Array;
}

export async function readBackupHeader(
  source: BackupSource
): Promise<{ bytes: Uint8Array; header: ReadHeader }> {
  const bytes = await source.read(0, Math.min(HEADER_BYTES, source.size));
  return { bytes, header: decodeHeader(bytes) };
}

/**
 * Checks header and passphrase; nothing behind them has been looked at yet.
 * @throws BackupError; the signal's reason when aborted
 */
export async function openBackup(
  source: BackupSource,
  passphrase: string,
  options?: DerivationOptions
): Promise<OpenedBackup> {
  const { bytes, header } = await readBackupHeader(source);
  // Before the slow part: a file that ends here cannot be whole.
  if (layoutOf(source.size - HEADER_BYTES, header.chunkBytes).count === 0)
    throw backupError('backup-truncated');
  const key = await openBackupKey(passphrase, header, options);
  return { source, header: bytes, chunkBytes: header.chunkBytes, key };
}

/** Bytes read from the source at once. */
const READ_AHEAD_BYTES = 1_048_576;

/**
 * The contents in order, the last one `end`. Each chunk was checked before what is in it is given out, the end of the file
 * only with the last: whoever must not act on half a file reads it twice.
 * @param onBytes how many bytes of the file are done
 * @throws BackupError `backup-damaged`, `backup-truncated`; the signal's reason when aborted
 */
export async function* readBackup(
  { source, header, chunkBytes, key }: OpenedBackup,
  { signal, onBytes }: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void } = {}
): AsyncGenerator<BackupItem> {
  const layout = layoutOf(source.size - HEADER_BYTES, chunkBytes);
  const reader = createBackupReader();
  const perRead = Math.max(1, Math.floor(READ_AHEAD_BYTES / layout.sealedBytes));
  for (let first = 0; first < layout.count; first += perRead) {
    signal?.throwIfAborted();
    const end = Math.min(layout.count, first + perRead);
    const start = HEADER_BYTES + first * layout.sealedBytes;
    const bytes = await source.read(start, HEADER_BYTES + end * layout.sealedBytes);
    if (bytes.length !== (end - first) * layout.sealedBytes) throw backupError('backup-truncated');
    for (let index = first; index < end; index++) {
      const at = (index - first) * layout.sealedBytes;
      const sealed = bytes.subarray(at, at + layout.sealedBytes);
      yield* reader.push(openChunkOf(key, header, layout, index, sealed));
      signal?.throwIfAborted();
    }
    onBytes?.(HEADER_BYTES + end * layout.sealedBytes);
  }
  reader.finish();
}
