// What the protection line of a conversation says (v2-forward-secrecy-and-pq.md §14).
import type { ConversationView } from '../storage/views.ts';

/** Whether the last message in each direction that has one was forward secret and post-quantum. */
export function isHybrid({
  protectedIn,
  protectedOut
}: Pick<ConversationView, 'protectedIn' | 'protectedOut'>): boolean {
  const used = [protectedIn, protectedOut].filter((protection) => protection !== null);
  return used.length > 0 && used.every((protection) => protection === 'hybrid');
}
