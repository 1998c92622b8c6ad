// Files on their way, as far as the engine tells, and for which chats it was asked whether media may load by itself.
import { getContext, setContext } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { fileKey } from './attachment-view.ts';
import type { Session } from './session.svelte.ts';

export interface Transfer {
  readonly way: 'up' | 'down' | 'waiting';
  /** 0 to 1; null where it cannot be told. */
  readonly fraction: number | null;
}

export interface Transfers {
  /** Null when nothing is under way. */
  of(messageId: string, attachmentId: string): Transfer | null;
  /** The question about trust was answered once for this conversation, since the page was opened. */
  wasAsked(conversationId: string): boolean;
  markAsked(conversationId: string): void;
  stop(): void;
}

const WAYS = { waiting: 'waiting', uploading: 'up', downloading: 'down' } as const;

const KEY = Symbol('transfers');

export function createTransfers(onEvent: Session['onEvent']): Transfers {
  const running = new SvelteMap<string, Transfer>();
  const asked = new SvelteSet<string>();
  const stop = onEvent((event) => {
    if (event.type !== 'transfer') return;
    const key = fileKey(event.messageId, event.attachmentId);
    const { phase, fraction } = event;
    if (phase === 'ended') running.delete(key);
    else running.set(key, { way: WAYS[phase], fraction });
  });
  return {
    of: (messageId, attachmentId) => running.get(fileKey(messageId, attachmentId)) ?? null,
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
