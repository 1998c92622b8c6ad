// Where a conversation is to open, for who found a message elsewhere: a place in memory, since addresses name no
// messages.
import { getContext, setContext } from 'svelte';

export interface JumpTarget {
  readonly conversationId: string;
  /** Position of the message, or the first at or after it. */
  readonly sort: number;
  /** Lights up; null when a day was asked for. */
  readonly messageId: string | null;
}

export interface Jump {
  /** Null once it was taken. */
  readonly target: JumpTarget | null;
  request(target: JumpTarget): void;
  /** The screen of this conversation goes there. @returns null when the target is another conversation's */
  take(conversationId: string): JumpTarget | null;
}

const KEY = Symbol('jump');

export function createJump(): Jump {
  let target = $state.raw<JumpTarget | null>(null);
  return {
    get target() {
      return target;
    },
    request(wanted) {
      target = wanted;
    },
    take(conversationId) {
      if (target?.conversationId !== conversationId) return null;
      const taken = target;
      target = null;
      return taken;
    }
  };
}

export function provideJump(jump: Jump): Jump {
  return setContext(KEY, jump);
}

export function useJump(): Jump {
  return getContext<Jump>(KEY);
}
