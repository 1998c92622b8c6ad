// What an import has added so far, noted in the transactions that add it, so that one that ended half-way can be taken back.
// Without rows here no import is under way; removing them all is what finishes one.
import { conversationChange } from './conversation-changes.ts';
import { withoutDue } from './deadlines.ts';
import { removeFilesOf } from './media-changes.ts';
import type { MediaRow } from './media-rows.ts';
import { loadStoredMessages, messageUpdate } from './message-changes.ts';
import { conversationEnd } from './message-key.ts';
import type { ConversationContent, ImportJournalRow, MessageContent } from './rows.ts';
import {
  commitBuilt,
  mergeChanges,
  openRow,
  reading,
  sealRow,
  type ChangeSet,
  type ProfileStore
} from './store.ts';

/** One step of an import. All ids are local. */
export interface ImportStep {
  /** Messages whose files are about to be stored; they come with a later step, or never. */
  readonly awaited?: readonly string[];
  /** Messages added. */
  readonly added?: readonly string[];
  /** Attachments of messages that were here, which got the file they lacked. */
  readonly filled?: readonly { readonly messageId: string; readonly before: MessageContent }[];
  readonly graves?: readonly string[];
  /** Conversations begun. */
  readonly conversations?: readonly string[];
  /** A conversation that moved in the list: its time before and after. */
  readonly moved?: { readonly conversationId: string; readonly fromMs: number; readonly toMs: number };
}

const STEP_DIGITS = 9;
/** Messages taken back in one transaction. */
const BATCH = 100;

/** The part that notes a step. @param number of the step, from 0; larger than any before */
export async function journalPart(
  store: ProfileStore,
  number: number,
  step: ImportStep
): Promise<Partial<ChangeSet>> {
  const id = String(number).padStart(STEP_DIGITS, '0');
  return {
    add: [{ table: 'importJournal', row: await sealRow(store, 'importJournal', id, null, {}, step) }]
  };
}

/** Whether an import is under way, or ended half-way. */
export async function hasImport(store: ProfileStore): Promise<boolean> {
  return (await reading(() => store.db.importJournal.count())) > 0;
}

/** From here on what was imported stays. */
export async function finishImport(store: ProfileStore): Promise<void> {
  store.onCommit?.('finish import', 'before');
  await reading(() => store.db.importJournal.clear());
  store.onCommit?.('finish import', 'after');
}

/**
 * Takes back what an import added that did not finish, the last step first, in transactions of bounded size; may be ended at
 * any time and begun again. What others did meanwhile stays.
 * @returns how many messages were removed
 */
export async function rollBackImport(store: ProfileStore): Promise<number> {
  let removed = 0;
  for (;;) {
    const row = await reading(() => store.db.importJournal.orderBy(':id').last());
    if (!row) return removed;
    const step = await openRow<ImportStep>(store, 'importJournal', row);
    for (let added = step.added ?? []; added.length > 0; added = added.slice(BATCH)) {
      removed += await removeAdded(store, added.slice(0, BATCH));
    }
    await removeFiles(store, step.awaited ?? []);
    for (const { messageId, before } of step.filled ?? []) await emptyAgain(store, messageId, before);
    if (step.moved) await moveBack(store, step.moved);
    for (const id of step.conversations ?? []) await removeBegun(store, id);
    await forgetStep(store, row, step.graves ?? []);
  }
}

function removeAdded(store: ProfileStore, ids: readonly string[]): Promise<number> {
  return commitBuilt(store, async () => {
    const messages = await loadStoredMessages(store, ids);
    if (messages.length === 0) return { changes: null, result: 0 };
    const part = await withoutDue(store, messages);
    return { changes: mergeChanges('import taken back', 'any', [part]), result: messages.length };
  });
}

/** Files that were stored for messages that never came. */
async function removeFiles(store: ProfileStore, messageIds: readonly string[]): Promise<void> {
  const gone: MediaRow[] = [];
  for (const id of messageIds) {
    if (await reading(() => store.db.messages.get(id))) continue;
    gone.push(...(await reading(() => store.db.media.where('owner').equals(id).toArray())));
  }
  if (gone.length === 0) return;
  await reading(() => store.db.media.bulkDelete(gone.map(({ id }) => id)));
  await removeFilesOf(store, gone);
}

/** The files go by themselves, since nothing names them any more. */
function emptyAgain(store: ProfileStore, messageId: string, before: MessageContent): Promise<void> {
  return commitBuilt(store, async () => {
    const known = new Map((before.attachments ?? []).map((attachment) => [attachment.id, attachment]));
    const change = await messageUpdate(store, messageId, (content) => {
      const { readByThemAtMs: _, ...rest } = content;
      return {
        ...(before.readByThemAtMs === undefined ? rest : content),
        ...(content.attachments && {
          attachments: content.attachments.map((attachment) => known.get(attachment.id) ?? attachment)
        })
      };
    });
    if (!change.put) return { changes: null, result: undefined };
    return { changes: mergeChanges('import taken back', 'any', [change]), result: undefined };
  });
}

/** Unless something came meanwhile that moved it further. */
function moveBack(
  store: ProfileStore,
  { conversationId, fromMs, toMs }: NonNullable<ImportStep['moved']>
): Promise<void> {
  return commitBuilt(store, async () => {
    const row = await reading(() => store.db.conversations.get(conversationId));
    if (!row) return { changes: null, result: undefined };
    const content = await openRow<ConversationContent>(store, 'conversations', row);
    if (content.lastAtMs !== toMs) return { changes: null, result: undefined };
    const change = await conversationChange(store, { row }, { ...content, lastAtMs: fromMs });
    return { changes: mergeChanges('import taken back', 'any', [change]), result: undefined };
  });
}

/** A conversation that got no message of its own meanwhile. */
async function removeBegun(store: ProfileStore, id: string): Promise<void> {
  const { db } = store;
  const files: MediaRow[] = [];
  await reading(() =>
    db.transaction('rw', [db.conversations, db.messages, db.outbox, db.media], async () => {
      const range = db.messages.where(':id').between(id, conversationEnd(id), true, false);
      if ((await range.count()) > 0) return;
      if ((await db.outbox.where('messageId').startsWith(id).count()) > 0) return;
      const owned = db.media.where('owner').startsWith(id);
      files.push(...(await owned.toArray()));
      await owned.delete();
      await db.conversations.delete(id);
    })
  );
  await removeFilesOf(store, files);
}

async function forgetStep(
  store: ProfileStore,
  row: ImportJournalRow,
  graves: readonly string[]
): Promise<void> {
  const { db } = store;
  store.onCommit?.('step taken back', 'before');
  await reading(() =>
    db.transaction('rw', [db.importJournal, db.graves], async () => {
      await db.graves.bulkDelete([...graves]);
      await db.importJournal.delete(row.id);
    })
  );
  store.onCommit?.('step taken back', 'after');
}
