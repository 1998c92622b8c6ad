// A second, independent writing of libsodium's crypto_box_seal, for boxes our own code would not make.
import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';

export function sealBox(
  plaintext: Uint8Array,
  recipient: Uint8Array,
  ephemeralSecret: Uint8Array
): Uint8Array {
  const ephemeral = x25519.getPublicKey(ephemeralSecret);
  const shared = x25519.getSharedSecret(ephemeralSecret, recipient);
  const boxKey = new Uint32Array(8);
  const sigma = new Uint32Array(new TextEncoder().encode('expand 32-byte k').slice().buffer);
  hsalsa(sigma, new Uint32Array(shared.slice().buffer), new Uint32Array(4), boxKey);
  const nonce = blake2b(Buffer.concat([ephemeral, recipient]), { dkLen: 24 });
  const box = xsalsa20poly1305(new Uint8Array(boxKey.buffer), nonce).encrypt(plaintext);
  return Uint8Array.from([...ephemeral, ...box]);
}
