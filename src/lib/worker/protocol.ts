// The boundary between page and engine as types: a table of commands (request, answer), events, and the messages
// that carry them (style.md §2.8). Everything here survives structured cloning. No code: both sides import it.
import type { WordCheck } from '../crypto/index.ts';
import type { ErrorData } from '../errors.ts';
import type { EngineStatus } from '../messenger/engine.ts';
import type { MessengerEvent } from '../messenger/events.ts';
import type { PathSnapshot } from '../onion/index.ts';
import type { SearchInput, SearchPage } from '../storage/index.ts';

export type { WordCheck } from '../crypto/index.ts';
export type { EngineStatus, NetworkSummary, OpenProfile } from '../messenger/engine.ts';
export type { ConnectionState, GatewayStatus, PathSnapshot } from '../onion/index.ts';
export type { SearchHit, SearchInput, SearchPage, SearchPosition, TextRange } from '../storage/index.ts';

/** Every command, by name. Errors reach the page as `AppError` with the codes named here or of the floors below. */
export interface Commands {
  /** Opens the profile named, or the only one there is. */
  'engine.open': { in: { profileId?: string }; out: EngineStatus };
  /** `name-empty`, `name-too-long` (100 bytes of UTF-8) */
  'profile.create': { in: { displayName: string }; out: EngineStatus };
  /** `phrase-*`, with `details.word` (position from 0) and `details.text` for an unknown word. The name is asked after. */
  'profile.restore': { in: { phrase: string }; out: EngineStatus };
  /** `name-empty`, `name-too-long` */
  'profile.rename': { in: { displayName: string }; out: void };
  'phrase.check': { in: { text: string }; out: { words: readonly WordCheck[]; problem: string | null } };
  'phrase.reveal': { in: Record<string, never>; out: { words: readonly string[]; seedHex: string } };
  /** `account-id-*`. One's own Account ID opens Note to Self. */
  'conversation.open': {
    in: { accountId: string };
    out: { conversationId: string; kind: 'contact' | 'note-to-self' };
  };
  'conversation.markRead': { in: { conversationId: string; upToSort: number }; out: void };
  'conversation.saveDraft': { in: { conversationId: string; text: string }; out: void };
  'conversation.delete': { in: { conversationId: string }; out: void };
  /** Answers once the message is stored, before anything is sent. `message-empty`, `message-too-long` (2,000 code points) */
  'message.send': { in: { conversationId: string; text: string }; out: { messageId: string } };
  'message.retry': { in: { messageId: string }; out: void };
  /** On this device only. */
  'message.delete': { in: { messageId: string }; out: void };
  /** A page of hits, newest first; cancel it when more was typed. */
  'search.messages': { in: SearchInput; out: SearchPage };
  /** The first message sent at a network time or later, else the last one; null in an empty conversation. */
  'search.jumpToDate': {
    in: { conversationId: string; atMs: number };
    out: { messageId: string; sort: number } | null;
  };
  'path.current': { in: Record<string, never>; out: PathSnapshot | null };
  'path.renew': { in: Record<string, never>; out: void };
  /** Tries (another) gateway now. */
  'network.retry': { in: Record<string, never>; out: void };
  'page.activity': { in: { visible: boolean; active: boolean; online: boolean }; out: void };
}

export type CommandName = keyof Commands;

/** What the engine tells unasked; gap 0 of a packet is from page to gateway, 4 from the last hop to the destination. */
export type EngineEvent = MessengerEvent;

/** Page to worker. */
export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly name: CommandName; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

/** Worker to page. */
export type ToPage =
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'event'; readonly event: EngineEvent };
