// Files on their way, as far as the engine tells, and for which chats it was asked whether media may load by itself.
import { getContext, setContext } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { fileKey } from './attachment-view.ts';
import type { Session } from './session.svelte.ts';

export interface Transfers {
  /** 0 to 1; null where it cannot be told. */
  progressOf(messageId: string, attachmentId: string): number | null;
  /** The question about trust was answered once for this conversation, since the page was opened. */
  wasAsked(conversationId: string): boolean;
  markAsked(conversationId: string): void;
  stop(): void;
}

const KEY = Symbol('transfers');

export function createTransfers(onEvent: Session['onEvent']): Transfers {
  const fractions = new SvelteMap<string, number>();
  const asked = new SvelteSet<string>();
  const stop = onEvent((event) => {
    if (event.type !== 'transfer') return;
    const key = fileKey(event.messageId, event.attachmentId);
    if (event.phase === 'ended' || event.fraction === null) fractions.delete(key);
    else fractions.set(key, event.fraction);
  });
  return {
    progressOf: (messageId, attachmentId) => fractions.get(fileKey(messageId, attachmentId)) ?? null,
    wasAsked: (conversationId) => asked.has(conversationId),
    markAsked: (conversationId) => void asked.add(conversationId),
    stop
  };
}

export function provideTransfers(transfers: Transfers): Transfers {
  return setContext(KEY, transfers);
}

export function useTransfers(): Transfers {
  return getContext<Transfers>(KEY);
}
