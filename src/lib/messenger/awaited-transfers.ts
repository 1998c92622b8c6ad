// Transfers another tab makes for this one: who waits for their end.
import type { AttachmentPlace } from './attachment-commands.ts';
import type { TransferEvent } from './events.ts';

export interface AwaitedTransfers {
  /** Resolves when the transfer has ended. */
  wait(place: AttachmentPlace): Promise<void>;
  note(event: Pick<TransferEvent, 'messageId' | 'attachmentId' | 'phase'>): void;
  /** What is waited for: to be asked for again when another tab leads. */
  pending(): AttachmentPlace[];
}

export function createAwaitedTransfers(): AwaitedTransfers {
  const waiting = new Map<string, { place: AttachmentPlace; resolves: (() => void)[] }>();
  const keyOf = ({ messageId, attachmentId }: AttachmentPlace) => `${messageId}/${attachmentId}`;

  return {
    wait: (place) =>
      new Promise((resolve) => {
        const known = waiting.get(keyOf(place));
        if (known) known.resolves.push(resolve);
        else waiting.set(keyOf(place), { place, resolves: [resolve] });
      }),
    note(event) {
      if (event.phase !== 'ended') return;
      const ended = waiting.get(keyOf(event));
      waiting.delete(keyOf(event));
      for (const resolve of ended?.resolves ?? []) resolve();
    },
    pending: () => [...waiting.values()].map(({ place }) => place)
  };
}
