// Files that were chosen and are not sealed yet end with their page. Only how many is kept, for as long as the tab is,
// so that the next page can say what it does not have.

const KEY = 'onionskin.unready';

/** The parts of a window that this needs. */
export interface UnreadyPage {
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Tells one page of a tab from the next. */
  readonly performance: Pick<Performance, 'timeOrigin'>;
}

export interface UnreadyFiles {
  /** So many are being made ready now. */
  note(count: number): void;
  /** @returns how many an earlier page did not get ready; asked once */
  take(): number;
}

/** By conversation: the page, and how many. */
type Kept = Record<string, readonly [timeOrigin: number, count: number]>;

/** @param conversationId a local id, random; no name of a file is kept */
export function createUnreadyFiles(page: UnreadyPage, conversationId: string): UnreadyFiles {
  const { timeOrigin } = page.performance;
  let noted = 0;

  function read(): Kept {
    try {
      const kept: unknown = JSON.parse(page.sessionStorage.getItem(KEY) ?? '{}');
      return typeof kept === 'object' && kept !== null ? (kept as Kept) : {};
    } catch {
      return {};
    }
  }

  function write(count: number): void {
    const { [conversationId]: _, ...others } = read();
    const kept: Kept = count === 0 ? others : { ...others, [conversationId]: [timeOrigin, count] };
    try {
      if (Object.keys(kept).length === 0) page.sessionStorage.removeItem(KEY);
      else page.sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Where storage is switched off nothing is said of them.
    }
  }

  return {
    note(count) {
      if (count === noted) return;
      noted = count;
      write(count);
    },
    take() {
      const entry: unknown = Object.entries(read()).find(([id]) => id === conversationId)?.[1];
      const [origin, count] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
      // This page is still at it: one comes back to the conversation.
      if (origin === timeOrigin || !Number.isSafeInteger(count) || Number(count) < 1) return 0;
      write(0);
      return Number(count);
    }
  };
}
