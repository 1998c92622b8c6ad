// A row of the conversation list from its data: which mark it carries, what its line says, how it is named.
import type { ConversationView } from '../storage/views.ts';
import { shell as text } from '../text/en/shell.ts';
import { shortAccountId } from './account-text.ts';

export interface RowView {
  readonly name: string;
  /** The name is an Account ID, so it is set in the letters of code. */
  readonly nameIsId: boolean;
  readonly mark: 'draft' | 'failed' | 'queued' | 'sending' | null;
  /** The line without its mark's word. */
  readonly preview: string;
}

export function conversationName(view: Pick<ConversationView, 'kind' | 'name' | 'accountId'>): string {
  if (view.kind === 'note-to-self') return text.noteToSelf;
  return view.name ?? shortAccountId(view.accountId);
}

export function viewRow(view: ConversationView): RowView {
  const base = {
    name: conversationName(view),
    nameIsId: view.kind === 'contact' && view.name === null
  };
  if (view.draft !== null && view.draft.trim() !== '') {
    return { ...base, mark: 'draft', preview: oneLine(view.draft) };
  }
  const last = view.lastMessage;
  if (!last) return { ...base, mark: view.failed > 0 ? 'failed' : null, preview: text.noMessages };
  const words = oneLine(last.preview);
  if (view.failed > 0) return { ...base, mark: 'failed', preview: words };
  const own = last.direction === 'out' && view.kind !== 'note-to-self';
  return {
    ...base,
    mark: last.state === 'queued' || last.state === 'sending' ? last.state : null,
    preview: own ? text.you({ text: words }) : words
  };
}

/** What assistive technology calls the row: name, unread, last message, time, state (ux.md §7). */
export function rowName(view: ConversationView, row: RowView, time: string): string {
  return [
    row.name,
    view.unread > 0 ? text.unread({ count: view.unread }) : '',
    row.mark === 'draft' ? text.draftOf({ text: row.preview }) : row.preview,
    time,
    row.mark && row.mark !== 'draft' ? text[row.mark] : '',
    view.pinned ? text.pinned : '',
    view.mutedUntilMs !== null ? text.muted : ''
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
  return views.filter(
    (view) => fold(conversationName(view)).includes(wanted) || view.accountId.includes(wantedId)
  );
}

function fold(value: string): string {
  return value.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
}

function oneLine(value: string): string {
  return value.replace(/\s+/g, ' ').trim();
}
