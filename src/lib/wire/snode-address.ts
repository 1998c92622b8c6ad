import { bytesToBase32z } from '../bytes/index.ts';
import { UsageError } from '../errors.ts';

/**
 * The field `address` of `get_swarm`: base32z of the legacy key and `.snode` (network.md §4.2).
 * @param legacyPublicKey 32 bytes
 */
export function snodeAddress(legacyPublicKey: Uint8Array): string {
  if (legacyPublicKey.length !== 32) throw new UsageError('a key of 32 bytes');
  return `${bytesToBase32z(legacyPublicKey)}.snode`;
}
