// A row of the conversation list from its data: which mark it carries, what its line says, how it is named.
import { lastEntry } from '../text/en/chats.ts';
import type { AttachmentKind, ConversationView, LastMessageLabel } from '../storage/views.ts';
import { shell as text } from '../text/en/shell.ts';
import { shortAccountId } from './account-text.ts';
import { markupWords } from './message-markup.ts';

export interface RowView {
  readonly name: string;
  /** The name is an Account ID, so it is set in the letters of code. */
  readonly nameIsId: boolean;
  readonly mark: 'draft' | 'failed' | 'queued' | 'sending' | null;
  /** The line without its mark's word. */
  readonly preview: string;
  /** What kind of file the last message has; null for words alone. */
  readonly media: AttachmentKind | null;
}

type Named = Pick<ConversationView, 'kind' | 'name' | 'nickname' | 'accountId'>;

/** What the person calls them, else what they call themselves, else the ends of their Account ID. */
export function conversationName(view: Named): string {
  if (view.kind === 'note-to-self') return text.noteToSelf;
  return givenName(view) ?? shortAccountId(view.accountId);
}

/** The nickname, else the name they sent; null without either. */
export function givenName({ nickname, name }: Pick<Named, 'nickname' | 'name'>): string | null {
  return nickname ?? name;
}

/** Nothing of it is notified, and its count is grey. */
export function isMuted({ mutedUntilMs }: Pick<ConversationView, 'mutedUntilMs'>, nowMs: number): boolean {
  return mutedUntilMs !== null && mutedUntilMs > nowMs;
}

/** Has something to read, or was marked so. */
export function isUnread({
  unread,
  markedUnread
}: Pick<ConversationView, 'unread' | 'markedUnread'>): boolean {
  return unread > 0 || markedUnread;
}

export function viewRow(view: ConversationView): RowView {
  const base = {
    name: conversationName(view),
    nameIsId: view.kind === 'contact' && givenName(view) === null
  };
  if (view.draft !== null && view.draft.trim() !== '') {
    return { ...base, mark: 'draft', preview: oneLine(view.draft), media: null };
  }
  const last = view.lastMessage;
  if (!last)
    return { ...base, mark: view.failed > 0 ? 'failed' : null, preview: text.noMessages, media: null };
  const media = isFileKind(last.label) ? last.label : null;
  const words = oneLine(markupWords(last.preview, () => null)) || (last.label ? lastEntry[last.label] : '');
  if (view.failed > 0) return { ...base, mark: 'failed', preview: words, media };
  // Of a line that nobody wrote nobody is the author.
  const own = last.direction === 'out' && view.kind !== 'note-to-self' && !isNotice(last.label);
  return {
    ...base,
    mark: last.state === 'queued' || last.state === 'sending' ? last.state : null,
    preview: own && words !== '' ? text.you({ text: words }) : words,
    media
  };
}

const FILE_KINDS: ReadonlySet<string> = new Set<AttachmentKind>(['image', 'video', 'audio', 'voice', 'file']);

function isFileKind(label: LastMessageLabel | null | undefined): label is AttachmentKind {
  return label != null && FILE_KINDS.has(label);
}

const NOTICES: ReadonlySet<string> = new Set([
  'you-accepted',
  'they-accepted',
  'timer',
  'call-missed',
  'media-saved',
  'group-invitation',
  'device'
]);

function isNotice(label: LastMessageLabel | null | undefined): boolean {
  return label != null && NOTICES.has(label);
}

/** How a row stands at this moment, beside what its data says. */
export interface RowMoment {
  readonly muted: boolean;
  /** They are writing. */
  readonly typing: boolean;
}

/** What assistive technology calls the row: name, unread, last message, time, state (ux.md §7). */
export function rowName(view: ConversationView, row: RowView, time: string, moment: RowMoment): string {
  const { muted, typing } = moment;
  const line = row.mark === 'draft' ? text.draftOf({ text: row.preview }) : row.preview;
  return [
    row.name,
    view.unread > 0 ? text.unread({ count: view.unread }) : view.markedUnread ? text.markedUnread : '',
    typing ? text.typing : line,
    time,
    row.mark && row.mark !== 'draft' ? text[row.mark] : '',
    view.timer.mode === 'off' ? '' : text.disappearing,
    view.pinned ? text.pinned : '',
    muted ? text.muted : view.notify === 'none' ? text.notNotified : '',
    view.blocked ? text.blocked : ''
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Rows whose name, or Account ID, holds what was typed; without regard to case and accents. */
export function filterConversations(
  views: readonly ConversationView[],
  typed: string
): readonly ConversationView[] {
  const wanted = fold(typed);
  if (wanted === '') return views;
  const wantedId = wanted.replace(/\s/g, '');
  return views.filter((view) => matchesName(view, wanted) || view.accountId.includes(wantedId));
}

/** Nickname and own name both count. @param wanted folded */
function matchesName(view: ConversationView, wanted: string): boolean {
  if (fold(conversationName(view)).includes(wanted)) return true;
  return view.kind === 'contact' && view.name !== null && fold(view.name).includes(wanted);
}

/** For comparing without regard to case and accents. */
export function fold(value: string): string {
  return value.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
}

function oneLine(value: string): string {
  return value.replace(/\s+/g, ' ').trim();
}
