// One piece of work on a backup at a time: how far it is, what came of it, and ending it.
import { errorCode } from '../errors.ts';
import { backup as text, backupFailure } from '../text/en/backup.ts';
import type {
  BackupProgress,
  EngineEvent,
  EngineStatus,
  ImportSummary,
  Strength,
  WrittenFile
} from '../worker/protocol.ts';
import { isoDay } from './backup-rules.ts';
import type { Session } from './session.svelte.ts';

export type BackupJob = 'save' | 'readable' | 'import' | 'restore';

export interface BackupState {
  /** What is under way. */
  readonly job: BackupJob | null;
  readonly progress: BackupProgress | null;
  /** What came of the last one, in words; `job` is whose. */
  readonly outcome: { readonly job: BackupJob; readonly failed: boolean; readonly text: string } | null;
  readonly strength: Strength | null;
  /** Shows how long a passphrase holds; the last one asked about counts. */
  judge(passphrase: string): Promise<void>;
  suggest(): Promise<string>;
  /** Asks where to, writes, reads again. */
  save(passphrase: string): Promise<void>;
  saveReadable(): Promise<void>;
  merge(file: File, passphrase: string): Promise<void>;
  /** Null when it failed or was ended. */
  restore(file: File, passphrase: string): Promise<EngineStatus | null>;
  cancel(): void;
  stop(): void;
}

interface SavePicker {
  showSaveFilePicker?: (options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }) => Promise<FileSystemFileHandle>;
}

/** The browser has begun to read a file it downloads by then, milliseconds. */
const HANDED_OVER_MS = 60_000;

/**
 * @param session commands and events; `restoreBackup` settles the page on the new profile
 * @param page where the browser's own dialog for files and its downloads are
 */
export function createBackupState(
  session: Pick<Session, 'call' | 'onEvent' | 'restoreBackup'>,
  page: Window = window
): BackupState {
  let job = $state<BackupJob | null>(null);
  let progress = $state.raw<BackupProgress | null>(null);
  let outcome = $state.raw<BackupState['outcome']>(null);
  let strength = $state.raw<Strength | null>(null);
  let controller = new AbortController();
  let asked = 0;
  const unsubscribe = session.onEvent((event: EngineEvent) => {
    if (event.type === 'backup' && job !== null) progress = event;
  });

  async function run<Result>(name: BackupJob, work: () => Promise<Result>): Promise<Result | null> {
    if (job !== null) return null;
    job = name;
    outcome = null;
    controller = new AbortController();
    const end = (failed: boolean, words: string) => (outcome = { job: name, failed, text: words });
    try {
      return await work();
    } catch (error) {
      if (controller.signal.aborted) end(false, text.cancelled);
      else end(true, backupFailure(errorCode(error)));
      return null;
    } finally {
      job = null;
      progress = null;
    }
  }

  /**
   * The file the person chooses; null where the browser has no such dialog and downloads instead, undefined when they chose
   * none.
   */
  async function choose(
    suggestedName: string,
    ending: string
  ): Promise<FileSystemFileHandle | null | undefined> {
    const picker = page as unknown as SavePicker;
    if (!picker.showSaveFilePicker) return null;
    try {
      const type = { description: suggestedName, accept: { 'application/octet-stream': [ending] } };
      return await picker.showSaveFilePicker({ suggestedName, types: [type] });
    } catch (error) {
      // Closed without a choice.
      return error instanceof DOMException && error.name === 'AbortError' ? undefined : null;
    }
  }

  /** To the browser's downloads, from the disk; our copy goes once it has been read. */
  function handOver({ file, ownName }: WrittenFile, name: string): void {
    if (!file) return;
    const url = URL.createObjectURL(file);
    const link = page.document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    page.setTimeout(() => {
      URL.revokeObjectURL(url);
      if (ownName !== null) session.call('backup.discard', { ownName }).catch(() => {});
    }, HANDED_OVER_MS);
  }

  const options = () => ({ signal: controller.signal });

  return {
    get job() {
      return job;
    },
    get progress() {
      return progress;
    },
    get outcome() {
      return outcome;
    },
    get strength() {
      return strength;
    },
    async judge(passphrase) {
      const mine = ++asked;
      if (passphrase === '') {
        strength = null;
        return;
      }
      const judged = await session.call('backup.judge', { passphrase }).catch(() => null);
      if (mine === asked) strength = judged;
    },
    suggest: () => session.call('backup.suggest', {}),
    async save(passphrase) {
      await run('save', async () => {
        const name = text.fileName({ date: isoDay(Date.now()) });
        const handle = await choose(name, '.onionskin');
        if (handle === undefined) return;
        const written = await session.call('backup.write', { passphrase, handle }, options());
        handOver(written, name);
        outcome = { job: 'save', failed: false, text: text.saved(written) };
      });
    },
    async saveReadable() {
      await run('readable', async () => {
        const name = text.readableName({ date: isoDay(Date.now()) });
        const handle = await choose(name, '.zip');
        if (handle === undefined) return;
        const written = await session.call('backup.writeReadable', { handle }, options());
        handOver(written, name);
        outcome = { job: 'readable', failed: false, text: text.savedReadable(written) };
      });
    },
    async merge(file, passphrase) {
      await run('import', async () => {
        const summary: ImportSummary = await session.call('backup.merge', { file, passphrase }, options());
        outcome = { job: 'import', failed: false, text: text.imported(summary) };
      });
    },
    restore: (file, passphrase) =>
      run('restore', () => session.restoreBackup(file, passphrase, controller.signal)),
    cancel: () => controller.abort(),
    stop() {
      controller.abort();
      unsubscribe();
    }
  };
}
