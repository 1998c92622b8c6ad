// What members have signed for and must therefore show: a member that confirms a store and keeps nothing would lose
// messages behind signatures that verify. Looked at when the same account is read; each promise once per member.
import type { AccountId } from '../account-id.ts';

/** Stores remembered; one's own swarm is read every few seconds. */
const MAX_PROMISES = 256;

interface Promised {
  readonly accountId: AccountId;
  /** Members that have shown the message, also while the store was under way. */
  readonly shownBy: Set<string>;
  /** Members that signed and have not shown it yet. */
  readonly owedBy: Set<string>;
  /** When it was signed for, as `now` counts; null while the store is under way. */
  signedAt: number | null;
  expiresAtMs: number;
}

export interface StorePromises {
  /** A count that grows with every confirmed store. */
  now(): number;
  /** A store is under way. */
  begin(accountId: AccountId, hash: string): void;
  /** It failed, or the message was deleted. */
  forget(hash: string): void;
  /** @param memberHexes members whose signatures verified */
  signed(hash: string, memberHexes: Iterable<string>, expiresAtMs: number): void;
  /**
   * Takes in what a member shows of an account.
   * @param answer.sinceBefore `now` when it was asked
   * @param answer.isComplete whether it says that it has no more
   * @returns promises it broke: messages it signed for before it was asked, never showed, and does not have
   */
  broken(answer: {
    readonly accountId: AccountId;
    readonly memberHex: string;
    readonly shown: ReadonlySet<string>;
    readonly isComplete: boolean;
    readonly sinceBefore: number;
    /** Network time. */
    readonly nowMs: number;
  }): number;
}

export function createStorePromises(): StorePromises {
  const promises = new Map<string, Promised>();
  let count = 0;
  return {
    now: () => count,
    begin(accountId, hash) {
      // A retry of the same bytes: what members showed since the first try still counts.
      if (promises.has(hash)) return;
      promises.set(hash, {
        accountId,
        shownBy: new Set(),
        owedBy: new Set(),
        signedAt: null,
        expiresAtMs: 0
      });
      const [oldest] = promises.keys();
      if (promises.size > MAX_PROMISES && oldest !== undefined) promises.delete(oldest);
    },
    forget: (hash) => void promises.delete(hash),
    signed(hash, memberHexes, expiresAtMs) {
      const promised = promises.get(hash);
      if (!promised) return;
      promised.signedAt = ++count;
      promised.expiresAtMs = expiresAtMs;
      for (const key of memberHexes) if (!promised.shownBy.has(key)) promised.owedBy.add(key);
    },
    broken({ accountId, memberHex, shown, isComplete, sinceBefore, nowMs }) {
      let broken = 0;
      for (const [hash, promised] of promises) {
        if (promised.accountId !== accountId) continue;
        if (shown.has(hash)) {
          promised.shownBy.add(memberHex);
          promised.owedBy.delete(memberHex);
        } else if (isComplete && promised.signedAt !== null && promised.signedAt <= sinceBefore) {
          // Once only: it may have been deleted by another device meanwhile.
          if (promised.owedBy.delete(memberHex) && nowMs < promised.expiresAtMs) broken++;
        }
      }
      return broken;
    }
  };
}
