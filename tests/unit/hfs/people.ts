// Alice and Bob of Appendix A, and what the tests of this folder share.
import { accountIdOf } from '../../../src/lib/account-id.ts';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { ed25519 } from '@noble/curves/ed25519.js';
import {
  blake2b,
  createCryptoBackend,
  createNobleBackend,
  x25519PublicKeyFromEd25519,
  type Identity
} from '../../../src/lib/crypto/index.ts';

export const BACKENDS = [
  { name: 'noble', crypto: createNobleBackend() },
  { name: 'webcrypto', crypto: await createCryptoBackend() }
];

/** The keys of a 32-byte Ed25519 seed; accounts of the product have 16 bytes and zeros. */
export function identityOf(ed25519Seed: Uint8Array): Identity {
  const ed25519PublicKey = ed25519.getPublicKey(ed25519Seed);
  const x25519PublicKey = x25519PublicKeyFromEd25519(ed25519PublicKey);
  return {
    accountId: accountIdOf(x25519PublicKey),
    ed25519Seed,
    ed25519PublicKey,
    x25519SecretKey: ed25519.utils.toMontgomerySecret(ed25519Seed),
    x25519PublicKey
  };
}

/** Bytes `first`, `first` + 1, … */
export function counting(first: number, length = 32): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => first + index);
}

export function filled(byte: number, length = 32): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(byte);
}

export const ALICE = identityOf(counting(0x01));
export const BOB = identityOf(counting(0x21));
export const CAROL = identityOf(counting(0x41));

/** B2_32 in hex, as Appendix A gives long values. */
export function digest(bytes: Uint8Array): string {
  return bytesToHex(blake2b(bytes, { length: 32 }));
}
