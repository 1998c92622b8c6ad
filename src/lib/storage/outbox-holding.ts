// Outbox entries that wait for keys of their recipient (v2-forward-secrecy-and-pq.md §14.2), and what the person lets happen to them.
import { loadStoredMessage, messageUpdate } from './message-changes.ts';
import { loadLane, postponeEntry, type OutboxEntry } from './outbox-changes.ts';
import type { OutboxContent } from './rows.ts';
import { commitBuilt, mergeChanges, openRow, reading, sealRow, type ProfileStore } from './store.ts';
import type { WaitReason } from './views.ts';

/** As many messages of a conversation that wait behind one show it. */
const MAX_SHOWN_WAITING = 100;

/** Puts an entry off until keys may be there; it and the messages behind it in its lane show why they wait. */
export async function holdEntry(
  store: ProfileStore,
  entry: OutboxEntry,
  waiting: { readonly reason: WaitReason; readonly notBeforeMs: number }
): Promise<void> {
  const { attempts, firstAttemptAtMs } = entry.content;
  const { reason, notBeforeMs } = waiting;
  if (!(await postponeEntry(store, entry, { attempts, firstAttemptAtMs, notBeforeMs }, reason))) return;
  const behind = await loadLane(store, entry.row.lane ?? '', MAX_SHOWN_WAITING);
  const messageIds = behind.map(({ row }) => row.messageId).filter((id) => id !== '');
  await commitBuilt(store, async () => {
    const changes = [];
    // One after the other: each may change the conversation's row.
    for (const messageId of messageIds) {
      const message = await loadStoredMessage(store, messageId);
      if (message?.content.state !== 'queued' || message.content.waitsFor === reason) continue;
      changes.push(await messageUpdate(store, messageId, (content) => ({ ...content, waitsFor: reason })));
    }
    if (changes.length === 0) return { changes: null, result: undefined };
    return { changes: mergeChanges('show waiting', 'engine', changes), result: undefined };
  });
}

/**
 * The person lets a message go classic that waits since no keys of its recipient were found for too long; nothing happens to one that
 * waits for something else. `once`: it goes ahead of those that go on waiting; `always`: all of them go.
 */
export function allowClassic(
  store: ProfileStore,
  messageId: string,
  mayGoClassic: 'once' | 'always'
): Promise<void> {
  return commitBuilt(store, async () => {
    const message = await loadStoredMessage(store, messageId);
    const row = await reading(() => store.db.outbox.where('messageId').equals(messageId).first());
    if (message?.content.state !== 'queued' || message.content.waitsFor !== 'stale' || !row?.lane) {
      return { changes: null, result: undefined };
    }
    const entry = { row, content: await openRow<OutboxContent>(store, 'outbox', row) };
    const lane = mayGoClassic === 'once' ? `${entry.content.conversationId}${AHEAD}` : row.lane;
    const first = mayGoClassic === 'once' ? entry : ((await loadLane(store, row.lane, 1))[0] ?? entry);
    const change = await changedEntry(store, first, lane, { mayGoClassic, notBeforeMs: 0 });
    return { changes: mergeChanges('allow classic', 'any', [change]), result: undefined };
  });
}

/** Behind a conversation's id: the lane of messages that do not wait for those before them. */
const AHEAD = '~ahead';

/** What waits in a conversation is looked at again at once, since the person decided otherwise of it. */
export function releaseHeld(store: ProfileStore, conversationId: string): Promise<void> {
  return commitBuilt(store, async () => {
    const first = (await loadLane(store, conversationId, 1))[0];
    if (!first || first.content.notBeforeMs === 0) return { changes: null, result: undefined };
    const change = await changedEntry(store, first, conversationId, { notBeforeMs: 0 });
    return { changes: mergeChanges('release held', 'any', [change]), result: undefined };
  });
}

async function changedEntry(
  store: ProfileStore,
  { row, content }: OutboxEntry,
  lane: string,
  next: Partial<OutboxContent>
) {
  const indexed = { lane, sort: row.sort, messageId: row.messageId };
  return {
    expect: [{ table: 'outbox' as const, id: row.id, rev: row.rev }],
    put: [
      {
        table: 'outbox' as const,
        row: await sealRow(store, 'outbox', row.id, row, indexed, { ...content, ...next })
      }
    ]
  };
}
