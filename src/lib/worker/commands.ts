// The table of commands: each name, and the one call it stands for.
import { checkRecoveryWords } from '../crypto/index.ts';
import type { Engine } from '../messenger/index.ts';
import type { CommandHandlers } from './dispatch.ts';

export function createCommands(engine: Engine): CommandHandlers {
  const messenger = () => engine.messenger();
  return {
    'engine.open': ({ profileId }) => engine.open(profileId),
    'profile.create': ({ displayName }) => engine.create(displayName),
    'profile.restore': ({ phrase }) => engine.restore(phrase),
    'profile.rename': async ({ displayName }) => messenger().rename(displayName),
    'phrase.check': async ({ text }) => checkRecoveryWords(text),
    'phrase.reveal': () => engine.revealPhrase(),
    'conversation.open': async ({ accountId }) => messenger().openConversation(accountId),
    'conversation.markRead': async ({ conversationId, upToSort }) =>
      messenger().markRead(conversationId, upToSort),
    'conversation.saveDraft': async ({ conversationId, text }) => messenger().saveDraft(conversationId, text),
    'conversation.delete': async ({ conversationId }) => messenger().deleteConversation(conversationId),
    'message.send': async ({ conversationId, text }) => messenger().send(conversationId, text),
    'message.retry': async ({ messageId }) => messenger().retry(messageId),
    'message.delete': async ({ messageId }) => messenger().deleteMessage(messageId),
    'search.messages': async (input, signal) => messenger().search(input, signal),
    'search.jumpToDate': async ({ conversationId, atMs }) => messenger().messageAtDate(conversationId, atMs),
    'path.current': async () => messenger().currentPath(),
    'path.renew': async () => messenger().renewPath(),
    'network.retry': async () => messenger().retryNetwork(),
    'page.activity': async (activity) => engine.setActivity(activity)
  };
}
