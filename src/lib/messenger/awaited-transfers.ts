// Transfers another tab makes for this one: who waits for their end.
import type { AttachmentPlace } from './attachment-commands.ts';
import type { TransferEvent } from './events.ts';

export interface AwaitedTransfers {
  /** Resolves when the transfer has ended. */
  wait(place: AttachmentPlace): Promise<void>;
  note(event: TransferEvent): void;
  /** Nobody makes them any more. */
  endAll(): void;
}

export function createAwaitedTransfers(): AwaitedTransfers {
  const waiting = new Map<string, (() => void)[]>();
  const keyOf = ({ messageId, attachmentId }: AttachmentPlace) => `${messageId}/${attachmentId}`;

  function end(key: string): void {
    const waiters = waiting.get(key) ?? [];
    waiting.delete(key);
    for (const resolve of waiters) resolve();
  }

  return {
    wait: (place) =>
      new Promise((resolve) => {
        waiting.set(keyOf(place), [...(waiting.get(keyOf(place)) ?? []), resolve]);
      }),
    note(event) {
      if (event.phase === 'ended') end(keyOf(event));
    },
    endAll() {
      for (const key of [...waiting.keys()]) end(key);
    }
  };
}
