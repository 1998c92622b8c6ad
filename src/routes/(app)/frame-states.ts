// What the screens of an open profile share, made once and handed down by context.
import { pushState } from '$app/navigation';
import { createAnnouncer, provideAnnouncer } from '../../lib/state/announcer.svelte.ts';
import { createChatActions, provideChatActions } from '../../lib/state/chat-actions.ts';
import { createConnectionViewState, provideConnection } from '../../lib/state/connection.svelte.ts';
import {
  createConversationsState,
  provideConversations,
  type ConversationsState
} from '../../lib/state/conversations.svelte.ts';
import { createChatDialogs, provideChatDialogs } from '../../lib/state/dialogs.svelte.ts';
import { createDevicesState, provideDevices, type DevicesState } from '../../lib/state/devices.svelte.ts';
import { createFormatsState, provideFormats, type FormatsState } from '../../lib/state/formats.svelte.ts';
import { createHeldState, provideHeld, type HeldState } from '../../lib/state/held.svelte.ts';
import { createJump, provideJump } from '../../lib/state/jump.svelte.ts';
import { createKeymapState, provideKeymap, type KeymapState } from '../../lib/state/keymap.svelte.ts';
import { takeUpLastWords, type LastWordsTakenUp } from '../../lib/state/last-words.ts';
import { createLayoutState, provideLayout, type LayoutState } from '../../lib/state/layout.svelte.ts';
import { createListening, provideListening } from '../../lib/state/listening.svelte.ts';
import { createMediaShelf, provideMediaShelf } from '../../lib/state/media-shelf.svelte.ts';
import { createPanels, providePanels, type Panels } from '../../lib/state/panels.svelte.ts';
import {
  createProfileState,
  provideProfile,
  type OpenStatus,
  type ProfileState
} from '../../lib/state/profile.svelte.ts';
import { createProfiles, provideProfiles, type Profiles } from '../../lib/state/profiles.svelte.ts';
import { createRequestsState, provideRequests, type RequestsState } from '../../lib/state/requests.svelte.ts';
import type { Session } from '../../lib/state/session.svelte.ts';
import { createSettingsState, provideSettings, type SettingsState } from '../../lib/state/settings.svelte.ts';
import { createStoragePressure, provideStoragePressure } from '../../lib/state/storage-pressure.svelte.ts';
import { createToasts, provideToasts } from '../../lib/state/toasts.svelte.ts';
import { createTransfers, provideTransfers } from '../../lib/state/transfers.svelte.ts';
import { createTypingState, provideTyping } from '../../lib/state/typing.svelte.ts';
import type { ConversationView } from '../../lib/storage/views.ts';

export interface FrameStates {
  readonly profile: ProfileState;
  readonly profiles: Profiles;
  readonly conversations: ConversationsState;
  readonly requests: RequestsState;
  readonly held: HeldState;
  readonly devices: DevicesState;
  readonly formats: FormatsState;
  readonly settings: SettingsState;
  readonly layout: LayoutState;
  readonly keymap: KeymapState;
  readonly panels: Panels;
  readonly lastWords: LastWordsTakenUp;
  stop(): void;
}

export interface FrameDeeds {
  readonly searchHere: () => void;
  /** The entry of the history in view is that of the open panel. */
  readonly isDetailsEntry: () => boolean;
  readonly showDetails: (view: ConversationView) => void;
}

/** To be called while the frame is made. */
export function provideFrameStates(status: OpenStatus, session: Session, deeds: FrameDeeds): FrameStates {
  const profile = provideProfile(createProfileState(status));
  const lastWords = takeUpLastWords(window, profile, session.call);
  const profiles = provideProfiles(createProfiles(session.call));
  const formats = provideFormats(createFormatsState(window));
  const conversations = provideConversations(createConversationsState(profile, () => formats.nowMs));
  const requests = provideRequests(createRequestsState(conversations));
  const held = provideHeld(createHeldState(profile));
  const settings = provideSettings(createSettingsState(profile, session.call));
  const devices = provideDevices(createDevicesState(profile, session.call));
  const shelf = provideMediaShelf(
    createMediaShelf(async () => {
      const { openMediaReader } = await import('../../lib/state/media-reading.ts');
      return openMediaReader(profile.db, profile.rowKey, profile.status.profileId);
    })
  );
  const listening = provideListening(createListening(shelf));
  const transfers = provideTransfers(createTransfers(session.onEvent));
  const typing = provideTyping(createTypingState(session.onEvent));
  const connection = provideConnection(createConnectionViewState(window, session));
  const pressure = provideStoragePressure(createStoragePressure(session.onEvent, navigator));
  const layout = provideLayout(createLayoutState(() => localStorage));
  const keymap = provideKeymap(createKeymapState(window));
  provideAnnouncer(createAnnouncer());
  const toasts = provideToasts(createToasts());
  const dialogs = provideChatDialogs(createChatDialogs());
  provideJump(createJump());
  const detailsEntry = {
    get isOpen() {
      return deeds.isDetailsEntry();
    },
    push: () => pushState('', { details: true }),
    back: () => history.back()
  };
  const panels = providePanels(
    createPanels({
      searchHere: deeds.searchHere,
      onePane: () => (layout.size === 'narrow' ? detailsEntry : null)
    })
  );
  const { call } = session;
  provideChatActions(
    createChatActions({ call, toasts, dialogs, nowMs: Date.now, showDetails: deeds.showDetails })
  );
  return {
    profile,
    profiles,
    conversations,
    requests,
    held,
    devices,
    formats,
    settings,
    layout,
    panels,
    keymap,
    lastWords,
    stop() {
      lastWords.stop();
      keymap.stop();
      pressure.stop();
      listening.close();
      shelf.close();
      transfers.stop();
      profile.close();
      profiles.stop();
      conversations.stop();
      held.stop();
      settings.stop();
      devices.stop();
      typing.stop();
      connection.stop();
      formats.stop();
    }
  };
}
