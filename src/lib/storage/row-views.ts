// From the content of rows to what screens are given; pure. Fields that older rows lack get their value here.
import type { AccountId } from '../account-id.ts';
import { conversationOfKey, messageKey, OWN_AUTHOR_TAG, sortOfKey } from './message-key.ts';
import type { ConversationContent, MessageContent, StoredAttachment } from './rows.ts';
import type {
  AttachmentView,
  ConversationView,
  LinkPreviewView,
  MessageView,
  QuoteView,
  ReactionView,
  RequestState,
  SettingsView,
  TimerSetting
} from './views.ts';

export const NO_TIMER: TimerSetting = { mode: 'off', seconds: 0 };

export const DEFAULT_SETTINGS: SettingsView = {
  readReceipts: false,
  typingIndicators: false,
  reachableBy: 'anyone',
  notificationContent: 'neither',
  notifications: false,
  recoveryReminded: false,
  lockAfterMinutes: 15,
  lockWhenHidden: false,
  blurWhenHidden: false,
  forwardSecrecy: false,
  keyWindow: 'standard',
  dormantAfterDays: 30
};

/** We accept them. Conversations from before there were requests were open to both sides. */
export function isApproved({ approved = true }: ConversationContent): boolean {
  return approved;
}

/** They accept us. */
export function isApprovedMe({ approvedMe = true }: ConversationContent): boolean {
  return approvedMe;
}

/** Where a conversation stands between the two sides (accounts-and-messages.md §4.1). */
export function requestState(content: ConversationContent): RequestState {
  if (isApproved(content) === isApprovedMe(content)) return 'none';
  return isApproved(content) ? 'outgoing' : 'incoming';
}

export function conversationView(id: string, content: ConversationContent): ConversationView {
  const last = content.lastMessage;
  return {
    id,
    kind: content.kind,
    accountId: content.accountId,
    name: content.name,
    lastMessage: last && {
      preview: last.preview,
      direction: last.direction,
      state: last.state,
      label: last.label ?? null
    },
    lastAtMs: content.lastAtMs,
    unread: content.unread,
    firstUnreadSort: content.firstUnreadSort,
    messageCount: content.messageCount,
    failed: content.failed,
    pinned: content.pinned,
    mutedUntilMs: content.mutedUntilMs ?? null,
    notify: content.notify ?? 'all',
    draft: content.draft,
    request: requestState(content),
    blocked: content.blocked ?? false,
    nickname: content.nickname ?? null,
    markedUnread: content.markedUnread ?? false,
    timer: content.timer ?? NO_TIMER,
    theirTimer: content.theirTimer ?? null,
    pictureMediaId: content.picture?.mediaId ?? null,
    autoDownload: content.autoDownload ?? false,
    keepMediaDays: content.keepMediaDays ?? null,
    hidden: content.hidden ?? false,
    requireEnhanced: content.requireEnhanced ?? false,
    keysProblem: content.keysProblem ?? false,
    resendRequest: content.resendRequest
      ? { count: content.resendRequest.count, atMs: content.resendRequest.atMs }
      : null,
    protectedIn: content.protectedIn ?? null,
    protectedOut: content.protectedOut ?? null
  };
}

/** Whether a message at this position is one that was read; our own are. */
export function isRead(
  { direction }: Pick<MessageContent, 'direction'>,
  sort: number,
  upTo: number
): boolean {
  return direction === 'out' || sort <= upTo;
}

/** @param context of the conversation: read position, the other account and the end of its message keys */
export function messageView(
  id: string,
  content: MessageContent,
  context: { readUpToSort: number; peerId: AccountId; peerTag: string }
): MessageView {
  const sort = sortOfKey(id);
  const conversationId = conversationOfKey(id);
  return {
    id,
    conversationId,
    direction: content.direction,
    text: content.text,
    sentAtMs: content.sentAtMs,
    sort,
    state: content.state,
    failureCode: content.failureCode,
    read: isRead(content, sort, context.readUpToSort),
    expiresAtMs: content.expiresAtMs,
    notice: content.notice ?? null,
    deleted: content.deleted ?? false,
    quote: content.quote ? quoteView(content.quote, conversationId, context) : null,
    reactions: reactionViews(content.reactions ?? [], context.peerId),
    readByThem: content.readByThemAtMs !== undefined,
    disappears: content.disappears ?? null,
    preview: content.preview ? previewView(content.preview, content.attachments) : null,
    invitation: content.invitation ?? null,
    protection: content.protection ?? 'classic',
    oddDate: content.oddDate ?? false,
    waiting: content.state === 'queued' ? (content.waitsFor ?? null) : null,
    attachments: attachmentViews(content)
  };
}

function quoteView(
  quote: NonNullable<MessageContent['quote']>,
  conversationId: string,
  { peerId, peerTag }: { peerId: AccountId; peerTag: string }
): QuoteView {
  const fromMe = quote.authorId !== peerId;
  const tag = fromMe ? OWN_AUTHOR_TAG : peerTag;
  return {
    authorId: quote.authorId,
    sentAtMs: quote.timestampMs,
    fromMe,
    messageId: messageKey(conversationId, quote.timestampMs, tag)
  };
}

/** Emoji in the order they came first; everyone but the other account is us. */
function reactionViews(
  reactions: NonNullable<MessageContent['reactions']>,
  peerId: AccountId
): ReactionView[] {
  return [...Map.groupBy(reactions, ({ emoji }) => emoji)].map(([emoji, group]) => ({
    emoji,
    count: group.length,
    mine: group.some(({ authorId }) => authorId !== peerId),
    authorIds: group.map(({ authorId }) => authorId)
  }));
}

/** The files a message carries, without the picture of its link preview. */
export function attachmentViews({ attachments = [] }: Pick<MessageContent, 'attachments'>): AttachmentView[] {
  return ownFiles(attachments).map(attachmentView);
}

/** Those of the files that are not the picture of a link preview. */
export function ownFiles(attachments: readonly StoredAttachment[]): readonly StoredAttachment[] {
  return attachments.filter(({ ofPreview }) => ofPreview === undefined);
}

function previewView(
  preview: NonNullable<MessageContent['preview']>,
  attachments: readonly StoredAttachment[] = []
): LinkPreviewView {
  const picture = attachments.find(({ ofPreview }) => ofPreview);
  return { ...preview, picture: picture ? attachmentView(picture) : null };
}

export function attachmentView(stored: StoredAttachment): AttachmentView {
  const { remote: _, ofPreview: __, ...shown } = stored;
  return { ...shown, progress: stored.state === 'here' ? 1 : 0 };
}
