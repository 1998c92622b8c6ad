// A rotating key pair: 32 random bytes and what follows from them (§8). Random, so that the recovery phrase gives none of it.
import { concatBytes, utf8ToBytes, wipe } from '../bytes/index.ts';
import {
  ML_KEM_BYTES,
  mlKemPublicKey,
  shake256,
  type CryptoBackend,
  type MlKemSecret
} from '../crypto/index.ts';
import { purposeHash } from './hashes.ts';

export const ROTATING_SEED_BYTES = 32;

/** Account keys are shared by the devices of a group; device keys stay on their device. */
export type RotatingKeyKind = 'account' | 'device';

const LABELS: Readonly<Record<RotatingKeyKind, string>> = {
  account: 'SessionAccountKeys',
  device: 'SessionDeviceKeys'
};

export interface PublicKeys {
  /** ML-KEM-768, 1184 bytes. */
  readonly mlKem: Uint8Array;
  /** 32 bytes. */
  readonly x25519: Uint8Array;
}

/** A key pair ready for use. Whoever derives it calls `forget`. */
export interface RotatingKeys {
  readonly publicKeys: PublicKeys;
  /** `accountKeyId` of them, since every message names it. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly x25519SecretKey: Uint8Array;
  readonly mlKemSecret: MlKemSecret;
  /** Overwrites the secrets. */
  forget(): void;
}

/** SHAKE256(label ‖ seed): an X25519 secret of 32 bytes, then an ML-KEM seed of 64. */
function expandSeed(kind: RotatingKeyKind, seed: Uint8Array) {
  const input = concatBytes(utf8ToBytes(LABELS[kind]), seed);
  const expanded = shake256(input, 32 + ML_KEM_BYTES.seed);
  wipe(input);
  return { x25519SecretKey: expanded.subarray(0, 32), mlKemSeed: expanded.subarray(32) };
}

/** The X25519 secret of a seed, 32 bytes; quick to work out. */
export function x25519SecretOf(kind: RotatingKeyKind, seed: Uint8Array): Uint8Array {
  const { x25519SecretKey, mlKemSeed } = expandSeed(kind, seed);
  wipe(mlKemSeed);
  return x25519SecretKey;
}

/** The public half of a seed of 32 bytes. */
export async function derivePublicKeys(
  crypto: CryptoBackend,
  kind: RotatingKeyKind,
  seed: Uint8Array
): Promise<PublicKeys> {
  const { x25519SecretKey, mlKemSeed } = expandSeed(kind, seed);
  const publicKeys = {
    mlKem: mlKemPublicKey(mlKemSeed),
    x25519: await crypto.x25519PublicKey(x25519SecretKey)
  };
  wipe(x25519SecretKey);
  wipe(mlKemSeed);
  return publicKeys;
}

/**
 * Both halves of a seed of 32 bytes.
 * @param publicKeys when they are known already; deriving them is a third of the work
 */
export async function deriveRotatingKeys(
  crypto: CryptoBackend,
  kind: RotatingKeyKind,
  seed: Uint8Array,
  publicKeys?: PublicKeys
): Promise<RotatingKeys> {
  const { x25519SecretKey, mlKemSeed } = expandSeed(kind, seed);
  const known = publicKeys ?? {
    mlKem: mlKemPublicKey(mlKemSeed),
    x25519: await crypto.x25519PublicKey(x25519SecretKey)
  };
  const mlKemSecret = await crypto.mlKemSecret(mlKemSeed);
  wipe(mlKemSeed);
  return {
    publicKeys: known,
    keyId: accountKeyId(known),
    x25519SecretKey,
    mlKemSecret,
    forget() {
      wipe(x25519SecretKey);
      mlKemSecret.forget();
    }
  };
}

/** Names an account key towards contacts and in our own rows, 8 bytes (§9.4). */
export function accountKeyId(publicKeys: PublicKeys): Uint8Array<ArrayBuffer> {
  return purposeHash(8, 'HFS1-Account-Key', [publicKeys.mlKem, publicKeys.x25519]);
}
