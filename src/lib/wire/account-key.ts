// Account keys as storage requests name them: a prefix byte and 32 key bytes (network.md §5.1).
import { bytesToHex, hexToBytes, isHex } from '../bytes/index.ts';
import { malformed } from './errors.ts';

export interface AccountKey {
  /** 0x05 one-to-one, 0x03 group; others exist. */
  readonly prefix: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Prefix and key, 66 lower-case hex. */
  readonly hex: string;
}

const BYTES = 33;

/**
 * Account key of 66 hex characters in either case, or of 33 bytes.
 * @throws WireError `malformed`
 */
export function parseAccountKey(input: string | Uint8Array): AccountKey {
  if (typeof input === 'string' && (input.length !== BYTES * 2 || !isHex(input)))
    throw malformed('account-key');
  const bytes = typeof input === 'string' ? hexToBytes(input) : input;
  if (bytes.length !== BYTES) throw malformed('account-key');
  return { prefix: bytes[0] as number, key: bytes.subarray(1), hex: bytesToHex(bytes) };
}
