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
    'profile.setPicture': async ({ file }) => messenger().setPicture(file),
    'backup.write': ({ passphrase, handle }, signal) => engine.backups.write(passphrase, handle, signal),
    'backup.writeReadable': ({ handle }, signal) => engine.backups.writeReadable(handle, signal),
    'backup.discard': ({ ownName }) => engine.backups.discard(ownName),
    'backup.merge': ({ file, passphrase }, signal) => engine.backups.merge(file, passphrase, signal),
    'backup.restore': ({ file, passphrase }, signal) => engine.restoreBackup(file, passphrase, signal),
    'backup.suggest': async () => engine.backups.suggest(),
    'backup.judge': async ({ passphrase }) => engine.backups.judge(passphrase),
    'phrase.check': async ({ text }) => checkRecoveryWords(text),
    'phrase.reveal': ({ proof }) => engine.revealPhrase(proof),
    'lock.open': ({ profileId, proof }) => engine.unlock(profileId, proof),
    'lock.view': () => engine.lockView(),
    'lock.now': () => engine.lock(),
    'lock.letGo': async () => engine.letGo(),
    'lock.used': async () => engine.used(),
    'lock.change': ({ proof, change }) => engine.changeLock(proof, change),
    'lock.erase': ({ profileId }) => engine.eraseLocked(profileId),
    'phrase.isHidden': () => engine.isPhraseHidden(),
    'phrase.hide': () => engine.hidePhrase(),
    'profiles.list': () => engine.profiles(),
    'profiles.of': ({ conversationId }) => engine.profileOf(conversationId),
    'profile.eraseNetwork': (_, signal) => engine.eraseNetwork(signal),
    'profile.erase': () => engine.erase(),
    'name.resolve': async ({ name }, signal) => messenger().resolveName(name, signal),
    'conversation.open': async ({ accountId }) => messenger().openConversation(accountId),
    'conversation.markRead': async ({ conversationId, upToSort }) =>
      messenger().markRead(conversationId, upToSort),
    'conversation.saveDraft': async ({ conversationId, text }) => messenger().saveDraft(conversationId, text),
    'conversation.delete': async ({ conversationId }) => messenger().deleteConversation(conversationId),
    'conversation.markUnread': async ({ conversationId }) => messenger().markUnread(conversationId),
    'conversation.hide': async ({ conversationId }) => messenger().hide(conversationId),
    'conversation.pin': async ({ conversationId, pinned }) => messenger().pin(conversationId, pinned),
    'conversation.autoDownload': async ({ conversationId, on }) =>
      messenger().setAutoDownload(conversationId, on),
    'conversation.mute': async ({ conversationId, untilMs }) => messenger().mute(conversationId, untilMs),
    'conversation.notify': async ({ conversationId, notify }) =>
      messenger().setNotify(conversationId, notify),
    'conversation.setTimer': async ({ conversationId, mode, seconds }) =>
      messenger().setTimer(conversationId, mode, seconds),
    'contact.nickname': async ({ conversationId, nickname }) =>
      messenger().setNickname(conversationId, nickname),
    'contact.requireEnhanced': async ({ conversationId, on }) =>
      messenger().requireEnhanced(conversationId, on),
    'contact.block': async ({ conversationId, blocked }) => messenger().block(conversationId, blocked),
    'resend.answer': async ({ conversationId, send }) => messenger().answerResend(conversationId, send),
    'held.ask': async () => messenger().orderDevices({ action: 'ask-resend' }),
    'request.accept': async ({ conversationId }) => messenger().acceptRequest(conversationId),
    'request.decline': async ({ conversationId }) => messenger().declineRequest(conversationId),
    'request.block': async ({ conversationId }) => messenger().blockRequest(conversationId),
    'request.clearAll': async () => messenger().clearRequests(),
    'settings.change': async (change) => messenger().changeSettings(change),
    'preset.apply': async (preset) => messenger().applyPreset(preset),
    'preset.undo': async () => messenger().undoPreset(),
    typing: async ({ conversationId, isTyping }) => messenger().signalTyping(conversationId, isTyping),
    'message.send': async ({ conversationId, text, ...options }) =>
      messenger().send(conversationId, text, options),
    'message.retry': async ({ messageId }) => messenger().retry(messageId),
    'message.sendBasic': async ({ messageId, always }) => messenger().sendBasic(messageId, always),
    'message.delete': async ({ messageIds, where }) => messenger().deleteMessages(messageIds, where),
    'message.react': async ({ messageId, emoji, remove }) => messenger().react(messageId, emoji, remove),
    'message.forward': async ({ messageIds, conversationIds }) =>
      messenger().forward(messageIds, conversationIds),
    'message.info': async ({ messageId }) => messenger().whereabouts(messageId),
    'attachment.stage': async (file, signal) => messenger().stage(file, signal),
    'attachment.unstage': async ({ stagedId }) => messenger().unstage(stagedId),
    'attachment.describe': async ({ stagedId, caption }) => messenger().describe(stagedId, caption),
    'attachment.download': async (place, signal) => messenger().download(place, signal),
    'attachment.cancel': async (place) => messenger().cancelTransfer(place),
    'attachment.saved': async ({ messageId }) => messenger().tellSaved(messageId),
    'storage.plan': async (selection, signal) => messenger().planClearing(selection, signal),
    'storage.clear': async ({ selection, after }) => messenger().clearMedia(selection, after),
    'storage.measureText': async (_, signal) => messenger().measureText(signal),
    'conversation.keepMedia': async ({ conversationId, days }) => messenger().keepMedia(conversationId, days),
    'search.messages': async (input, signal) => messenger().search(input, signal),
    'search.jumpToDate': async ({ conversationId, atMs }) => messenger().messageAtDate(conversationId, atMs),
    'devices.order': async (order) => messenger().orderDevices(order),
    'path.current': async () => messenger().currentPath(),
    'exposure.current': async () => messenger().exposure(),
    'path.renew': async () => messenger().renewPath(),
    'network.retry': async () => messenger().retryNetwork(),
    'page.activity': async (activity) => engine.setActivity(activity),
    'page.shown': async () => engine.shown()
  };
}
