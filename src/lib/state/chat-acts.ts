// What can be done with a conversation as it stands: pure, the same for menu, panel and quick switcher.
import { MUTED_FOR_GOOD_MS } from '../storage/queries.ts';
import type { ConversationView } from '../storage/views.ts';
import { isMuted, isUnread } from './row-view.ts';

export { MUTED_FOR_GOOD_MS };

export type ChatAct =
  | 'details'
  | 'pin'
  | 'unpin'
  | 'read'
  | 'unread'
  | 'mute'
  | 'unmute'
  | 'notify'
  | 'silence'
  | 'nickname'
  | 'timer'
  | 'block'
  | 'unblock'
  | 'delete';

export type MuteSpan = 'hour' | 'eight-hours' | 'week' | 'always';

export const MUTE_SPANS: readonly MuteSpan[] = ['hour', 'eight-hours', 'week', 'always'];

const HOUR_MS = 3_600_000;

/** When a mute that begins now ends, milliseconds since 1970. */
export function muteEnd(span: MuteSpan, nowMs: number): number {
  switch (span) {
    case 'hour':
      return nowMs + HOUR_MS;
    case 'eight-hours':
      return nowMs + 8 * HOUR_MS;
    case 'week':
      return nowMs + 7 * 24 * HOUR_MS;
    case 'always':
      return MUTED_FOR_GOOD_MS;
  }
}

/** In the order in which they are offered. Note to Self has nobody to notify, name or block. */
export function chatActs(view: ConversationView, nowMs: number): ChatAct[] {
  const common: ChatAct[] = [view.pinned ? 'unpin' : 'pin', isUnread(view) ? 'read' : 'unread'];
  if (view.kind === 'note-to-self') return [...common, 'delete'];
  return [
    ...common,
    isMuted(view, nowMs) ? 'unmute' : 'mute',
    view.notify === 'none' ? 'notify' : 'silence',
    'nickname',
    view.blocked ? 'unblock' : 'block',
    'delete'
  ];
}
