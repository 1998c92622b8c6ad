import { bytesToBase64Unpadded, concatBytes, utf8ToBytes } from '../bytes/index.ts';
import { blake2b } from './hash.ts';

/**
 * The name under which service nodes keep a message (network.md §4.5): 43 characters of unpadded base64.
 * @param accountKey prefix byte and key, 33 bytes
 * @param data raw bytes as stored, not base64
 */
export function messageHash(accountKey: Uint8Array, namespace: number, data: Uint8Array): string {
  const namespaceText = utf8ToBytes(namespace === 0 ? '' : String(namespace));
  return bytesToBase64Unpadded(blake2b(concatBytes(accountKey, namespaceText, data), { length: 32 }));
}
