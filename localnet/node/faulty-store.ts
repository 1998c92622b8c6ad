import type { RandomBytes } from '../../src/lib/random.ts';
import type { NodeFaults } from '../faults.ts';
import type { MessageStore } from '../storage/message-store.ts';

/** The store of a node as it shows it while it is stale or answers garbage. */
export function faultyStore(
  store: MessageStore,
  random: RandomBytes,
  faults: () => NodeFaults
): MessageStore {
  return {
    ...store,
    insert: (message) =>
      faults().stale ? { already: false, expiryMs: message.expiryMs } : store.insert(message),
    page(account, namespace, lastHash, limits) {
      if (faults().stale) return { messages: [], more: false };
      const page = store.page(account, namespace, lastHash, limits);
      if (faults().garbage !== 'messages') return page;
      return { ...page, messages: page.messages.map((message) => ({ ...message, data: random(300) })) };
    }
  };
}
