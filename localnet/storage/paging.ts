// Pages of `retrieve` (network.md §5.7) over what a node holds; how much fits is wire's rule.
import { planRetrievePage } from '../../src/lib/wire/index.ts';
import type { Database } from './database.ts';
import type { StoredMessage } from './stored-message.ts';

export interface PageLimits {
  /** 0 for no limit. */
  readonly maxCount: number;
  /** 0 for no limit of its own, positive in bytes, negative −n for an n-th of the largest reply. */
  readonly maxSize: number;
}

interface Place {
  readonly node: number;
  readonly account: Uint8Array;
  readonly namespace: number;
  readonly lastHash: string | null;
}

const AFTER = 'node = ?1 AND account = ?2 AND namespace = ?3 AND sequence > ?4';

/** One page in the order of insertion; an unknown `lastHash` starts over. */
export function pageOf(
  database: Database,
  place: Place,
  limits: PageLimits
): { messages: StoredMessage[]; more: boolean } {
  const after = [place.node, place.account, place.namespace, sequenceOf(database, place)] as const;
  const sizes = database
    .prepare(`SELECT length(data) AS size FROM messages WHERE ${AFTER} ORDER BY sequence`)
    .iterate(...after)
    .map((row) => row['size'] as number);
  const { count, more } = planRetrievePage(sizes, limits);
  if (count === 0) return { messages: [], more };
  const messages = database
    .prepare(
      `SELECT hash, timestamp AS timestampMs, expiry AS expiryMs, data FROM messages
       WHERE ${AFTER} ORDER BY sequence LIMIT ?5`
    )
    .all(...after, count) as unknown as StoredMessage[];
  return { messages, more };
}

function sequenceOf(database: Database, { node, account, namespace, lastHash }: Place): number {
  if (lastHash === null) return 0;
  const row = database
    .prepare(
      'SELECT sequence FROM messages WHERE node = ?1 AND hash = ?2 AND account = ?3 AND namespace = ?4'
    )
    .get(node, lastHash, account, namespace) as { sequence: number } | undefined;
  return row?.sequence ?? 0;
}
