// Own messages that stand in the timeline before the engine has stored them (ux.md §6: tap to own bubble). Each is
// replaced by the stored message it becomes, which goes on under the same key, so that the line on screen stays.
import type { MessageView } from '../storage/views.ts';

export interface NewOwnMessage {
  readonly conversationId: string;
  readonly text: string;
  readonly quote: MessageView['quote'];
  readonly disappears: MessageView['disappears'];
  /** Device time, milliseconds. */
  readonly sentAtMs: number;
}

/** Keys of so many stored messages are known; the line of one that is forgotten is made anew. */
const MOST_KEYS = 400;

export interface PendingMessages {
  /**
   * One more. @param stored those that are there; none of them is this one
   * @returns its id
   */
  add(message: NewOwnMessage, stored: readonly MessageView[]): string;
  /** The engine stored it under this id. */
  name(pendingId: string, messageId: string): void;
  /** @returns whether it was still pending */
  drop(pendingId: string): boolean;
  /** Notes which ones are stored by now. @returns what the others look like */
  left(stored: readonly MessageView[]): readonly MessageView[];
  /** The same for a pending message and for the stored one it became. */
  keyOf(message: Pick<MessageView, 'id'>): string;
}

const PENDING = 'pending-';

/** Whether the message of this id is not stored yet. */
export function isPending(messageId: string): boolean {
  return messageId.startsWith(PENDING);
}

export function createPendingMessages(): PendingMessages {
  let pending: readonly PendingMessage[] = [];
  let count = 0;
  /** By ids of stored messages, oldest first. */
  const keys = new Map<string, string>();

  function remember(messageId: string, key: string): void {
    keys.set(messageId, key);
    const oldest = keys.keys().next();
    if (keys.size > MOST_KEYS && !oldest.done) keys.delete(oldest.value);
  }

  return {
    add(message, stored) {
      const view = pendingView(message, `${PENDING}${(count += 1)}`, stored.at(-1));
      const before = new Set(stored.map(({ id }) => id));
      pending = [...pending, { view, before, messageId: null }];
      return view.id;
    },
    name(pendingId, messageId) {
      pending = pending.map((one) => (one.view.id === pendingId ? { ...one, messageId } : one));
    },
    drop(pendingId) {
      const others = pending.filter(({ view }) => view.id !== pendingId);
      const wasPending = others.length < pending.length;
      pending = others;
      return wasPending;
    },
    left(stored) {
      if (pending.length === 0) return [];
      const ids = storedOf(stored, pending, (id) => keys.has(id));
      pending = pending.filter(({ view }, index) => {
        const messageId = ids[index] ?? null;
        if (messageId !== null) remember(messageId, view.id);
        return messageId === null;
      });
      return pending.map(({ view }) => view);
    },
    keyOf: ({ id }) => keys.get(id) ?? id
  };
}

interface PendingMessage {
  readonly view: MessageView;
  /** Messages that were there when it was sent. */
  readonly before: ReadonlySet<string>;
  /** Its id, once the engine answered. */
  readonly messageId: string | null;
}

/**
 * What a message looks like until it is stored.
 * @param id unlike that of any stored message
 * @param last the newest message there is: this one counts as read with it, and as no newer
 */
function pendingView(message: NewOwnMessage, id: string, last: MessageView | undefined): MessageView {
  return {
    ...message,
    id,
    direction: 'out',
    sort: last?.sort ?? 0,
    state: 'queued',
    failureCode: null,
    read: true,
    expiresAtMs: null,
    notice: null,
    deleted: false,
    reactions: [],
    readByThem: false,
    preview: null,
    invitation: null,
    protection: 'classic',
    waiting: null,
    oddDate: false,
    attachments: []
  };
}

/** For each pending message the id of the stored one it has become, null while there is none. @param isKnown one became it before */
function storedOf(
  stored: readonly MessageView[],
  pending: readonly PendingMessage[],
  isKnown: (messageId: string) => boolean
): readonly (string | null)[] {
  const taken = new Set(pending.flatMap(({ messageId }) => messageId ?? []));
  return pending.map(({ view, before, messageId }) => {
    if (messageId !== null) return stored.some(({ id }) => id === messageId) ? messageId : null;
    // Rows can be here before the answer is: the first new one with these words.
    const isOther = (id: string) => before.has(id) || taken.has(id) || isKnown(id);
    const found = stored.find(
      ({ id, direction, text, notice }) =>
        direction === 'out' && notice === null && text === view.text && !isOther(id)
    );
    if (found) taken.add(found.id);
    return found?.id ?? null;
  });
}
