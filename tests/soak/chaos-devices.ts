// The devices of the people in a chaos run: engines that are killed and opened again on the same storage.
import type { AccountId } from '../../src/lib/account-id.ts';
import { sendText, type TestTab } from '../support/engine-device.ts';
import type { Person } from '../support/engine-network.ts';

export interface ChaosDevice {
  readonly name: string;
  readonly accountId: AccountId;
  isUp(): boolean;
  /** @throws when the engine does not take it */
  write(to: AccountId, text: string): Promise<void>;
  texts(other: AccountId): Promise<string[]>;
  /** Own messages that are not sent yet, and whether one of them was given up. */
  unsent(other: AccountId): Promise<string[]>;
  /** Storage stops in the middle of whatever it does, then the engine goes. */
  kill(): Promise<void>;
  close(): Promise<void>;
  start(): Promise<void>;
}

export function createChaosDevice(name: string, { browser, tab: first, page }: Person): ChaosDevice {
  let tab: TestTab | null = first;

  async function close(): Promise<void> {
    const closing = tab;
    tab = null;
    await closing?.close();
  }

  return {
    name,
    accountId: page.accountId,
    isUp: () => tab !== null,
    async write(to, text) {
      if (!tab) throw new Error('closed');
      await sendText(tab, to, text);
    },
    texts: (other) => page.texts(other),
    async unsent(other) {
      const messages = await page.messages(other);
      return messages
        .filter(({ direction, state }) => direction === 'out' && state !== 'sent')
        .map(({ text, state, failureCode }) => `${state} ${failureCode ?? ''} ${text}`);
    },
    close,
    async kill() {
      browser.storage.onCommit = (_, phase) => {
        if (phase === 'before') throw new Error('the device lost power');
      };
      await close();
      browser.storage.onCommit = undefined;
    },
    async start() {
      const opening = browser.openTab();
      await opening.engine.open();
      tab = opening;
    }
  };
}
