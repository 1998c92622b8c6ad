const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';

/** z-base-32 without padding, as in `<address>.snode` (32 bytes give 52 characters). */
export function bytesToBase32z(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
  }
  if (bits > 0) text += ALPHABET[(held << (5 - bits)) & 31];
  return text;
}
