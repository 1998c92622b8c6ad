// From plain bytes of a backup to its contents, in the order they must come (docs/backup-format.md §5). Synchronous and
// without I/O; whoever has the file drives it (open.ts).
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../bytes/index.ts';
import type { BackupCounts, BackupItem, BackupMedia } from './contents.ts';
import { damaged } from './errors.ts';
import {
  readAccount,
  readConfig,
  readConversation,
  readDeleted,
  readEnd,
  readManifest,
  readMedia,
  readMediaEnd,
  readMessage,
  readProfile,
  readSettings
} from './read-contents.ts';
import { createRecordReader, type BackupRecord } from './records.ts';

export interface BackupReader {
  /** Contents that became whole. @throws BackupError `backup-damaged` */
  push(plain: Uint8Array): Generator<BackupItem>;
  /** Nothing follows. @throws BackupError `backup-damaged` when the end did not come */
  finish(): void;
}

/** What the records so far allow to follow. */
interface Progress {
  hasManifest: boolean;
  hasAccount: boolean;
  hasProfile: boolean;
  /** Attachments of the message that media may follow; pictures may follow profile and conversations. */
  owner: { readonly attachments: number; readonly mayHavePicture: boolean } | null;
  isInConversation: boolean;
  /** Inside a conversation of a kind that is not known. */
  isSkipping: boolean;
  file: { readonly media: BackupMedia; left: number; readonly hash: ReturnType<typeof sha256.create> } | null;
  counts: { -readonly [Key in keyof BackupCounts]: number };
}

export function createBackupReader(): BackupReader {
  const records = createRecordReader();
  const state: Progress = {
    hasManifest: false,
    hasAccount: false,
    hasProfile: false,
    owner: null,
    isInConversation: false,
    isSkipping: false,
    file: null,
    counts: { conversations: 0, messages: 0, media: 0, mediaBytes: 0 }
  };
  return {
    *push(plain) {
      for (const record of records.push(plain)) {
        const item = take(state, record);
        if (item) yield item;
      }
    },
    finish: () => records.finish()
  };
}

function take(state: Progress, record: BackupRecord): BackupItem | null {
  const { name, payload } = record;
  if ((name === 'manifest') === state.hasManifest) throw damaged(name);
  if (state.file && name !== 'mediaData' && name !== 'mediaEnd') throw damaged(name);
  switch (name) {
    case 'manifest':
      state.hasManifest = true;
      return { type: 'manifest', manifest: readManifest(payload) };
    case 'account':
      if (state.hasAccount || state.hasProfile) throw damaged(name);
      state.hasAccount = true;
      return { type: 'account', accountSeed: readAccount(payload) };
    case 'profile':
      if (state.hasProfile || !state.hasAccount) throw damaged(name);
      state.hasProfile = true;
      state.owner = { attachments: 0, mayHavePicture: true };
      return { type: 'profile', profile: readProfile(payload) };
    case 'end':
      return endOf(state, payload);
    default:
      if (!state.hasProfile) throw damaged(name);
      return takeContent(state, record);
  }
}

function endOf(state: Progress, payload: Uint8Array): BackupItem {
  const counts = readEnd(payload);
  const isSame = Object.entries(state.counts).every(
    ([key, count]) => counts[key as keyof BackupCounts] === count
  );
  if (!state.hasProfile || !isSame) throw damaged('end');
  return { type: 'end', counts };
}

function takeContent(state: Progress, { name, payload }: BackupRecord): BackupItem | null {
  switch (name) {
    case 'settings':
    case 'config':
      if (state.isInConversation || state.isSkipping) throw damaged(name);
      return name === 'settings'
        ? { type: 'settings', settings: readSettings(payload) }
        : { type: 'config', config: readConfig(payload) };
    case 'conversation': {
      const conversation = readConversation(payload);
      state.counts.conversations++;
      state.isInConversation = true;
      state.isSkipping = conversation === null;
      state.owner = { attachments: 0, mayHavePicture: true };
      return conversation && { type: 'conversation', conversation };
    }
    case 'deleted':
    case 'message': {
      if (!state.isInConversation) throw damaged(name);
      state.owner = null;
      if (name === 'message') state.counts.messages++;
      if (state.isSkipping) return null;
      if (name === 'deleted') return { type: 'deleted', deleted: readDeleted(payload) };
      const message = readMessage(payload);
      state.owner = { attachments: message.attachments?.length ?? 0, mayHavePicture: false };
      return { type: 'message', message };
    }
    case 'media':
      return beginMedia(state, payload);
    case 'mediaData':
      return addMediaData(state, payload);
    default:
      return endMedia(state, payload);
  }
}

function beginMedia(state: Progress, payload: Uint8Array): BackupItem | null {
  const media = readMedia(payload);
  const { owner } = state;
  const isPlaced =
    media.role === 'picture'
      ? owner?.mayHavePicture && media.attachment === 0
      : owner && media.attachment < owner.attachments;
  if (!isPlaced && !state.isSkipping) throw damaged('media');
  state.file = { media, left: media.bytes, hash: sha256.create() };
  state.counts.media++;
  state.counts.mediaBytes += media.bytes;
  return state.isSkipping ? null : { type: 'media', media };
}

function addMediaData(state: Progress, bytes: Uint8Array): BackupItem | null {
  const { file } = state;
  if (!file || bytes.length === 0 || bytes.length > file.left) throw damaged('media data');
  file.left -= bytes.length;
  file.hash.update(bytes);
  return state.isSkipping ? null : { type: 'media-data', bytes };
}

function endMedia(state: Progress, payload: Uint8Array): BackupItem | null {
  const { file } = state;
  if (!file || file.left !== 0 || readMediaEnd(payload) !== bytesToHex(file.hash.digest())) {
    throw damaged('media end');
  }
  state.file = null;
  return state.isSkipping ? null : { type: 'media-end' };
}
