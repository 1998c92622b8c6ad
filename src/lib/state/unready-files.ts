// Files that were chosen and are not sealed end with their page: not yet, or never, since they cannot be sent. Only how many
// is kept, for as long as the tab is, so that the next page can say what it does not have.

const KEY = 'onionskin.unready';

/** The parts of a window that this needs. */
export interface UnreadyPage {
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Tells one page of a tab from the next. */
  readonly performance: Pick<Performance, 'timeOrigin'>;
}

export interface FileCounts {
  /** Being made ready. */
  readonly unready: number;
  /** Too large as they are, or not to be read or kept. */
  readonly refused: number;
}

export interface UnreadyFiles {
  /** So many there are now. */
  note(counts: FileCounts): void;
  /** @returns how many ended with an earlier page; asked once */
  take(): FileCounts;
}

/** By conversation: the page, and how many. */
type Kept = Record<string, readonly [timeOrigin: number, unready: number, refused: number]>;

const NONE: FileCounts = { unready: 0, refused: 0 };

/** @param conversationId a local id, random; no name of a file is kept */
export function createUnreadyFiles(page: UnreadyPage, conversationId: string): UnreadyFiles {
  const { timeOrigin } = page.performance;
  let noted = NONE;

  function read(): Kept {
    try {
      const kept: unknown = JSON.parse(page.sessionStorage.getItem(KEY) ?? '{}');
      return typeof kept === 'object' && kept !== null ? (kept as Kept) : {};
    } catch {
      return {};
    }
  }

  function write({ unready, refused }: FileCounts): void {
    const { [conversationId]: _, ...others } = read();
    const isNone = unready + refused === 0;
    const kept: Kept = isNone ? others : { ...others, [conversationId]: [timeOrigin, unready, refused] };
    try {
      if (Object.keys(kept).length === 0) page.sessionStorage.removeItem(KEY);
      else page.sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Where storage is switched off nothing is said of them.
    }
  }

  return {
    note(counts) {
      if (counts.unready === noted.unready && counts.refused === noted.refused) return;
      noted = counts;
      write(counts);
    },
    take() {
      const entry: unknown = Object.entries(read()).find(([id]) => id === conversationId)?.[1];
      const [origin, ...counts] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
      // This page is still at it: one comes back to the conversation.
      if (origin === timeOrigin || counts.length !== 2 || !counts.every(isCount)) return NONE;
      write(NONE);
      return { unready: counts[0] as number, refused: counts[1] as number };
    }
  };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
