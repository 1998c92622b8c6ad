// The config sections of the test data.
import { hexToBytes } from '../../../src/lib/bytes/index.ts';
import type { Identity } from '../../../src/lib/crypto/index.ts';
import { deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { decodeConfigMessage, type ConfigMessage } from '../../../src/lib/config/index.ts';
import { loadVectors } from '../../support/vectors.ts';

interface Vector {
  id: string;
  [field: string]: unknown;
}

export interface PushVector {
  seqno: number;
  plaintext_bencode_hex: string;
  plaintext_length: number;
  plaintext_blake2b32: string;
  compressed: boolean;
  padded_length: number;
  encrypted_hex: string;
  stored_message_hex: string;
  obsolete_hashes: string[];
}

const { vectors } = loadVectors<{ vectors: Vector[] }>('config-and-groups.json');

export function configVector<T>(id: string): T {
  const vector = vectors.find((candidate) => candidate.id === id);
  if (!vector) throw new Error(`no vector ${id}`);
  return vector as T;
}

/** The account of the push vectors: a seed of 32 bytes whose second half is zero. */
export const VECTOR_IDENTITY: Identity = deriveIdentity(
  hexToBytes('0123456789abcdef0123456789abcdef00000000000000000000000000000000').slice(0, 16)
);

export const messageOfHex = (hex: string): ConfigMessage => decodeConfigMessage(hexToBytes(hex));
export const messageOf = ({ plaintext_bencode_hex }: PushVector): ConfigMessage =>
  messageOfHex(plaintext_bencode_hex);
