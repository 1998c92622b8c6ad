// Bytes and their text forms. The lowest floor: imports nothing but the base error.
export { bytesToHex, hexToBytes, isHex } from './hex.ts';
export { base64ToBytes, bytesToBase64, bytesToBase64Unpadded } from './base64.ts';
export { bytesToBase32z } from './base32z.ts';
export { bytesToUtf8, utf8Length, utf8ToBytes } from './utf8.ts';
export { compareBytes, concatBytes, equalBytes, wipe } from './compare.ts';
export { ByteReader } from './reader.ts';
export { BytesError } from './errors.ts';
