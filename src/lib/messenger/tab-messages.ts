// What tabs of one profile tell each other. Same origin, but possibly another version of the app: unknown kinds are
// ignored.
import type { TabActivity } from './activity.ts';
import type { AttachmentPlace } from './attachment-commands.ts';
import type { MessengerEvent } from './events.ts';

/** What of the engine has something to do. */
export type Bell = 'outbox' | 'poll' | 'chores' | 'pictures' | 'media-rules';

export type TabMessage =
  /** The leading tab lives. */
  | { readonly kind: 'alive'; readonly epoch: number }
  /** A tab came; the leading one answers with how things stand. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'ring'; readonly what: Bell }
  | { readonly kind: 'activity'; readonly tab: string; readonly activity: TabActivity }
  | { readonly kind: 'event'; readonly event: MessengerEvent }
  | { readonly kind: 'order'; readonly order: 'renew-path' | 'retry-network' }
  | { readonly kind: 'typing'; readonly conversationId: string; readonly isTyping: boolean }
  | { readonly kind: 'download'; readonly place: AttachmentPlace }
  /** Ends a download or the sending of a message. */
  | { readonly kind: 'cancel-transfer'; readonly place: AttachmentPlace }
  /** Messages were deleted: what is under way for them ends. */
  | { readonly kind: 'deleted'; readonly messageIds: readonly string[] };

const KINDS: ReadonlySet<string> = new Set([
  'alive',
  'hello',
  'ring',
  'activity',
  'event',
  'order',
  'typing',
  'download',
  'cancel-transfer',
  'deleted'
]);

export function isTabMessage(message: unknown): message is TabMessage {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return typeof message.kind === 'string' && KINDS.has(message.kind);
}
