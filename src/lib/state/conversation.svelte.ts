// One open conversation: its messages, what is typed, what was read, and what a person does in it.
import { errorCode } from '../errors.ts';
import type { LastWordsSeal, WordsOnTheirWay } from '../storage/queries-last-words.ts';
import { loadConversation, type ConversationView, type MessageView } from '../storage/queries.ts';
import type { QuoteView, TimerSetting } from '../storage/views.ts';
import { joinWords } from './composing.ts';
import type { DeleteWhere } from './delete-choices.ts';
import { createDraftKeeper } from './draft-keeper.ts';
import type { FileWords } from './file-words.ts';
import { createLastWordsPlace } from './last-words.ts';
import { createLive } from './live.svelte.ts';
import { isPending } from './pending-messages.ts';
import { createMessageWindow, type ExpectedMessage, type MessageWindow } from './message-window.svelte.ts';
import type { MessageInfo } from './message-info.ts';
import { createOwnTyping } from './own-typing.ts';
import type { ProfileState } from './profile.svelte.ts';
import { createQuotedState, type QuotedState } from './quoted.svelte.ts';
import type { Session } from './session.svelte.ts';
import { whenIdle } from './when-idle.ts';

/** What was written for one message. */
export interface Typed {
  readonly text: string;
  readonly reply: MessageView | null;
}

interface Taken {
  readonly typed: Typed;
  /** Null until the engine has it. */
  readonly way: WordsOnTheirWay | null;
}

export interface ConversationState {
  readonly id: string;
  /** Undefined until it was read; null when there is no such conversation here. */
  readonly view: ConversationView | null | undefined;
  /** Null until the view was read. */
  readonly window: MessageWindow | null;
  /** Where reading stopped when it was opened, and how much was new; stays until one leaves. */
  readonly unreadFrom: { readonly sort: number; readonly count: number } | null;
  /** What is typed. */
  text: string;
  /** What the next message answers. */
  reply: MessageView | null;
  /** What the quotes on screen show. */
  readonly quoted: QuotedState;
  /** Takes what is answered, and what is typed unless that stays, out of the composer to be sent. */
  take(words: 'with-text' | 'without-text'): Typed;
  /** Sends what was taken, with files that were staged. @returns the code of what went wrong, else null */
  send(typed: Typed, stagedIds: readonly string[]): Promise<string | null>;
  /** What was taken is not sent: it stands in the composer again. */
  giveBack(typed: Typed): void;
  retry(messageId: string): Promise<void>;
  /** Adds an emoji of ours to a message, or takes it back. `too-many-reactions` */
  react(messageId: string, emoji: string, remove: boolean): Promise<void>;
  deleteMessages(messageIds: readonly string[], where: DeleteWhere): Promise<void>;
  forward(messageIds: readonly string[], conversationIds: readonly string[]): Promise<void>;
  info(messageId: string): Promise<MessageInfo>;
  setTimer(timer: TimerSetting): Promise<void>;
  /** Messages that wait for keys go classic. @param always what waits later too */
  sendBasic(messageIds: readonly string[], always: boolean): Promise<void>;
  /** Their wish to get messages again. */
  answerResend(send: boolean): Promise<void>;
  delete(): Promise<void>;
  /** Everything up to `sort` has been seen. */
  markRead(sort: number): void;
  /** Keeps the draft now. */
  saveDraft(): void;
  /** The page may be over any moment: keeps what was typed. */
  leave(): void;
  stop(): void;
}

export interface ConversationOrigin {
  readonly conversationId: string;
  /** What the list has of it already, so that it opens without waiting for the database. */
  readonly known: ConversationView | undefined;
  readonly fileWords: FileWords;
}

