// What can be done with a message as it stands: pure, the same for menu, buttons and keys.
import type { AttachmentView, MessageView } from '../storage/views.ts';
import { readShortcut, type Keymap, type KeyPress } from './shortcuts.ts';

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
  if (message.text !== '' || message.attachments.some(canGoOn)) acts.push('forward');
  return [...acts, 'select', 'info', 'delete'];
}

/** A file that lies here, or still at the server. */
function canGoOn({ mediaId, state }: AttachmentView): boolean {
  return mediaId !== null || (state !== 'expired' && state !== 'failed');
}

/** It can be quoted and reacted to: the other side has it, or will. */
export function isAnswerable(
  message: Pick<MessageView, 'notice' | 'deleted' | 'state'>,
  silent: boolean
): boolean {
  return !silent && message.notice === null && !message.deleted && message.state !== 'failed';
}

/** The act a key on a message stands for; null for other keys and for what cannot be done with it. */
export function actOfKey(
  press: KeyPress,
  keymap: Keymap,
  message: MessageView,
  silent: boolean
): MessageAct | null {
  const wanted = readShortcut(press, keymap, ['message']) as MessageAct | null;
  return wanted !== null && messageActs(message, silent).includes(wanted) ? wanted : null;
}
