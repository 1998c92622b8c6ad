// Messages people read: text, replies, files, link previews, invitations (accounts-and-messages.md §3.4 steps 10–14,
// §4.1). Pure.
import { isAccountId, type AccountId } from '../account-id.ts';
import {
  isApproved,
  isApprovedMe,
  type ConversationContent,
  type MessageContent,
  type StoredAttachment
} from '../storage/index.ts';
import { toTimestampMs, type DataMessage } from '../wire/index.ts';
import { cutToCodePoints, MAX_ATTACHMENTS, MAX_RECEIVED_CODE_POINTS } from './limits.ts';
import { receivedAttachments, receivedPreviewPicture } from './receive-attachments.ts';
import { timelineNotice } from './notices.ts';
import { receivedExpiration } from './receive-expiration.ts';
import { withProfile } from './receive-profile.ts';
import type { ContentItem } from './open-item.ts';
import type { WorkingSet } from './working-set.ts';

/** Longest title and address of a link preview or an invitation that is kept, code points. */
const MAX_TITLE = 300;
const MAX_URL = 4_096;

/** @param accountId of the conversation */
export function receiveVisible(
  set: WorkingSet,
  item: ContentItem,
  data: DataMessage,
  accountId: AccountId
): void {
  const parts = visibleParts(data, item.timestampMs);
  if (!parts) return set.refuse('nothing-in-it');
  const isOwn = item.senderId === set.ownId;
  if (set.isKnown(item.senderId, item.timestampMs)) {
    // A copy of our own message coming back is no fault of anybody.
    if (!isOwn) set.refuse('duplicate');
    return;
  }
  if (item.timestampMs < set.deletedBeforeMs(accountId)) return set.refuse('deleted-before');
  const before = set.conversation(accountId);
  const isAway = !before || before.hidden === true;
  if (isAway && item.timestampMs <= set.handledBeforeMs(accountId)) return set.refuse('handled-elsewhere');
  if (!isOwn && !(before && isApproved(before)) && set.settings.reachableBy !== 'anyone') {
    return set.refuse('not-reachable');
  }
  const expiration = receivedExpiration(set, item, accountId);
  if (!expiration) return;
  const begun = set.begin(accountId, item.timestampMs);
  if (!isOwn && begun.protectedIn === 'hybrid' && item.protection !== 'hybrid') noteDrop(set, begun, item);
  const after = isOwn ? afterOwn(begun) : afterTheirs(set, begun, item, data);
  set.setConversation({ ...after, hidden: false });
  set.addMessage(accountId, {
    direction: isOwn ? 'out' : 'in',
    authorId: item.senderId,
    sentAtMs: item.timestampMs,
    receivedAtMs: set.nowMs,
    state: isOwn ? 'sent' : 'received',
    failureCode: null,
    messageHash: item.hash,
    ...(item.protection && { protection: item.protection }),
    ...(hasOddDate(item) && { oddDate: true }),
    ...expiration,
    ...parts
  });
  set.tell({ type: 'typing', accountId: item.senderId, isTyping: false });
}

/** Later than a clock may be off, or longer ago than a message lives in the network (v2-forward-secrecy-and-pq.md §10.3). */
function hasOddDate({ timestampMs, storedAtMs }: ContentItem): boolean {
  if (storedAtMs === undefined) return false;
  return timestampMs > storedAtMs + 5 * MINUTE_MS || timestampMs < storedAtMs - 15 * DAY_MS;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The line that says that a message came less protected than those before it; once for each such change. */
function noteDrop(set: WorkingSet, { accountId }: ConversationContent, { timestampMs }: ContentItem): void {
  const notice = { type: 'protection' as const, change: 'dropped' as const };
  set.addMessage(
    accountId,
    timelineNotice({ authorId: set.ownId, atMs: timestampMs - 2, nowMs: set.nowMs, notice })
  );
}

/** Writing to somebody is accepting them; it happened on another device of ours. */
function afterOwn(conversation: ConversationContent): ConversationContent {
  return isApproved(conversation) ? conversation : { ...conversation, approved: true };
}

/** Whoever writes to us accepts us; where we wrote first, that is the answer. */
function afterTheirs(
  set: WorkingSet,
  conversation: ConversationContent,
  item: ContentItem,
  data: DataMessage
): ConversationContent {
  const named = withProfile(conversation, data.profile, data.profileKey);
  if (isApprovedMe(named)) return named;
  if (isApproved(named)) noteAcceptance(set, named, item.timestampMs - 1);
  return { ...named, approvedMe: true };
}

/** The line that says they accepted; once, since it is called only where they had not. */
export function noteAcceptance(set: WorkingSet, conversation: ConversationContent, atMs: number): void {
  if (conversation.kind === 'note-to-self') return;
  set.addMessage(
    conversation.accountId,
    timelineNotice({ authorId: set.ownId, atMs, nowMs: set.nowMs, notice: { type: 'they-accepted' } })
  );
}

type Parts = Pick<MessageContent, 'text' | 'quote' | 'preview' | 'invitation' | 'attachments'>;

/** What of a data message is shown; null when nothing is. */
function visibleParts(data: DataMessage, timestampMs: number): Parts | null {
  const text = cutToCodePoints(data.body, MAX_RECEIVED_CODE_POINTS);
  const files = receivedAttachments(data, timestampMs);
  const quote = quoteOf(data);
  const { preview = null, picture = null } = previewOf(data, timestampMs) ?? {};
  const invitation = invitationOf(data);
  const attachments = picture && files.length < MAX_ATTACHMENTS ? [...files, picture] : files;
  if (text === '' && attachments.length === 0 && !quote && !preview && !invitation) return null;
  return {
    text,
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(quote ? { quote } : {}),
    ...(preview ? { preview } : {}),
    ...(invitation ? { invitation } : {})
  };
}

function quoteOf({ quote }: DataMessage): MessageContent['quote'] | null {
  const timestampMs = toTimestampMs(quote?.id);
  if (!quote || timestampMs === null || !isAccountId(quote.author)) return null;
  return { authorId: quote.author, timestampMs };
}

/** Kept only with a title or a picture, and where the person can see in the text what it is a preview of (§4.8). */
function previewOf(
  { preview, body }: DataMessage,
  timestampMs: number
): { preview: NonNullable<MessageContent['preview']>; picture: StoredAttachment | null } | null {
  for (const { url, title, image } of preview) {
    const picture = receivedPreviewPicture(image, timestampMs);
    const isShown = title.trim() !== '' || picture !== null;
    if (!isShown || url === '' || url.length > MAX_URL || !body.includes(url)) continue;
    return { preview: { url, title: cutToCodePoints(title, MAX_TITLE) }, picture };
  }
  return null;
}

function invitationOf({ communityInvitation }: DataMessage): MessageContent['invitation'] | null {
  if (!communityInvitation || communityInvitation.url === '' || communityInvitation.url.length > MAX_URL) {
    return null;
  }
  return { url: communityInvitation.url, name: cutToCodePoints(communityInvitation.name, MAX_TITLE) };
}
