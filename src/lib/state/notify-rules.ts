// Whether a message is notified, and what the notification may say (ux.md §4.8): pure.
import type { ConversationView, SettingsView } from '../storage/views.ts';
import { APP_NAME } from '../text/app-name.ts';
import { notifications as text } from '../text/en/notifications.ts';
import { conversationName, isMuted } from './row-view.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** A later one with the same tag takes its place. Never an Account ID: the browser writes it down. */
  readonly tag: string;
}

/** Shown notifications stay in the browser's files, so no more of a message than tells what it is, in code points. */
const BODY_LENGTH = 120;

/** Requests, blocked and muted chats never; nor where the person turned it off. */
export function isNotified(
  view: ConversationView,
  settings: Pick<SettingsView, 'notifications'>,
  nowMs: number
): boolean {
  if (!settings.notifications || view.request === 'incoming' || view.blocked) return false;
  return view.notify === 'all' && !isMuted(view, nowMs);
}

/** @param words of the message; null when they are not to be had */
export function buildNotice(
  view: ConversationView,
  content: SettingsView['notificationContent'],
  words: string | null
): Notice {
  // One for all chats: their number is nobody's business either.
  if (content === 'neither') return { title: APP_NAME, body: text.message, tag: 'message' };
  const title = conversationName(view);
  const said = content === 'name-and-text' && words ? shorten(words) : text.message;
  return { title, body: said, tag: view.id };
}

function shorten(words: string): string {
  const line = [...words.replace(/\s+/g, ' ').trim()];
  return line.length > BODY_LENGTH ? `${line.slice(0, BODY_LENGTH).join('')}…` : line.join('');
}
