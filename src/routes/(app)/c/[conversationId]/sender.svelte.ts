// Sends what stands in the composer of a conversation: one message after the other, each once its files are ready; all of
// them, or nothing is sent.
import { tick } from 'svelte';
import { countText } from '../../../../lib/state/composing.ts';
import type { ConversationState, Typed } from '../../../../lib/state/conversation.svelte.ts';
import { media as text } from '../../../../lib/text/en/media.ts';
import { shell } from '../../../../lib/text/en/shell.ts';
import type { MediaDesk } from './media-desk.svelte.ts';

export interface SenderDeps {
  readonly chat: Pick<ConversationState, 'text' | 'take' | 'send' | 'giveBack'>;
  readonly files: Pick<MediaDesk, 'staged' | 'stageVoice' | 'unstage' | 'problem'>;
  /** The message stands in the timeline. */
  readonly sent: () => void;
}

export interface Sender {
  /** What went wrong last, in a sentence; empty where the composer says it by itself. */
  readonly problem: string | null;
  send(): Promise<void>;
  /** @returns whether it was taken */
  sendVoice(): Promise<boolean>;
}

export function createSender({ chat, files, sent }: SenderDeps): Sender {
  const { staged } = files;
  let problem = $state<string | null>(null);
  /** Ends with the last message that was pressed to be sent. */
  let line: Promise<unknown> = Promise.resolve();

  function inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = line.then(work);
    line = next.catch(() => {});
    return next;
  }

  async function deliver(typed: Typed, ids: readonly string[]): Promise<boolean> {
    const code = await chat.send(typed, ids);
    problem = code === null ? null : shell.actionFailed({ code });
    return code === null;
  }

  async function shown(): Promise<void> {
    await tick();
    sent();
  }

  return {
    get problem() {
      return problem;
    },
    async send() {
      const waiting = staged.all.filter(({ leaving }) => !leaving);
      if (chat.text.trim() === '' && waiting.length === 0) return;
      problem = files.problem = null;
      if (countText(chat.text).over > 0) {
        problem = '';
        return;
      }
      if (waiting.some(({ state }) => state === 'too-large' || state === 'failed')) {
        files.problem = text.blockedByProblem;
        return;
      }
      const keys = staged.depart();
      const typed = chat.take('with-text');
      await inOrder(async () => {
        const ids = await staged.settled(keys);
        // Its files were all taken away meanwhile, and there was nothing else.
        const isNothing = ids?.length === 0 && typed.text.trim() === '';
        if (ids === null || isNothing) {
          chat.giveBack(typed);
          staged.stay(keys);
          if (ids === null) files.problem = text.blockedByProblem;
        } else if (await deliver(typed, ids)) {
          staged.sent(keys);
          await shown();
        } else staged.stay(keys);
      });
    },
    async sendVoice() {
      files.problem = null;
      const typed = chat.take('without-text');
      return inOrder(async () => {
        const ids = await files.stageVoice();
        if (ids === null) {
          chat.giveBack(typed);
          return false;
        }
        if (!(await deliver(typed, ids))) {
          files.unstage(ids);
          return false;
        }
        await shown();
        return true;
      });
    }
  };
}
