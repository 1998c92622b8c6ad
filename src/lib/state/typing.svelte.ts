// Who is typing to us (accounts-and-messages.md §4.4).
import { getContext, setContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { EngineEvent } from '../worker/protocol.ts';

/** Without word they are taken to have stopped, milliseconds. */
const SHOWN_MS = 15_000;

export interface TypingState {
  isTyping(conversationId: string): boolean;
  stop(): void;
}

export function createTypingState(
  onEvent: (callback: (event: EngineEvent) => void) => () => void
): TypingState {
  const timers = new SvelteMap<string, ReturnType<typeof setTimeout>>();
  const unsubscribe = onEvent((event) => {
    if (event.type !== 'typing') return;
    const { conversationId, isTyping } = event;
    clearTimeout(timers.get(conversationId));
    if (!isTyping) timers.delete(conversationId);
    else
      timers.set(
        conversationId,
        setTimeout(() => timers.delete(conversationId), SHOWN_MS)
      );
  });
  return {
    isTyping: (conversationId) => timers.has(conversationId),
    stop() {
      unsubscribe();
      for (const timer of timers.values()) clearTimeout(timer);
    }
  };
}

const KEY = Symbol('typing');

export function provideTyping(typing: TypingState): TypingState {
  return setContext(KEY, typing);
}

export function useTyping(): TypingState {
  return getContext<TypingState>(KEY);
}
