// Questions about a conversation that more than one part of the screen may ask; the frame shows them.
import { getContext, setContext } from 'svelte';
import type { ConversationView } from '../storage/views.ts';

export type ChatQuestion = 'nickname' | 'block' | 'delete' | 'timer';

export interface ChatDialogs {
  /** Null while none is open. */
  readonly current: { readonly question: ChatQuestion; readonly view: ConversationView } | null;
  ask(question: ChatQuestion, view: ConversationView): void;
  close(): void;
}

const KEY = Symbol('chat dialogs');

export function createChatDialogs(): ChatDialogs {
  let current = $state.raw<ChatDialogs['current']>(null);
  return {
    get current() {
      return current;
    },
    ask(question, view) {
      current = { question, view };
    },
    close() {
      current = null;
    }
  };
}

export function provideChatDialogs(dialogs: ChatDialogs): ChatDialogs {
  return setContext(KEY, dialogs);
}

export function useChatDialogs(): ChatDialogs {
  return getContext<ChatDialogs>(KEY);
}
