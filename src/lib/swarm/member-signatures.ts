// Who of the swarm really did what was asked (network.md §5.6). An entry counts when its node is in the swarm we know and
// has signed for it; a node that relays the entries of others cannot make them up.
import { hexToBytes } from '../bytes/index.ts';
import { verifyText, type CryptoBackend } from '../crypto/index.ts';
import type { Members, Signed } from '../wire/index.ts';
import type { Attempt } from './member-request.ts';
import { SwarmError } from './errors.ts';

export interface Confirmations<Done> {
  /** Verified entries, by Ed25519 key (hex). */
  readonly entries: ReadonlyMap<string, Done>;
  /** Known members without a verified entry. */
  readonly failed: readonly string[];
}

/**
 * @param textOf what the member signs, or null when its entry cannot be right
 * @throws SwarmError `unverified-answer` when no entry stands, or when the answering node's own one is signed wrongly
 */
export async function verifyMembers<Done extends Signed>(
  crypto: CryptoBackend,
  members: Members<Done>,
  attempt: Pick<Attempt, 'node' | 'members'>,
  textOf: (entry: Done) => string | null
): Promise<Confirmations<Done>> {
  const entries = new Map<string, Done>();
  const failed: string[] = [];
  await Promise.all(
    attempt.members.map(async ({ ed25519PublicKeyHex: key }) => {
      const entry = Object.hasOwn(members, key) ? members[key] : undefined;
      if (!entry?.ok) {
        failed.push(key);
        return;
      }
      const text = textOf(entry);
      const isSigned = text !== null && (await verifyText(crypto, hexToBytes(key), text, entry.signature));
      if (isSigned) entries.set(key, entry);
      else if (key === attempt.node.ed25519PublicKeyHex)
        throw new SwarmError('unverified-answer', { retry: 'later' });
      else failed.push(key);
    })
  );
  if (entries.size === 0) throw new SwarmError('unverified-answer', { retry: 'later' });
  return { entries, failed };
}
