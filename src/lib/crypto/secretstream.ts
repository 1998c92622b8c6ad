// libsodium's secretstream_xchacha20poly1305 without additional data (accounts-and-messages.md §5.2): a chain of sealed
// chunks, each of which authenticates its place. One state seals or opens one stream, front to back.
import { chacha20, hchacha } from '@noble/ciphers/chacha.js';
import { Poly1305 } from '@noble/ciphers/_poly1305.js';
import { equalBytes, wipe } from '../bytes/index.ts';
import { assertLength } from './errors.ts';
import type { Bytes } from './primitives.ts';

export const STREAM_HEADER_BYTES = 24;
/** Encrypted tag and MAC. */
export const STREAM_CHUNK_OVERHEAD_BYTES = 17;
export const TAG_MESSAGE = 0;
export const TAG_FINAL = 3;

const MAC_BYTES = 16;
const BLOCK_BYTES = 64;
const REKEY_BIT = 2;
/** "expand 32-byte k", the constants of ChaCha (RFC 8439 §2.3), as little-endian words. */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

export interface SecretStream {
  /** encrypted tag(1) ‖ ciphertext ‖ MAC(16) */
  seal(message: Uint8Array, tag: number): Bytes;
  /** The next chunk's tag and content; null when it is not authentic, after which the stream is over. */
  open(chunk: Uint8Array): { readonly tag: number; readonly message: Bytes } | null;
}

/**
 * @param key 32 bytes
 * @param header 24 bytes
 * @throws CryptoError `bad-key-length`
 */
export function createSecretStream(key: Uint8Array, header: Uint8Array): SecretStream {
  assertLength(key, 32, 'key');
  assertLength(header, STREAM_HEADER_BYTES, 'header');
  const subkey = deriveSubkey(key, header.subarray(0, 16));
  const nonce = new Uint8Array(12);
  nonce.set(header.subarray(16), 4);
  setCounter(nonce, 1);

  function authenticate(block: Uint8Array, ciphertext: Uint8Array): Bytes {
    const macKey = chacha20(subkey, nonce, new Uint8Array(32));
    const lengths = new DataView(new ArrayBuffer(16));
    lengths.setBigUint64(8, BigInt(BLOCK_BYTES + ciphertext.length), true);
    const mac = new Poly1305(macKey)
      .update(block)
      .update(ciphertext)
      // libsodium's own count of zeros, not the usual fill to the next multiple of 16.
      .update(new Uint8Array(ciphertext.length % 16))
      .update(new Uint8Array(lengths.buffer));
    const code = Uint8Array.from(mac.digest());
    mac.destroy();
    wipe(macKey);
    return code;
  }

  function advance(mac: Uint8Array, tag: number): void {
    for (let index = 0; index < 8; index++) nonce[4 + index]! ^= mac[index]!;
    const counter = (counterOf(nonce) + 1) >>> 0;
    setCounter(nonce, counter);
    if ((tag & REKEY_BIT) !== 0 || counter === 0) rekey();
  }

  function rekey(): void {
    const fresh = new Uint8Array(40);
    fresh.set(subkey);
    fresh.set(nonce.subarray(4), 32);
    const next = chacha20(subkey, nonce, fresh);
    subkey.set(next.subarray(0, 32));
    nonce.set(next.subarray(32), 4);
    setCounter(nonce, 1);
    wipe(fresh, next);
  }

  return {
    seal(message, tag) {
      const block = new Uint8Array(BLOCK_BYTES);
      block[0] = tag;
      const sealedBlock = chacha20(subkey, nonce, block, undefined, 1);
      const chunk = new Uint8Array(1 + message.length + MAC_BYTES);
      chunk[0] = sealedBlock[0]!;
      const ciphertext = chunk.subarray(1, 1 + message.length);
      chacha20(subkey, nonce, message, ciphertext, 2);
      const mac = authenticate(sealedBlock, ciphertext);
      chunk.set(mac, 1 + message.length);
      advance(mac, tag);
      return chunk;
    },
    open(chunk) {
      if (chunk.length < STREAM_CHUNK_OVERHEAD_BYTES) return null;
      const block = new Uint8Array(BLOCK_BYTES);
      block[0] = chunk[0]!;
      const opened = chacha20(subkey, nonce, block, undefined, 1);
      const tag = opened[0]!;
      // The MAC covers the block as it was sealed: its first byte, and the keystream for the rest.
      opened[0] = chunk[0]!;
      const ciphertext = chunk.subarray(1, chunk.length - MAC_BYTES);
      const mac = authenticate(opened, ciphertext);
      if (!equalBytes(mac, chunk.subarray(chunk.length - MAC_BYTES))) return null;
      const message = chacha20(subkey, nonce, ciphertext, new Uint8Array(ciphertext.length), 2) as Bytes;
      advance(mac, tag);
      return { tag, message };
    }
  };
}

/** HChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2). */
function deriveSubkey(key: Uint8Array, nonce: Uint8Array): Bytes {
  const out = new Uint32Array(8);
  hchacha(SIGMA, words(key), words(nonce), out);
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  out.forEach((word, index) => view.setUint32(index * 4, word, true));
  return bytes;
}

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

const counterOf = (nonce: Uint8Array) => new DataView(nonce.buffer).getUint32(0, true);
const setCounter = (nonce: Uint8Array, value: number) => new DataView(nonce.buffer).setUint32(0, value, true);
