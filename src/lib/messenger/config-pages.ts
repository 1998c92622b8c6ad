// What a node holds of one document may come in several answers; it is merged as a whole (config-sync.md §6: "all messages
// returned for one namespace to one merge call"), since merging is independent of order only within one call.

/** What one node answered for one namespace. */
export interface ConfigAnswer {
  readonly namespace: number;
  readonly messages: readonly {
    readonly hash: string;
    readonly data: Uint8Array;
    /** When it was stored, as the node says. */
    readonly timestampMs?: number;
  }[];
  readonly more: boolean;
  readonly lastHash: string | null;
}

export interface ConfigPages {
  /** From where to ask a node for the page after those that are held; null when none are. */
  cursorOf(nodeEd25519Hex: string, namespace: number): string | null;
  /**
   * The whole of an answer once its last page came, or when it becomes too long to be held; null before that. Pages of
   * another node are forgotten: that node will be asked for them again.
   */
  add(nodeEd25519Hex: string, answer: ConfigAnswer): ConfigAnswer | null;
}

/** Three documents of the longest kind. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

interface Held {
  readonly nodeEd25519Hex: string;
  readonly messages: ConfigAnswer['messages'];
  readonly lastHash: string;
  readonly bytes: number;
}

export function createConfigPages(): ConfigPages {
  const held = new Map<number, Held>();
  const heldFrom = (nodeEd25519Hex: string, namespace: number) => {
    const pages = held.get(namespace);
    return pages?.nodeEd25519Hex === nodeEd25519Hex ? pages : null;
  };
  return {
    cursorOf: (nodeEd25519Hex, namespace) => heldFrom(nodeEd25519Hex, namespace)?.lastHash ?? null,
    add(nodeEd25519Hex, answer) {
      const { namespace, more, lastHash } = answer;
      const before = heldFrom(nodeEd25519Hex, namespace);
      held.delete(namespace);
      const messages = [...(before?.messages ?? []), ...answer.messages];
      const bytes = answer.messages.reduce((sum, { data }) => sum + data.length, before?.bytes ?? 0);
      // A cursor that stands still has no page after it.
      const goesOn = more && lastHash !== null && lastHash !== before?.lastHash;
      if (goesOn && bytes <= MAX_HELD_BYTES) {
        held.set(namespace, { nodeEd25519Hex, messages, lastHash, bytes });
        return null;
      }
      return { ...answer, messages, lastHash: lastHash ?? before?.lastHash ?? null };
    }
  };
}
