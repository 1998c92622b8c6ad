// Members that kept somebody waiting lately: they are asked after the others, so that one that hangs costs its time once
// and not with every request. No strike: a late answer may be the fault of the path.

const SILENT_FOR_MS = 600_000;
const MAX_SILENT = 1_024;

export interface SilentMembers {
  /** Ed25519 key (hex) of a member whose answer is late. */
  add(edHex: string): void;
  /** It answered. */
  delete(edHex: string): void;
  has(edHex: string): boolean;
}

/** @param now milliseconds; may jump */
export function createSilentMembers(now: () => number): SilentMembers {
  const sinceMs = new Map<string, number>();
  return {
    add(edHex) {
      sinceMs.delete(edHex);
      sinceMs.set(edHex, now());
      const [oldest] = sinceMs.keys();
      if (sinceMs.size > MAX_SILENT && oldest !== undefined) sinceMs.delete(oldest);
    },
    delete(edHex) {
      sinceMs.delete(edHex);
    },
    has(edHex) {
      const since = sinceMs.get(edHex);
      return since !== undefined && Math.abs(now() - since) < SILENT_FOR_MS;
    }
  };
}
