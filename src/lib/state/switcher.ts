// What the quick switcher offers for what was typed: chats by name, commands by what they do. Pure.
import type { ConversationView } from '../storage/views.ts';
import { filterConversations, fold } from './row-view.ts';

export interface Command {
  /** Stable, for keys of lists. */
  readonly id: string;
  readonly label: string;
  /** The keys that do the same, as printed; none without. */
  readonly keys?: string;
  run(): void;
}

export interface SwitcherOffer {
  readonly chats: readonly ConversationView[];
  readonly commands: readonly Command[];
}

/** More would not be read; typing on is quicker. */
const MOST_CHATS = 8;
const MOST_COMMANDS = 8;

/** Commands match when every typed word begins one of theirs. */
export function offerFor(
  typed: string,
  views: readonly ConversationView[],
  commands: readonly Command[]
): SwitcherOffer {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  const matching = commands.filter(({ label }) => {
    const own = fold(label).split(/\s+/);
    return words.every((word) => own.some((candidate) => candidate.startsWith(word)));
  });
  return {
    chats: filterConversations(views, typed).slice(0, MOST_CHATS),
    commands: words.length === 0 ? matching.slice(0, MOST_COMMANDS) : matching
  };
}
