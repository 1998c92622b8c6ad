// The devices of the people in a chaos run: engines that are killed and opened again on the same storage.
import type { AccountId } from '../../src/lib/account-id.ts';
import { systemRandom } from '../../src/lib/random.ts';
import type { MessageContent, MessageView, OutboxContent } from '../../src/lib/storage/index.ts';
import { messageKey, OWN_AUTHOR_TAG } from '../../src/lib/storage/message-key.ts';
import {
  openContent,
  sealContent,
  type CountersContent,
  type SealedRow
} from '../../src/lib/storage/rows.ts';
import { sendText, type TestTab } from '../support/engine-device.ts';
import type { Person } from '../support/engine-network.ts';

export interface ChaosDevice {
  readonly name: string;
  readonly accountId: AccountId;
  /** Whether somebody can write on it. */
  isUp(): boolean;
  /** Up, and not about to end. */
  canEnd(): boolean;
  /** @throws when the engine does not take it */
  write(to: AccountId, text: string): Promise<void>;
  texts(other: AccountId): Promise<string[]>;
  /** Own messages that are not sent yet, and whether one of them was given up. */
  unsent(other: AccountId): Promise<string[]>;
  /** What it did with what came, and what it has not done yet; for whoever looks for what was lost. */
  diagnosis(): Promise<string>;
  /** Takes one message with another account away behind the back of everybody, and shows another one twice. */
  spoil(other: AccountId): Promise<void>;
  /** The worker stops for good at its `steps`-th await from now, or soon after when it has nothing to do. */
  kill(steps: number): Promise<void>;
  close(): Promise<void>;
  start(): Promise<void>;
}

/** Longer than a worker goes without a step of its own; real milliseconds. */
const IDLE_MS = 2_000;

export function createChaosDevice(name: string, { browser, tab: first, page }: Person): ChaosDevice {
  let tab: TestTab | null = first;
  let isDying = false;

  async function close(): Promise<void> {
    const closing = tab;
    tab = null;
    await closing?.close();
  }

  return {
    name,
    accountId: page.accountId,
    isUp: () => tab !== null,
    canEnd: () => tab !== null && !isDying,
    async write(to, text) {
      if (!tab) throw new Error('closed');
      const { life } = tab;
      const death = life.ended.then(() => Promise.reject(new Error('died')));
      await Promise.race([sendText(tab, to, text), death]);
    },
    texts: (other) => page.texts(other),
    async unsent(other) {
      const messages = await page.messages(other);
      return messages
        .filter(({ direction, state }) => direction === 'out' && state !== 'sent')
        .map(({ text, state, failureCode }) => `${state} ${failureCode ?? ''} ${text}`);
    },
    async diagnosis() {
      const counters = await page.db.meta.get('counters');
      const rejected = counters
        ? (await openContent<CountersContent>(page.rowKey, 'meta', counters)).rejected
        : {};
      const waiting = await page.db.outbox.toArray();
      const contents = await Promise.all(
        waiting.map((row) => openContent<OutboxContent>(page.rowKey, 'outbox', row))
      );
      const kinds = Map.groupBy(contents, ({ kind, attempts }) => `${kind} after ${attempts} attempts`);
      const outbox = [...kinds].map(([kind, entries]) => `${entries.length} × ${kind}`);
      return `${name} refused ${JSON.stringify(rejected)}, has waiting: ${outbox.join(', ') || 'nothing'}`;
    },
    async spoil(other) {
      const messages = await page.messages(other);
      const [lost, doubled] = messages as [MessageView, MessageView];
      await page.db.messages.delete(lost.id);
      const row = (await page.db.messages.get(doubled.id)) as SealedRow;
      const content = await openContent<MessageContent>(page.rowKey, 'messages', row);
      const id = messageKey(doubled.conversationId, content.sentAtMs + 1, OWN_AUTHOR_TAG);
      const sealed = await sealContent(page.rowKey, 'messages', id, content, systemRandom);
      await page.db.messages.put({ id, rev: 1, sealed });
    },
    close,
    async kill(steps) {
      if (!tab) return;
      const { life } = tab;
      isDying = true;
      life.endAfter(steps);
      const patience = setTimeout(() => life.end(), IDLE_MS);
      await life.ended;
      clearTimeout(patience);
      tab = null;
      isDying = false;
    },
    async start() {
      const opening = browser.openTab();
      await opening.engine.open();
      tab = opening;
    }
  };
}
