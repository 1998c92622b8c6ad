// Every command of the quick switcher, for the screen as it stands.
import { goto } from '$app/navigation';
import { resolve } from '$app/paths';
import { chatActs } from '../../lib/state/chat-acts.ts';
import type { ChatActions } from '../../lib/state/chat-actions.ts';
import type { ConversationsState } from '../../lib/state/conversations.svelte.ts';
import { isUnread } from '../../lib/state/row-view.ts';
import type { Command } from '../../lib/state/switcher.ts';
import type { ConversationView } from '../../lib/storage/views.ts';
import { chats } from '../../lib/text/en/chats.ts';
import { search as text } from '../../lib/text/en/search.ts';
import { settings } from '../../lib/text/en/settings.ts';

export interface CommandContext {
  /** The conversation in view; undefined without one. */
  readonly open: ConversationView | undefined;
  readonly conversations: ConversationsState;
  readonly actions: ChatActions;
  readonly nowMs: number;
  /** @param within a conversation, or null for all */
  readonly search: (within: string | null) => void;
  readonly toggleDetails: () => void;
  readonly showKeys: () => void;
  readonly openChat: (conversationId: string) => void;
}

/** The way of writing keys on this machine: Cmd on a Mac. */
const printed = (keys: string) =>
  /Mac|iPhone|iPad/.test(navigator.platform) ? keys.replace('Ctrl', 'Cmd') : keys;

export function listCommands(context: CommandContext): Command[] {
  return [...generalCommands(context), ...chatCommands(context), ...settingsCommands()];
}

function generalCommands({
  conversations,
  actions,
  open,
  search,
  showKeys,
  openChat
}: CommandContext): Command[] {
  const names = text.commandNames;
  const nextUnread = conversations.neighbour(open?.id ?? null, 1, true);
  const unread = (conversations.all ?? []).filter((view) => isUnread(view));
  const commands: Command[] = [
    {
      id: 'new-message',
      label: names.newMessage,
      keys: printed('Ctrl Shift M'),
      run: () => void goto(resolve('/new'))
    },
    { id: 'search-all', label: names.searchAll, keys: printed('Ctrl Shift F'), run: () => search(null) },
    { id: 'requests', label: names.requests, run: () => void goto(resolve('/requests')) },
    { id: 'invite', label: names.invite, run: () => void goto(resolve('/new/invite')) },
    { id: 'keys', label: names.keys, keys: printed('Ctrl /'), run: showKeys }
  ];
  if (nextUnread) {
    commands.push({
      id: 'next-unread',
      label: names.nextUnread,
      keys: 'Alt Shift ↓',
      run: () => openChat(nextUnread)
    });
  }
  if (unread.length > 0) {
    const readAll = () => unread.forEach((view) => actions.act(view, 'read'));
    commands.push({ id: 'read-all', label: names.markAllRead, run: readAll });
  }
  return commands;
}

function chatCommands({ open, actions, nowMs, search, toggleDetails }: CommandContext): Command[] {
  if (!open) return [];
  const names = text.commandNames;
  const first: Command[] = [
    { id: 'search-here', label: names.searchHere, keys: printed('Ctrl F'), run: () => search(open.id) },
    { id: 'details', label: names.details, keys: printed('Ctrl .'), run: toggleDetails }
  ];
  if (open.request === 'incoming') return first;
  const acts = chatActs(open, nowMs).map((act): Command => {
    if (act === 'mute') {
      return { id: act, label: names.muteHour, run: () => actions.mute(open, 'hour') };
    }
    return { id: act, label: names.thisChat({ act: chats.acts[act] }), run: () => actions.act(open, act) };
  });
  return [...first, ...acts];
}

function settingsCommands(): Command[] {
  const of = (section: string, run: () => void): Command => ({
    id: `settings ${section}`,
    label: text.commandNames.settingsOf({ section }),
    run
  });
  return [
    of(settings.profile, () => void goto(resolve('/settings/profile'))),
    of(settings.privacy, () => void goto(resolve('/settings/privacy'))),
    of(settings.notifications, () => void goto(resolve('/settings/notifications'))),
    of(settings.appearance, () => void goto(resolve('/settings/appearance'))),
    of(settings.path, () => void goto(resolve('/settings/path'))),
    of(settings.recoveryPassword, () => void goto(resolve('/settings/recovery-password'))),
    of(settings.transparency, () => void goto(resolve('/settings/transparency')))
  ];
}
