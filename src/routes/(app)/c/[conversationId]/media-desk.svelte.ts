// Files in the open conversation: those that wait to be sent, the voice message being made, and what is done with
// those of messages.
import type { MediaDeeds } from '../../../../lib/components/media/media-deeds.ts';
import { errorCode } from '../../../../lib/errors.ts';
import { fileKey } from '../../../../lib/state/attachment-view.ts';
import type { FileWords } from '../../../../lib/state/file-words.ts';
import { saveFile } from '../../../../lib/state/save-file.ts';
import type { MediaShelf } from '../../../../lib/state/media-shelf.svelte.ts';
import type { ProfileState } from '../../../../lib/state/profile.svelte.ts';
import type { Session } from '../../../../lib/state/session.svelte.ts';
import { createStagedFiles, type StagedFiles } from '../../../../lib/state/staged-files.svelte.ts';
import type { Toasts } from '../../../../lib/state/toasts.svelte.ts';
import { followTray } from '../../../../lib/state/tray-rows.ts';
import type { Transfers } from '../../../../lib/state/transfers.svelte.ts';
import { createUnreadyFiles, type FileCounts } from '../../../../lib/state/unready-files.ts';
import { createVoiceState, type VoiceState } from '../../../../lib/state/voice.svelte.ts';
import type { NewAttachment } from '../../../../lib/worker/protocol.ts';
import type { AttachmentView, ConversationView, MessageView } from '../../../../lib/storage/views.ts';
import { media as text } from '../../../../lib/text/en/media.ts';
import { shell } from '../../../../lib/text/en/shell.ts';

export interface MediaDeskDeps {
  readonly conversationId: string;
  readonly profile: Pick<ProfileState, 'db' | 'rowKey'>;
  readonly call: Session['call'];
  readonly fileWords: FileWords;
  readonly view: () => ConversationView | null | undefined;
  readonly name: () => string;
  readonly shelf: MediaShelf;
  readonly transfers: Transfers;
  readonly toasts: Pick<Toasts, 'show'>;
}

export interface MediaDesk {
  readonly staged: StagedFiles;
  readonly voice: VoiceState;
  readonly deeds: MediaDeeds;
  /** Why nothing can be attached now, in a sentence; null when it can. */
  readonly refusal: string | null;
  /** Key of the file that is shown large; null while none is. */
  enlarged: string | null;
  /** The file that waits for the answer about trust. */
  readonly asking: { readonly message: MessageView; readonly attachment: AttachmentView } | null;
  answer(how: 'always' | 'once' | 'not'): void;
  /** Seals the voice message that was made. @returns ids for the message; null with a `problem` */
  stageVoice(): Promise<readonly string[] | null>;
  /** The message with them was not taken. */
  unstage(ids: readonly string[]): void;
  /** What went wrong last, in a sentence. */
  problem: string | null;
  stop(): void;
}

export function createMediaDesk(deps: MediaDeskDeps): MediaDesk {
  const { conversationId, call, fileWords, shelf, transfers, toasts } = deps;
  const unready = createUnreadyFiles(window, conversationId);
  const missing = unready.take();
  const staged = createStagedFiles({
    loadTools: async () => (await import('../../../../lib/state/picture-tools.ts')).createPictureTools(),
    stage,
    unstage: (stagedId) =>
      fileWords.follow({ stagedId, caption: null }, call('attachment.unstage', { stagedId })),
    describe: (stagedId, caption) =>
      fileWords.follow({ stagedId, caption }, call('attachment.describe', { stagedId, caption })),
    noteUnready: unready.note,
    picture: shelf.blob
  });
  const tray = followTray(deps.profile, conversationId, staged.follow);
  const voice = createVoiceState(async () =>
    (await import('../../../../lib/state/begin-voice.ts')).beginVoice()
  );
  let enlarged = $state<string | null>(null);
  let asking = $state.raw<MediaDesk['asking']>(null);
  let problem = $state(toldOfMissing(missing));

  const say = (error: unknown) => toasts.show(shell.actionFailed({ code: errorCode(error) }));

  function load({ id }: MessageView, attachment: AttachmentView): void {
    call('attachment.download', { messageId: id, attachmentId: attachment.id }).catch(say);
  }

  const deeds: MediaDeeds = {
    transferOf: (message, { id }) => transfers.of(message.id, id),
    download(message, attachment) {
      const view = deps.view();
      if (view?.request === 'incoming') return toasts.show(text.acceptFirst);
      const trusted =
        view?.autoDownload === true ||
        view?.kind === 'note-to-self' ||
        message.direction === 'out' ||
        transfers.wasAsked(conversationId);
      if (trusted) load(message, attachment);
      else asking = { message, attachment };
    },
    cancel: ({ id }, attachment) =>
      void call('attachment.cancel', { messageId: id, attachmentId: attachment.id }).catch(say),
    retry(message, attachment) {
      if (message.direction === 'out' && attachment.mediaId !== null)
        call('message.retry', { messageId: message.id }).catch(say);
      else load(message, attachment);
    },
    open: (message, attachment) => {
      enlarged = fileKey(message.id, attachment.id);
    },
    save(message, attachment) {
      saveFile(shelf, attachment).then(
        () => {
          toasts.show(text.saved({ name: attachment.name }));
          // Whoever sent it may wish to know; whether they are told is the engine's to say.
          if (message.direction === 'in') call('attachment.saved', { messageId: message.id }).catch(() => {});
        },
        () => toasts.show(text.saveFailed)
      );
    }
  };

  async function stage(file: Omit<NewAttachment, 'conversationId'>): Promise<string> {
    return (await call('attachment.stage', { conversationId, ...file })).stagedId;
  }

  function unstage(ids: readonly string[]): void {
    // What stays is swept up by the engine.
    for (const stagedId of ids) call('attachment.unstage', { stagedId }).catch(() => {});
  }

  return {
    staged,
    voice,
    deeds,
    get refusal() {
      return deps.view()?.request === 'outgoing' ? text.textOnly({ name: deps.name() }) : null;
    },
    get enlarged() {
      return enlarged;
    },
    set enlarged(id) {
      enlarged = id;
    },
    get asking() {
      return asking;
    },
    answer(how) {
      const asked = asking;
      asking = null;
      if (!asked || how === 'not') return;
      transfers.markAsked(conversationId);
      if (how === 'always') call('conversation.autoDownload', { conversationId, on: true }).catch(say);
      load(asked.message, asked.attachment);
    },
    async stageVoice() {
      const made = voice.recorded;
      if (!made) return null;
      const { bytes, contentType } = made;
      const file = new Blob([bytes], { type: contentType });
      const name = text.voiceFileName;
      const voiceFile = {
        file,
        name,
        contentType,
        kind: 'voice',
        thumbnail: null,
        width: null,
        height: null
      } as const;
      try {
        return [await stage(voiceFile)];
      } catch (error) {
        const code = errorCode(error);
        problem = code === 'quota' ? text.failures.quota : shell.actionFailed({ code });
        return null;
      }
    },
    unstage,
    get problem() {
      return problem;
    },
    set problem(sentence) {
      problem = sentence;
    },
    stop() {
      voice.discard();
      tray.stop();
      staged.stop();
    }
  };
}

/** What an earlier page could not leave, in a sentence or two; null when it left everything. */
function toldOfMissing({ unready, refused }: FileCounts): string | null {
  const sentences = [
    ...(unready > 0 ? [text.notReadyInTime({ count: unready })] : []),
    ...(refused > 0 ? [text.refusedAreGone({ count: refused })] : [])
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
}
