// What a person can do with one message of the timeline; handed down from the screen to the line.
import type { MessageView, QuotedMessageView, ReactionView } from '../../storage/views.ts';
import type { MediaDeeds } from '../media/media-deeds.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface MessageDeeds {
  retry(message: MessageView): void;
  /** A menu, beside `from` or at a point of the window. */
  menu(message: MessageView, from: HTMLElement, point: Point | null): void;
  /** Chooses an emoji for it. */
  react(message: MessageView, from: HTMLElement): void;
  reply(message: MessageView): void;
  toggleReaction(message: MessageView, reaction: ReactionView): void;
  whoReacted(message: MessageView, reaction: ReactionView): void;
  followLink(written: string, url: string): void;
  jumpTo(original: QuotedMessageView): void;
  /** Adds it to what is chosen, or takes it out. */
  toggleSelected(message: MessageView): void;
  /** Takes over the timer a notice tells of. */
  followTimer(message: MessageView): void;
  /** With the files of a message. */
  readonly media: MediaDeeds;
}
