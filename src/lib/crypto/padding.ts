// Padding of a message's content (accounts-and-messages.md §3.1 step 2, §3.4 step 7).

const BLOCK_BYTES = 160;
const MARK = 0x80;

/** `content` ‖ 0x80 ‖ at least one zero byte, to a multiple of 160 bytes. */
export function padMessage(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array((Math.floor((content.length + 1) / BLOCK_BYTES) + 1) * BLOCK_BYTES);
  padded.set(content);
  padded[content.length] = MARK;
  return padded;
}

/** A view of the content. Bytes without the mark were not padded and are returned whole; any length is accepted. */
export function stripPadding(padded: Uint8Array): Uint8Array {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === 0) end--;
  return end > 0 && padded[end - 1] === MARK ? padded.subarray(0, end - 1) : padded;
}
