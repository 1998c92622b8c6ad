import { describe, expect, it } from 'vitest';
import { messageHash } from '../../../src/lib/crypto/index.ts';
import { base64ToBytes, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { MESSAGES } from './support.ts';

const { message_hash: vectors } = loadVectors<{
  message_hash: { pubkey: string; namespace: number; data: string; hash: string }[];
}>('network.json');

describe('the hash of a message', () => {
  it.each(vectors)(
    'is the one servers give in namespace $namespace: $hash',
    ({ pubkey, namespace, data, hash }) => {
      expect(messageHash(hexToBytes(pubkey), namespace, hexToBytes(data))).toBe(hash);
    }
  );

  it.each(MESSAGES.store_request)(
    'can be known before the message is stored',
    ({ params, expected_hash }) => {
      const hash = messageHash(hexToBytes(params.pubkey), params.namespace, base64ToBytes(params.data));
      expect(hash).toBe(expected_hash);
      expect(hash).toHaveLength(43);
    }
  );
});
