// Views as an ordinary conversation of two people gives them, for tests of what the page makes of them.
import type { AccountId } from '../../src/lib/account-id.ts';
import type { ConversationView, MessageView } from '../../src/lib/storage/views.ts';

export const SAMPLE_ACCOUNT = `05d1c8ab${'f3'.repeat(29)}` as AccountId;

export function sampleConversation(part: Partial<ConversationView> = {}): ConversationView {
  return {
    id: 'c1',
    kind: 'contact',
    accountId: SAMPLE_ACCOUNT,
    name: 'Mara Lindqvist',
    lastMessage: { preview: 'See you\nthere', direction: 'in', state: 'received' },
    lastAtMs: 0,
    unread: 0,
    firstUnreadSort: null,
    messageCount: 1,
    failed: 0,
    pinned: false,
    mutedUntilMs: null,
    notify: 'all',
    draft: null,
    request: 'none',
    blocked: false,
    nickname: null,
    markedUnread: false,
    timer: { mode: 'off', seconds: 0 },
    theirTimer: null,
    pictureMediaId: null,
    autoDownload: false,
    keepMediaDays: null,
    requireEnhanced: false,
    keysProblem: false,
    resendRequest: null,
    hidden: false,
    protectedIn: null,
    protectedOut: null,
    ...part
  };
}

export function sampleMessage(part: Partial<MessageView> & { readonly sort: number }): MessageView {
  return {
    id: `m${part.sort}`,
    conversationId: 'c1',
    direction: 'in',
    text: 'text',
    sentAtMs: part.sort,
    state: part.direction === 'out' ? 'sent' : 'received',
    failureCode: null,
    read: true,
    expiresAtMs: null,
    notice: null,
    deleted: false,
    quote: null,
    reactions: [],
    readByThem: false,
    disappears: null,
    preview: null,
    invitation: null,
    protection: 'classic',
    oddDate: false,
    waiting: null,
    attachments: [],
    ...part
  };
}
