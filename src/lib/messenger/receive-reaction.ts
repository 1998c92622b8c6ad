// Reactions (accounts-and-messages.md §4.5). Pure.
import { isAccountId, type AccountId } from '../account-id.ts';
import type { MessageContent, StoredReaction } from '../storage/index.ts';
import { Reaction_Action, toTimestampMs, type Reaction } from '../wire/index.ts';
import type { ContentItem } from './open-item.ts';
import type { MessageAddress, WorkingSet } from './working-set.ts';

/** Emoji on one message, all authors together: more than anybody looks at, few enough to stay a row. */
export const MAX_REACTIONS = 100;
/** Different emoji of one author on one message. */
const MAX_REACTIONS_OF_ONE = 20;
/** The longest emoji of today is 35 bytes; a flag of letters and joiners is no emoji. */
const MAX_EMOJI_UNITS = 40;

/** The message a reaction is about; null when it names none. */
export function reactionTarget(reaction: Reaction, conversationAccountId: AccountId): MessageAddress | null {
  const timestampMs = toTimestampMs(reaction.id);
  if (timestampMs === null || !isAccountId(reaction.author)) return null;
  return { conversationAccountId, authorId: reaction.author, timestampMs };
}

export function receiveReaction(
  set: WorkingSet,
  item: ContentItem,
  reaction: Reaction,
  accountId: AccountId
): void {
  const address = reactionTarget(reaction, accountId);
  const target = address && set.message(address);
  if (!address || !target || target.deleted || target.notice) return set.refuse('reaction-without-target');
  if (!isEmoji(reaction.emoji)) return set.refuse('reaction-not-an-emoji');
  const change = {
    emoji: reaction.emoji,
    authorId: item.senderId,
    timestampMs: item.timestampMs,
    remove: reaction.action === Reaction_Action.REMOVE
  };
  const next = withReaction(target, change);
  if (next) set.changeMessage(address, next);
}

/** One emoji as people send them: short, with a pictographic character or a keycap in it. */
export function isEmoji(text: string): boolean {
  return (
    text.length <= MAX_EMOJI_UNITS && /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u.test(text)
  );
}

/** The message with an emoji more or less; null when that changes nothing, or goes beyond the bounds. */
export function withReaction(
  message: MessageContent,
  change: StoredReaction & { readonly remove: boolean }
): MessageContent | null {
  const { remove, ...reaction } = change;
  const reactions = message.reactions ?? [];
  const isSame = ({ emoji, authorId }: StoredReaction) =>
    emoji === reaction.emoji && authorId === reaction.authorId;
  const has = reactions.some(isSame);
  if (remove) {
    return has ? { ...message, reactions: reactions.filter((one) => !isSame(one)) } : null;
  }
  const own = reactions.filter(({ authorId }) => authorId === reaction.authorId);
  if (has || reactions.length >= MAX_REACTIONS || own.length >= MAX_REACTIONS_OF_ONE) return null;
  return { ...message, reactions: [...reactions, reaction] };
}
