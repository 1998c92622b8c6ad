// Where a message can be deleted (accounts-and-messages.md §4.9): pure.
import type { MessageView } from '../storage/views.ts';

export type DeleteWhere = 'device' | 'my-devices' | 'everyone';

/**
 * What is possible for all of these messages at once, the smallest reach first.
 * @param noteToSelf they are in Note to Self, where there is nobody else
 */
export function deleteChoices(messages: readonly MessageView[], noteToSelf: boolean): readonly DeleteWhere[] {
  const lines = messages.every((message) => message.notice === null && !message.deleted);
  if (!lines || messages.every(isUnsent)) return ['device'];
  if (noteToSelf) return ['device', 'my-devices'];
  const own = messages.every((message) => message.direction === 'out');
  return own ? ['device', 'my-devices', 'everyone'] : ['device', 'my-devices'];
}

/** Nobody but this device has it. */
export function isUnsent(message: Pick<MessageView, 'state'>): boolean {
  return message.state === 'queued' || message.state === 'failed';
}
