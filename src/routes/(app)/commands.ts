// Every command of the quick switcher, for the screen as it stands.
import { goto } from '$app/navigation';
import { resolve } from '$app/paths';
import { chatActs } from '../../lib/state/chat-acts.ts';
import type { ChatActions } from '../../lib/state/chat-actions.ts';
import type { ConversationsState } from '../../lib/state/conversations.svelte.ts';
import type { ListedProfile } from '../../lib/state/profiles.svelte.ts';
import { isUnread } from '../../lib/state/row-view.ts';
import type { ShortcutId } from '../../lib/state/shortcuts.ts';
import type { Command } from '../../lib/state/switcher.ts';
import type { ConversationView } from '../../lib/storage/views.ts';
import { chats } from '../../lib/text/en/chats.ts';
import { profiles } from '../../lib/text/en/profiles.ts';
import { search as text } from '../../lib/text/en/search.ts';
import { settings } from '../../lib/text/en/settings.ts';

export interface CommandContext {
  /** The conversation in view; undefined without one. */
  readonly open: ConversationView | undefined;
  readonly conversations: ConversationsState;
  readonly actions: ChatActions;
  readonly nowMs: number;
  /** As printed; empty when turned off. */
  readonly keysOf: (id: ShortcutId) => string;
  /** @param within a conversation, or null for all */
  readonly search: (within: string | null) => void;
  /** Closes the profile in every tab. */
  readonly lock: () => void;
  readonly toggleDetails: () => void;
  readonly showKeys: () => void;
  readonly openChat: (conversationId: string) => void;
  readonly otherProfiles: readonly ListedProfile[];
  readonly switchTo: (profileId: string) => void;
}

export function listCommands(context: CommandContext): Command[] {
  return [
    ...generalCommands(context),
    ...chatCommands(context),
    ...profileCommands(context),
    ...settingsCommands()
  ];
}

function profileCommands({ otherProfiles, switchTo }: CommandContext): Command[] {
  const switches = otherProfiles.map(({ profileId, opened }): Command => ({
    id: `profile ${profileId}`,
    label: profiles.switchToNamed({ name: opened?.displayName || profiles.unnamed }),
    run: () => switchTo(profileId)
  }));
  const manage = {
    id: 'profiles',
    label: profiles.manage,
    run: () => void goto(resolve('/settings/profiles'))
  };
  return [...switches, manage];
}

function generalCommands({
  conversations,
  actions,
  open,
  search,
  lock,
  showKeys,
  keysOf,
  openChat
}: CommandContext): Command[] {
  const names = text.commandNames;
  const nextUnread = conversations.neighbour(open?.id ?? null, 1, true);
  const unread = (conversations.all ?? []).filter((view) => isUnread(view));
  const commands: Command[] = [
    {
      id: 'new-message',
      label: names.newMessage,
      keys: keysOf('new-message'),
      run: () => void goto(resolve('/new'))
    },
    { id: 'search-all', label: names.searchAll, keys: keysOf('search-all'), run: () => search(null) },
    { id: 'requests', label: names.requests, run: () => void goto(resolve('/requests')) },
    { id: 'invite', label: names.invite, run: () => void goto(resolve('/new/invite')) },
    { id: 'lock', label: names.lock, keys: keysOf('lock'), run: lock },
    { id: 'keys', label: names.keys, keys: keysOf('keys'), run: showKeys }
  ];
  if (nextUnread) {
    commands.push({
      id: 'next-unread',
      label: names.nextUnread,
      keys: keysOf('next-unread'),
      run: () => openChat(nextUnread)
    });
  }
  if (unread.length > 0) {
    const readAll = () => unread.forEach((view) => actions.act(view, 'read'));
    commands.push({ id: 'read-all', label: names.markAllRead, run: readAll });
  }
  return commands;
}

function chatCommands({ open, actions, nowMs, search, toggleDetails, keysOf }: CommandContext): Command[] {
  if (!open) return [];
  const names = text.commandNames;
  const first: Command[] = [
    { id: 'search-here', label: names.searchHere, keys: keysOf('search-here'), run: () => search(open.id) },
    { id: 'details', label: names.details, keys: keysOf('details'), run: toggleDetails }
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
    of(settings.transparency, () => void goto(resolve('/settings/transparency'))),
    of(settings.clearData, () => void goto(resolve('/settings/clear-data')))
  ];
}
