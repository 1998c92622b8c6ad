// What can be done with a message as it stands: pure, the same for menu, buttons and keys.
import type { MessageView } from '../storage/views.ts';

export type MessageAct =
  'resend' | 'reply' | 'react' | 'copy' | 'save' | 'forward' | 'select' | 'info' | 'delete';

/**
 * In the order in which they are offered.
 * @param silent nothing can be sent in this conversation: the other side is blocked
 */
export function messageActs(message: MessageView, silent: boolean): MessageAct[] {
  if (message.notice !== null) return [];
  if (message.deleted) return ['select', 'info', 'delete'];
  const acts: MessageAct[] = [];
  if (message.state === 'failed') acts.push('resend');
  if (isAnswerable(message, silent)) acts.push('reply', 'react');
  if (message.text !== '') acts.push('copy');
  if (message.attachments.some(({ mediaId }) => mediaId !== null)) acts.push('save');
  if (message.text !== '') acts.push('forward');
  return [...acts, 'select', 'info', 'delete'];
}

/** It can be quoted and reacted to: the other side has it, or will. */
export function isAnswerable(
  message: Pick<MessageView, 'notice' | 'deleted' | 'state'>,
  silent: boolean
): boolean {
  return !silent && message.notice === null && !message.deleted && message.state !== 'failed';
}

const ACT_OF_LETTER: Readonly<Record<string, MessageAct>> = { r: 'reply', e: 'react', c: 'copy', s: 'save' };

/** The Latin letter of a key: the one printed, else by its place, since a Cyrillic or Arabic layout has none. */
function letterOf({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return /^[\x20-\x7f]*$/.test(key) ? '' : (/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? '');
}

/** The act a key on a message stands for; null for other keys and for what cannot be done with it. */
export function actOfKey(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  message: MessageView,
  silent: boolean
): MessageAct | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const letter = letterOf(event);
  const wanted = event.key === 'Delete' ? 'delete' : (ACT_OF_LETTER[letter] ?? null);
  return wanted !== null && messageActs(message, silent).includes(wanted) ? wanted : null;
}
