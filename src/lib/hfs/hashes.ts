// The personalised hashes of the specification (§7): B2_n(data; key; pers).
import { concatBytes, utf8ToBytes } from '../bytes/index.ts';
import { blake2b } from '../crypto/index.ts';

/** Each is 16 ASCII characters. */
export type HashPurpose =
  | 'HFS1-Account-Key'
  | 'HFS1-Continuity-'
  | 'Session-Msg-KISS'
  | 'SessionV2Message'
  | 'SessionAccKeyRot'
  | 'SessionDevDNonce'
  | 'SessionDevKNonce'
  | 'SessionDevKeyIdx'
  | 'SessionDevKeyKey'
  | 'SessionDevKicked'
  | 'SessionDvGrpID_K'
  | 'SessionDvGrpID_N'
  | 'SessionDvGrpKISS'
  | 'SessionDvGrpLink'
  | 'SessionDvGrp_SAS'
  | 'SessionLinkEmoji';

/** BLAKE2b of the parts one after the other, `length` bytes. @param key 0..64 bytes */
export function purposeHash(
  length: number,
  purpose: HashPurpose,
  parts: readonly Uint8Array[],
  key?: Uint8Array
): Uint8Array<ArrayBuffer> {
  return blake2b(concatBytes(...parts), {
    length,
    personalisation: utf8ToBytes(purpose),
    ...(key !== undefined && { key })
  });
}

/** Bytes of `a` changed by those of `b`; both equally long. */
export function xorBytes(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(a, (byte, index) => byte ^ (b[index] as number));
}
