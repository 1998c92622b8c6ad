// Does what menus, panel and quick switcher offer for a conversation, says what was done, and takes it back.
import { getContext, setContext } from 'svelte';
import { errorCode } from '../errors.ts';
import type { ConversationView } from '../storage/views.ts';
import { chats as text } from '../text/en/chats.ts';
import { shell } from '../text/en/shell.ts';
import { muteEnd, type ChatAct, type MuteSpan } from './chat-acts.ts';
import type { ChatDialogs } from './dialogs.svelte.ts';
import { conversationName } from './row-view.ts';
import type { Session } from './session.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

export interface ChatActionsDeps {
  readonly call: Session['call'];
  readonly toasts: Pick<Toasts, 'show'>;
  readonly dialogs: Pick<ChatDialogs, 'ask'>;
  readonly nowMs: () => number;
  /** Opens the panel of a conversation. */
  readonly showDetails: (view: ConversationView) => void;
}

export interface ChatActions {
  /** Mute asks for how long elsewhere: see `mute`. */
  act(view: ConversationView, act: Exclude<ChatAct, 'mute'>): void;
  mute(view: ConversationView, span: MuteSpan): void;
  /** Null or blank takes it away. */
  setNickname(view: ConversationView, nickname: string): void;
  /** Nothing classic goes to them while it is on. */
  requireEnhanced(view: ConversationView, on: boolean): void;
  block(view: ConversationView): void;
  hide(view: ConversationView): void;
  delete(view: ConversationView): void;
  accept(view: ConversationView): void;
  decline(view: ConversationView): void;
  blockRequest(view: ConversationView): void;
  clearRequests(): void;
}

type Call = () => Promise<unknown>;

export function createChatActions(deps: ChatActionsDeps): ChatActions {
  const { call, toasts, dialogs } = deps;

  /** @param undo what takes it back, when that is possible */
  function run(work: Call, said: string, undo?: Call): void {
    work().then(
      () => toasts.show(said, undo ? { label: text.undo, run: () => attempt(undo) } : null),
      (error: unknown) => refuse(error)
    );
  }

  function attempt(work: Call): void {
    work().catch((error: unknown) => refuse(error));
  }

  function refuse(error: unknown): void {
    const code = errorCode(error);
    toasts.show(code === 'too-many-pins' ? text.tooManyPins : shell.actionFailed({ code }));
  }

  const pin = ({ id }: ConversationView, pinned: boolean) =>
    call('conversation.pin', { conversationId: id, pinned });
  const muteUntil = ({ id }: ConversationView, untilMs: number | null) =>
    call('conversation.mute', { conversationId: id, untilMs });
  const notify = ({ id }: ConversationView, value: ConversationView['notify']) =>
    call('conversation.notify', { conversationId: id, notify: value });
  const read = ({ id }: ConversationView) =>
    call('conversation.markRead', { conversationId: id, upToSort: Number.MAX_SAFE_INTEGER });
  const unread = ({ id }: ConversationView) => call('conversation.markUnread', { conversationId: id });
  const setBlocked = ({ id }: ConversationView, blocked: boolean) =>
    call('contact.block', { conversationId: id, blocked });

  function act(view: ConversationView, what: Exclude<ChatAct, 'mute'>): void {
    const name = conversationName(view);
    switch (what) {
      case 'details':
        return deps.showDetails(view);
      case 'nickname':
      case 'block':
      case 'delete':
      case 'timer':
        return dialogs.ask(what, view);
      case 'pin':
        return run(
          () => pin(view, true),
          text.pinned({ name }),
          () => pin(view, false)
        );
      case 'unpin':
        return run(
          () => pin(view, false),
          text.unpinned({ name }),
          () => pin(view, true)
        );
      case 'read':
        return run(
          () => read(view),
          text.markedRead,
          () => unread(view)
        );
      case 'unread':
        return run(
          () => unread(view),
          text.markedUnread,
          () => read(view)
        );
      case 'unmute':
        return run(
          () => muteUntil(view, null),
          text.unmuted({ name }),
          () => muteUntil(view, view.mutedUntilMs)
        );
      case 'notify':
        return run(
          () => notify(view, 'all'),
          text.notified({ name }),
          () => notify(view, 'none')
        );
      case 'silence':
        return run(
          () => notify(view, 'none'),
          text.silenced({ name }),
          () => notify(view, 'all')
        );
      case 'unblock':
        return run(
          () => setBlocked(view, false),
          text.unblocked({ name }),
          () => setBlocked(view, true)
        );
    }
  }

  return {
    act,
    mute: (view, span) =>
      run(
        () => muteUntil(view, muteEnd(span, deps.nowMs())),
        text.muted({ name: conversationName(view) }),
        () => muteUntil(view, null)
      ),
    setNickname: (view, nickname) =>
      attempt(() => call('contact.nickname', { conversationId: view.id, nickname: nickname.trim() || null })),
    requireEnhanced: (view, on) =>
      attempt(() => call('contact.requireEnhanced', { conversationId: view.id, on })),
    block: (view) =>
      run(
        () => setBlocked(view, true),
        text.blocked({ name: conversationName(view) }),
        () => setBlocked(view, false)
      ),
    hide: (view) =>
      run(
        () => call('conversation.hide', { conversationId: view.id }),
        text.hidden({ name: conversationName(view) }),
        () => call('conversation.open', { accountId: view.accountId })
      ),
    delete: (view) =>
      run(
        () => call('conversation.delete', { conversationId: view.id }),
        text.deleted({ name: conversationName(view) })
      ),
    accept: (view) =>
      run(
        () => call('request.accept', { conversationId: view.id }),
        text.accepted({ name: conversationName(view) })
      ),
    decline: (view) =>
      run(
        () => call('request.decline', { conversationId: view.id }),
        text.declined({ name: conversationName(view) })
      ),
    blockRequest: (view) =>
      run(
        () => call('request.block', { conversationId: view.id }),
        text.blocked({ name: conversationName(view) })
      ),
    clearRequests: () => run(() => call('request.clearAll', {}), text.cleared)
  };
}

const KEY = Symbol('chat actions');

export function provideChatActions(actions: ChatActions): ChatActions {
  return setContext(KEY, actions);
}

export function useChatActions(): ChatActions {
  return getContext<ChatActions>(KEY);
}