export function createConversationState(
  profile: Pick<ProfileState, 'db' | 'rowKey' | 'accountId' | 'status'>,
  call: Session['call'],
  { conversationId, known, fileWords }: ConversationOrigin
): ConversationState {
  const { db, rowKey } = profile;
  let text = $state('');
  let messages = $state.raw<MessageWindow | null>(null);
  let unreadFrom = $state.raw<ConversationState['unreadFrom']>(null);
  let marking = false;
  /** The newest message that was on screen. */
  let seenSort: number | null = null;
  let gone = false;
  let stopped = false;
  let taken: readonly Taken[] = [];
  let reply = $state.raw<MessageView | null>(null);
  const quoted = createQuotedState(db, rowKey);
  // Nobody needs to know that they were not told.
  const typing = createOwnTyping((isTyping) => {
    if (!gone) call('typing', { conversationId, isTyping }).catch(() => {});
  });
  /** Something was typed here, so what the database says of the draft no longer counts. */
  let touched = false;
  let seal: LastWordsSeal | null = null;
  let isPreparing = false;
  const { profileId } = profile.status;
  const drafts = createDraftKeeper({
    // What was taken and is not with the engine yet is lost with the page, like what is typed.
    text: () => joinWords([...taken.flatMap(({ typed, way }) => (way ? [] : typed.text)), text]),
    sending: () => taken.flatMap(({ way }) => way ?? []),
    save: (draft) => call('conversation.saveDraft', { conversationId, text: draft }),
    files: fileWords,
    lastWords: createLastWordsPlace(window, { profileId, conversationId }, () => seal)
  });
  // Before it is needed, and after what one came to read.
  whenIdle(prepareSeal);
  if (known) begin(known);

  const live = createLive(
    () => loadConversation(db, rowKey, conversationId),
    (view) => {
      if (!view || gone) return;
      if (!messages) begin(view);
      // A draft that was still on its way when this screen opened.
      else if (!touched) find(view);
      // What was seen may have come on screen before this row knew of it.
      if (seenSort !== null) markRead(view, seenSort);
    }
  );

  function prepareSeal(): void {
    if (isPreparing) return;
    isPreparing = true;
    import('../storage/queries-last-words.ts')
      .then(({ createLastWordsSeal }) => createLastWordsSeal(rowKey, conversationId))
      // Without it there is what the engine is told.
      .then(
        (made) => (seal = made),
        () => (isPreparing = false)
      );
  }

  function find({ draft }: ConversationView): void {
    text = draft ?? '';
    drafts.found(text);
  }

  /** The first answer decides where the timeline opens; later ones only change what is shown. */
  function begin(view: ConversationView): void {
    find(view);
    if (view.firstUnreadSort !== null && view.unread > 0) {
      unreadFrom = { sort: view.firstUnreadSort, count: view.unread };
    }
    messages = createMessageWindow({ db, rowKey, conversationId }, view.firstUnreadSort);
  }

  function markRead({ unread, firstUnreadSort }: ConversationView, sort: number): void {
    if (marking || unread === 0 || firstUnreadSort === null || sort < firstUnreadSort) return;
    marking = true;
    // Said again with the next message or scroll if it was not heard.
    const done = () => {
      marking = false;
    };
    call('conversation.markRead', { conversationId, upToSort: sort }).then(done, done);
  }

  function take(words: 'with-text' | 'without-text'): Typed {
    const typed = { text: words === 'with-text' ? text : '', reply };
    reply = null;
    if (words === 'with-text') {
      text = '';
      touched = true;
      typing.sent();
    }
    taken = [...taken, { typed, way: null }];
    drafts.later();
    return typed;
  }

  function letGo(typed: Typed): void {
    taken = taken.filter((one) => one.typed !== typed);
  }

  /** From now on the engine has it. */
  function letLeave(typed: Typed): void {
    const before = messages?.messages?.findLast(({ id }) => !isPending(id));
    const way = { text: typed.text, afterSort: before?.sort ?? null };
    taken = taken.map((one) => (one.typed === typed ? { typed, way } : one));
  }

  function giveBack(typed: Typed): void {
    letGo(typed);
    text = joinWords([typed.text, text]);
    reply ??= typed.reply;
    drafts.later();
  }

  /** It stands in the timeline before the engine has heard of it. */
  function expect({ text, reply: answered }: Typed): ExpectedMessage | undefined {
    const view = live.current ?? known;
    if (!view) return undefined;
    const { mode, seconds } = view.timer;
    const quote: QuoteView | null = answered && {
      authorId: answered.direction === 'out' ? profile.accountId : view.accountId,
      sentAtMs: answered.sentAtMs,
      fromMe: answered.direction === 'out',
      messageId: answered.id
    };
    const disappears = mode === 'off' ? null : { mode, seconds, atMs: null };
    return messages?.expect({ text, quote, disappears, sentAtMs: Date.now() });
  }

  async function send(typed: Typed, stagedIds: readonly string[]): Promise<string | null> {
    let expected: ExpectedMessage | undefined;
    try {
      if (!stopped) await messages?.toLatest();
      // With files it looks like something only once they are stored.
      if (stagedIds.length === 0) expected = expect(typed);
      letLeave(typed);
      const { messageId } = await call('message.send', {
        conversationId,
        text: typed.text.trim() === '' ? '' : typed.text,
        ...(typed.reply ? { quoteMessageId: typed.reply.id } : {}),
        ...(stagedIds.length > 0 ? { stagedIds } : {})
      });
      expected?.settle(messageId);
      letGo(typed);
      drafts.sent();
      return null;
    } catch (error) {
      expected?.settle(null);
      giveBack(typed);
      return errorCode(error);
    }
  }

  return {
    id: conversationId,
    get view() {
      return live.current === undefined ? known : live.current;
    },
    get window() {
      return messages;
    },
    get unreadFrom() {
      return unreadFrom;
    },
    get text() {
      return text;
    },
    set text(value) {
      if (value !== text) typing.pressed(value.trim() === '');
      text = value;
      touched = true;
      prepareSeal();
      drafts.later();
    },
    take,
    send,
    giveBack,
    retry: (messageId) => call('message.retry', { messageId }),
    get reply() {
      return reply;
    },
    set reply(message) {
      reply = message;
    },
    quoted,
    react: (messageId, emoji, remove) => call('message.react', { messageId, emoji, remove }),
    deleteMessages: (messageIds, where) => call('message.delete', { messageIds, where }),
    forward: (messageIds, conversationIds) => call('message.forward', { messageIds, conversationIds }),
    info: (messageId) => call('message.info', { messageId }),
    setTimer: (setting) => call('conversation.setTimer', { conversationId, ...setting }),
    async sendBasic(messageIds, always) {
      for (const messageId of messageIds) await call('message.sendBasic', { messageId, always });
    },
    answerResend: (send) => call('resend.answer', { conversationId, send }),
    async delete() {
      gone = true;
      drafts.drop();
      await call('conversation.delete', { conversationId });
    },
    markRead(sort) {
      seenSort = Math.max(sort, seenSort ?? sort);
      if (live.current) markRead(live.current, sort);
    },
    saveDraft: drafts.now,
    leave: drafts.leave,
    stop() {
      stopped = true;
      drafts.leave();
      typing.stop();
      quoted.stop();
      live.stop();
      messages?.stop();
    }
  };
}
