// What tabs of one profile tell each other. Same origin, but possibly another version of the app: unknown kinds are
// ignored.
import type { NameAnswer } from '../onion/index.ts';
import type { TabActivity } from './activity.ts';
import type { AttachmentPlace } from './attachment-commands.ts';
import type { AccountName } from '../account-name.ts';
import type { MessengerEvent } from './events.ts';
import type { DeviceOrder } from './hfs-group-orders.ts';
import type { Exposure } from './exposure.ts';

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
  /** To the leading tab: what the person wants of the group of devices. */
  | { readonly kind: 'device-order'; readonly order: DeviceOrder }
  | { readonly kind: 'typing'; readonly conversationId: string; readonly isTyping: boolean }
  | { readonly kind: 'download'; readonly place: AttachmentPlace }
  /** To the leading tab: whose is this name. The answer names the question; null: the network could not be asked. */
  | { readonly kind: 'name-asked'; readonly question: string; readonly name: AccountName }
  | { readonly kind: 'name-answered'; readonly question: string; readonly answer: NameAnswer | null }
  /** To the leading tab: whom it has been in touch with. */
  | { readonly kind: 'exposure-asked'; readonly question: string }
  | { readonly kind: 'exposure-answered'; readonly question: string; readonly exposure: Exposure }
  /** Ends a download or the sending of a message. */
  | { readonly kind: 'cancel-transfer'; readonly place: AttachmentPlace }
  /** Messages were deleted: what is under way for them ends. */
  | { readonly kind: 'deleted'; readonly messageIds: readonly string[] }
  /** The profile is being taken off this device: every tab leaves it. */
  | { readonly kind: 'erased' };

const KINDS: ReadonlySet<string> = new Set([
  'alive',
  'hello',
  'ring',
  'activity',
  'event',
  'order',
  'device-order',
  'typing',
  'download',
  'name-asked',
  'name-answered',
  'exposure-asked',
  'exposure-answered',
  'cancel-transfer',
  'deleted',
  'erased'
]);

export function isTabMessage(message: unknown): message is TabMessage {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return typeof message.kind === 'string' && KINDS.has(message.kind);
}
