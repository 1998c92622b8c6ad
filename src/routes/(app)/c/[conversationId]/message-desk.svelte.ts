// What is done with the messages of the open conversation: carries out, says what was done, and keeps which question
// about them is open.
import type { MediaDeeds } from '../../../../lib/components/media/media-deeds.ts';
import type { MessageDeeds } from '../../../../lib/components/conversation/message-deeds.ts';
import { errorCode } from '../../../../lib/errors.ts';
import type { ConversationState } from '../../../../lib/state/conversation.svelte.ts';
import type { DeleteWhere } from '../../../../lib/state/delete-choices.ts';
import type { MessageAct } from '../../../../lib/state/message-acts.ts';
import type { MessageSelection } from '../../../../lib/state/message-selection.svelte.ts';
import { copyText, type NameOf } from '../../../../lib/state/message-words.ts';
import type { Toasts } from '../../../../lib/state/toasts.svelte.ts';
import type { MessageView, QuotedMessageView, TimerSetting } from '../../../../lib/storage/views.ts';
import { message as text } from '../../../../lib/text/en/message.ts';
import { protection } from '../../../../lib/text/en/protection.ts';
import { shell } from '../../../../lib/text/en/shell.ts';

export type Question =
  | { readonly kind: 'delete'; readonly messages: readonly MessageView[] }
  | { readonly kind: 'forward'; readonly messages: readonly MessageView[] }
  | { readonly kind: 'link'; readonly written: string; readonly url: string }
  | { readonly kind: 'reactors'; readonly messageId: string }
  | { readonly kind: 'basic'; readonly messageIds: readonly string[] };

export interface MessageDeskDeps {
  readonly chat: ConversationState;
  readonly selection: MessageSelection;
  readonly media: MediaDeeds;
  readonly toasts: Pick<Toasts, 'show'>;
  readonly nameOf: NameOf;
  /** How the other person is called. */
  readonly author: () => string;
  readonly timeOf: (ms: number) => string;
  readonly showMenu: MessageDeeds['menu'];
  readonly showEmoji: (from: HTMLElement, onpick: (emoji: string) => void) => void;
  readonly showInfo: (messageId: string) => void;
  readonly jumpTo: (original: QuotedMessageView) => void;
  readonly focusComposer: () => void;
  /** Told before they go, so that focus can move on. */
  readonly beforeDelete: (messages: readonly MessageView[]) => () => void;
}

export interface MessageDesk {
  /** Null while none is open. */
  readonly question: Question | null;
  readonly deeds: MessageDeeds;
  act(act: MessageAct, message: MessageView, from: HTMLElement): void;
  setReaction(message: MessageView, emoji: string): void;
  copy(messages: readonly MessageView[]): void;
  copyLink(url: string): void;
  ask(question: Question): void;
  close(): void;
  delete(messages: readonly MessageView[], where: DeleteWhere): void;
  forward(messages: readonly MessageView[], conversationIds: readonly string[]): void;
  setTimer(timer: TimerSetting): void;
  sendBasic(messageIds: readonly string[], always: boolean): void;
  answerResend(send: boolean): void;
}

export function createMessageDesk(deps: MessageDeskDeps): MessageDesk {
  const { chat, selection, toasts } = deps;
  let question = $state.raw<Question | null>(null);
  const close = () => {
    question = null;
  };

  function attempt(work: Promise<unknown>, done: () => void = () => {}): void {
    work.then(done, (error: unknown) => {
      const code = errorCode(error);
      toasts.show(code === 'too-many-reactions' ? text.tooManyReactions : shell.actionFailed({ code }));
    });
  }

  async function copyWords(words: string, said: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(words);
      toasts.show(said);
    } catch {
      toasts.show(shell.copyFailed);
    }
  }

  function copy(messages: readonly MessageView[]): void {
    const words = copyText(messages, { author: deps.author(), nameOf: deps.nameOf, timeOf: deps.timeOf });
    void copyWords(words, text.copied({ count: messages.length }));
  }

  function setReaction(message: MessageView, emoji: string): void {
    const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
    attempt(chat.react(message.id, emoji, mine));
  }

  function setTimer(timer: TimerSetting): void {
    const said = timer.mode === 'off' ? text.timerEnded : text.timerChanged;
    attempt(chat.setTimer(timer), () => toasts.show(said));
  }

  function reply(message: MessageView): void {
    chat.reply = message;
    deps.focusComposer();
  }

  const deeds: MessageDeeds = {
    retry: (message) => attempt(chat.retry(message.id)),
    menu: deps.showMenu,
    react: (message, from) => deps.showEmoji(from, (emoji) => setReaction(message, emoji)),
    reply,
    toggleReaction: (message, { emoji }) => setReaction(message, emoji),
    whoReacted: (message) => {
      question = { kind: 'reactors', messageId: message.id };
    },
    followLink: (written, url) => {
      question = { kind: 'link', written, url };
    },
    jumpTo: deps.jumpTo,
    toggleSelected: (message) => selection.toggle(message.id),
    followTimer({ notice }) {
      if (notice?.type === 'timer') setTimer({ mode: notice.mode, seconds: notice.seconds });
    },
    media: deps.media
  };

  return {
    get question() {
      return question;
    },
    deeds,
    act(act, message, from) {
      switch (act) {
        case 'resend':
          return deeds.retry(message);
        case 'reply':
          return reply(message);
        case 'react':
          return deeds.react(message, from);
        case 'copy':
          return copy([message]);
        case 'save':
          for (const attachment of message.attachments) {
            if (attachment.mediaId !== null) deps.media.save(message, attachment);
          }
          return;
        case 'forward':
        case 'delete':
          question = { kind: act, messages: [message] };
          return;
        case 'select':
          return selection.begin(message.id);
        case 'info':
          return deps.showInfo(message.id);
      }
    },
    setReaction,
    copy,
    copyLink: (url) => void copyWords(url, text.linkCopied),
    ask(asked) {
      question = asked;
    },
    close,
    delete(messages, where) {
      close();
      const moveOn = deps.beforeDelete(messages);
      const ids = messages.map(({ id }) => id);
      attempt(chat.deleteMessages(ids, where), () => {
        selection.end();
        moveOn();
        if (messages.length > 1) toasts.show(text.deletedSaid({ count: messages.length }));
      });
    },
    forward(messages, conversationIds) {
      close();
      const ids = messages.map(({ id }) => id);
      attempt(chat.forward(ids, conversationIds), () => {
        selection.end();
        toasts.show(text.forwarded({ count: conversationIds.length }));
      });
    },
    setTimer,
    sendBasic(messageIds, always) {
      close();
      attempt(chat.sendBasic(messageIds, always));
    },
    answerResend: (send) => attempt(chat.answerResend(send), () => send && toasts.show(protection.resent))
  };
}
