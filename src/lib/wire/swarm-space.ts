// Which swarm holds an account (network.md §4.1). Pure, so that client and embedded network share it.
import { UsageError } from '../errors.ts';
import { malformed } from './errors.ts';

/** "No swarm": decommissioned nodes, and the answer when there are no swarms. */
export const INVALID_SWARM_ID = 0xffff_ffff_ffff_ffffn;

const KEY_BYTES = 32;

/**
 * Position of an account in swarm space: the exclusive or of its four big-endian words.
 * @param key32 the account's key without its prefix byte, 32 bytes
 * @throws UsageError for another length
 */
export function swarmPosition(key32: Uint8Array): bigint {
  if (key32.length !== KEY_BYTES) throw new UsageError('a key of 32 bytes');
  const view = new DataView(key32.buffer, key32.byteOffset, KEY_BYTES);
  return view.getBigUint64(0) ^ view.getBigUint64(8) ^ view.getBigUint64(16) ^ view.getBigUint64(24);
}

/**
 * The nearest swarm on the ring; of two at the same distance the one before the position.
 * @param ids in any order; the invalid id is passed over
 * @returns null when there is no swarm
 */
export function swarmForKey(ids: readonly bigint[], key32: Uint8Array): bigint | null {
  const position = swarmPosition(key32);
  let nearest: { id: bigint; distance: bigint } | null = null;
  for (const id of ids) {
    if (id === INVALID_SWARM_ID) continue;
    const after = BigInt.asUintN(64, id - position);
    const before = BigInt.asUintN(64, position - id);
    // A swarm is reached both ways round; going back to it wins a tie against going forward to another.
    const distance = before <= after ? 2n * before : 2n * after + 1n;
    if (!nearest || distance < nearest.distance) nearest = { id, distance };
  }
  return nearest?.id ?? null;
}

/** Lower-case hex without leading zeros, as in the field `swarm`. */
export function swarmIdToHex(id: bigint): string {
  return id.toString(16);
}

/**
 * Swarm id of 1 to 16 hex characters in either case.
 * @throws WireError `malformed`
 */
export function swarmIdFromHex(text: string): bigint {
  if (!/^[0-9a-fA-F]{1,16}$/.test(text)) throw malformed('swarm-id');
  return BigInt(`0x${text}`);
}
