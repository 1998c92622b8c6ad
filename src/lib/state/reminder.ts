// The one reminder of a new account: once there is something to lose, its Recovery Password should be kept elsewhere
// (ux.md §4.1). Answered once, it never comes back; each profile has its own.
import type { ConversationView, SettingsView } from '../storage/views.ts';

/** Conversations with others before it shows. */
const AFTER = 3;

/**
 * @param settings undefined until they were read
 * @param createdHere who restored an account has its words already
 */
export function isReminderDue(
  conversations: readonly Pick<ConversationView, 'kind'>[],
  settings: Pick<SettingsView, 'recoveryReminded'> | undefined,
  createdHere: boolean
): boolean {
  if (!createdHere || !settings || settings.recoveryReminded) return false;
  return conversations.filter(({ kind }) => kind === 'contact').length >= AFTER;
}
