// Signals of typing (accounts-and-messages.md §4.4): sent at once or not at all, never queued.
import type { CryptoBackend, Identity } from '../crypto/index.ts';
import { errorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  DEFAULT_SETTINGS,
  isApproved,
  isApprovedMe,
  loadConversationContent,
  loadMeta,
  takeSendTime,
  type ProfileStore
} from '../storage/index.ts';
import { NAMESPACES } from '../wire/index.ts';
import { sealContentFor } from './build-message.ts';
import type { Protector } from './hfs-sending.ts';
import type { MessageStoreClient } from './send-attempt.ts';
import { buildTypingContent } from './outgoing-content.ts';

/** How long nodes keep a signal, milliseconds (§3.2). */
const TYPING_TTL_MS = 20_000;

export function createTypingSender(deps: {
  store: ProfileStore;
  identity: Identity;
  crypto: CryptoBackend;
  swarm: MessageStoreClient;
  /** As for the outbox. */
  protector?: Protector;
  isConnected: () => boolean;
  /** Network time. */
  now: () => number;
  log: Log;
}): (conversationId: string, isTyping: boolean, signal: AbortSignal) => Promise<void> {
  const { store, identity, crypto } = deps;

  return async function signalTyping(conversationId, isTyping, signal) {
    const settings = { ...DEFAULT_SETTINGS, ...(await loadMeta(store, 'settings'))?.content };
    if (!settings.typingIndicators || !deps.isConnected()) return;
    try {
      const content = await loadConversationContent(store, conversationId);
      const isOpen = isApproved(content) && isApprovedMe(content) && !content.blocked;
      if (!isOpen || content.kind !== 'contact') return;
      const timestampMs = await takeSendTime(store, deps.now());
      const { protector } = deps;
      const plan = await protector?.plan(content.accountId, { isQuick: true, signal });
      if (plan?.kind === 'hold') return;
      const typing = buildTypingContent({ isTyping, timestampMs });
      const data =
        protector && plan?.kind === 'hybrid'
          ? await protector.seal(content.accountId, plan.publicKeys, typing)
          : await sealContentFor(crypto, identity, content.accountId, { content: typing, timestampMs });
      await deps.swarm.store({
        accountId: content.accountId,
        namespace: NAMESPACES.messages,
        data,
        ttlMs: TYPING_TTL_MS,
        signal
      });
    } catch (error) {
      if (!signal.aborted) deps.log.debug('typing-not-sent', { code: errorCode(error) });
    }
  };
}
