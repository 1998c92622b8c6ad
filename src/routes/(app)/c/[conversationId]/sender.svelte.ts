// Sends what stands in the composer of a conversation. Files are staged first: all of them, or nothing is sent.
import { tick } from 'svelte';
import type { ConversationState } from '../../../../lib/state/conversation.svelte.ts';
import { shell } from '../../../../lib/text/en/shell.ts';
import type { MediaDesk } from './media-desk.svelte.ts';

export interface SenderDeps {
  readonly chat: ConversationState;
  readonly files: MediaDesk;
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
  let sending = false;
  let problem = $state<string | null>(null);

  async function sendWith(
    stage: () => Promise<readonly string[] | null>,
    carryOut: (ids: readonly string[]) => Promise<string | null>
  ): Promise<boolean> {
    if (sending) return false;
    sending = true;
    files.problem = null;
    try {
      const ids = await stage();
      if (ids === null) return false;
      const code = await carryOut(ids);
      problem = code === null ? null : code === 'message-too-long' ? '' : shell.actionFailed({ code });
      if (code !== null) files.unstage(ids);
      return code === null;
    } finally {
      sending = false;
    }
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
      const carries = files.staged.all.length > 0;
      if (chat.text.trim() === '' && !carries) return;
      if (!(await sendWith(carries ? files.stageAll : async () => [], chat.send))) return;
      files.staged.clear();
      await shown();
    },
    async sendVoice() {
      if (!(await sendWith(files.stageVoice, chat.sendFiles))) return false;
      await shown();
      return true;
    }
  };
}
