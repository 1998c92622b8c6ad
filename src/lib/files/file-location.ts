// Where a file lies: its address taken apart, and the onion destination that follows from it (accounts-and-messages.md §5.4).
import { hexToBytes } from '../bytes/index.ts';
import type { CryptoBackend } from '../crypto/index.ts';
import type { FileServer } from '../networks.ts';
import type { ServerAddress } from '../onion/index.ts';
import { parseDownloadUrl } from '../wire/index.ts';
import { FilesError } from './errors.ts';

export interface FileLocation {
  readonly server: ServerAddress;
  readonly fileId: string;
  /** Stream format, as opposed to legacy. */
  readonly stream: boolean;
}

/**
 * @param fileServer of the network in use: its key is known for its own host
 * @throws FilesError `file-url-invalid`
 */
export function locateFile(
  crypto: Pick<CryptoBackend, 'x25519PublicKeyFromEd25519'>,
  url: string,
  fileServer: FileServer
): FileLocation {
  try {
    const { protocol, host, port, fileId, stream, serverEd25519Hex } = parseDownloadUrl(url, fileServer);
    const x25519PublicKey = crypto.x25519PublicKeyFromEd25519(hexToBytes(serverEd25519Hex));
    return { server: { protocol, host, port, x25519PublicKey }, fileId, stream };
  } catch (cause) {
    throw new FilesError('file-url-invalid', { retry: 'never', cause });
  }
}

/** The network's own server as an onion destination. */
export function serverAddress({ protocol, host, port, x25519PublicKeyHex }: FileServer): ServerAddress {
  return { protocol, host, port, x25519PublicKey: hexToBytes(x25519PublicKeyHex) };
}

/** Whether an address can be downloaded at all; for deciding what to show before anybody asks. */
export function isFileUrl(
  crypto: Pick<CryptoBackend, 'x25519PublicKeyFromEd25519'>,
  url: string,
  fileServer: FileServer
): boolean {
  try {
    locateFile(crypto, url, fileServer);
    return true;
  } catch {
    return false;
  }
}

/** What goes into field 1 of a pointer: the id if it is a decimal number that fits, else 0 (§2.5). */
export function pointerIdOf(fileId: string): bigint {
  if (!/^\d{1,20}$/.test(fileId)) return 0n;
  const id = BigInt(fileId);
  return id < 1n << 64n ? id : 0n;
}
