// The one reminder of a new account: once there is something to lose, its Recovery Password should be kept elsewhere
// (ux.md §4.1). Answered once, it never comes back.
import type { ConversationView } from '../storage/views.ts';

const KEY = 'onionskin.recovery-reminder';
/** Conversations with others before it shows. */
const AFTER = 3;

export interface Reminder {
  /** @param createdHere who restored an account has its words already */
  isDue(conversations: readonly ConversationView[], createdHere: boolean): boolean;
  dismiss(): void;
}

/** @param storage may throw where storage is switched off */
export function createReminder(storage: () => Storage): Reminder {
  let answered = $state(read(storage));
  return {
    isDue: (conversations, createdHere) =>
      createdHere && !answered && conversations.filter((view) => view.kind === 'contact').length >= AFTER,
    dismiss() {
      answered = true;
      try {
        storage().setItem(KEY, '1');
      } catch {
        // It comes back with the next visit.
      }
    }
  };
}

function read(storage: () => Storage): boolean {
  try {
    return storage().getItem(KEY) === '1';
  } catch {
    return false;
  }
}
