// The personalised hashes of the specification (§7): B2_n(data; key; pers).
import { concatBytes, utf8ToBytes } from '../bytes/index.ts';
import { blake2b } from '../crypto/index.ts';

/** Each is 16 ASCII characters. */
const PURPOSES = [
  'HFS1-Account-Key',
  'HFS1-Continuity-',
  'Session-Msg-KISS',
  'SessionV2Message',
  'SessionAccKeyRot',
  'SessionDevDNonce',
  'SessionDevKNonce',
  'SessionDevKeyIdx',
  'SessionDevKeyKey',
  'SessionDevKicked',
  'SessionDvGrpID_K',
  'SessionDvGrpID_N',
  'SessionDvGrpKISS',
  'SessionDvGrpLink',
  'SessionDvGrp_SAS',
  'SessionLinkEmoji'
] as const;

export type HashPurpose = (typeof PURPOSES)[number];

const PURPOSE_BYTES = new Map<string, Uint8Array>(PURPOSES.map((purpose) => [purpose, utf8ToBytes(purpose)]));

/** BLAKE2b of the parts one after the other, `length` bytes. @param key 0..64 bytes */
export function purposeHash(
  length: number,
  purpose: HashPurpose,
  parts: readonly Uint8Array[],
  key?: Uint8Array
): Uint8Array<ArrayBuffer> {
  return blake2b(parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(...parts), {
    length,
    personalisation: PURPOSE_BYTES.get(purpose) as Uint8Array,
    ...(key !== undefined && { key })
  });
}

/** Bytes of `a` changed by those of `b`; both equally long. */
export function xorBytes(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(a.length);
  for (let index = 0; index < a.length; index++) result[index] = (a[index] as number) ^ (b[index] as number);
  return result;
}
