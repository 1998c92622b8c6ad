// Between stored rows and what a backup says: pure, both ways. Local ids, counts and what the list shows stay out.
import type {
  BackupConversation,
  BackupItem,
  BackupManifest,
  BackupMessage,
  BackupProfile,
  BackupSettings
} from '../backup/index.ts';
import { backupError, type BackupCounts } from '../backup/index.ts';
import { deriveIdentity } from '../crypto/index.ts';
import { safeFileName } from '../media/index.ts';
import {
  isApproved,
  isApprovedMe,
  sortAfterTime,
  timeOfSort,
  type ConversationContent,
  type ImportedConversation,
  type MessageContent,
  type ProfileContent,
  type SettingsView
} from '../storage/index.ts';
import { receivedName } from './display-name.ts';

export function backupProfile(profile: ProfileContent, lastTimestampMs: number): BackupProfile {
  const { picture } = profile;
  return {
    displayName: profile.displayName,
    displayNameUpdatedSeconds: profile.displayNameUpdatedSeconds,
    createdHere: profile.createdHere,
    picture: picture?.upload ?? null,
    hasPicture: Boolean(picture),
    lastTimestampMs
  };
}

export function backupConversation(
  content: ConversationContent,
  deletedBeforeMs: number | null
): BackupConversation {
  const { picture } = content;
  return {
    kind: content.kind,
    accountId: content.accountId,
    name: content.name,
    nameUpdatedSeconds: content.nameUpdatedSeconds,
    lastAtMs: content.lastAtMs,
    readUpToMs: timeOfSort(content.readUpToSort),
    pinned: content.pinned,
    draft: content.draft,
    approved: isApproved(content),
    approvedMe: isApprovedMe(content),
    blocked: content.blocked ?? false,
    hidden: content.hidden ?? false,
    nickname: content.nickname ?? null,
    markedUnread: content.markedUnread ?? false,
    mutedUntilMs: content.mutedUntilMs ?? null,
    notify: content.notify ?? 'all',
    timer: content.timer ?? null,
    timerAtMs: content.timerAtMs ?? 0,
    theirTimer: content.theirTimer ?? null,
    theirTimerAtMs: content.theirTimerAtMs ?? 0,
    autoDownload: content.autoDownload ?? false,
    keepMediaDays: content.keepMediaDays ?? null,
    picture: picture ? { url: picture.url, keyBase64: picture.keyBase64 } : null,
    deletedBeforeMs
  };
}

export function importedConversation(backup: BackupConversation): ImportedConversation {
  const {
    deletedBeforeMs: _,
    readUpToMs,
    picture,
    timer,
    timerAtMs,
    theirTimer,
    theirTimerAtMs,
    ...rest
  } = backup;
  return {
    ...rest,
    name: cleanName(rest.name),
    nickname: cleanName(rest.nickname),
    // Positions within one time differ from profile to profile.
    readUpToSort: readUpToMs === 0 ? 0 : sortAfterTime(readUpToMs),
    ...(timer && { timer }),
    ...(timerAtMs > 0 && { timerAtMs }),
    ...(theirTimer && { theirTimer }),
    ...(theirTimerAtMs > 0 && { theirTimerAtMs }),
    picture: picture && { ...picture, mediaId: null }
  };
}

export function backupMessage(content: MessageContent): BackupMessage {
  const { attachments, protection: _protection, oddDate: _oddDate, waitsFor: _waitsFor, ...rest } = content;
  if (!attachments) return rest;
  return {
    ...rest,
    attachments: attachments.map(({ mediaId: _, thumbnailMediaId: __, ...attachment }) => attachment)
  };
}

export function importedMessage(backup: BackupMessage): MessageContent {
  const { attachments, ...rest } = backup;
  if (!attachments) return rest;
  return {
    ...rest,
    attachments: attachments.map((attachment) => ({
      ...attachment,
      name: attachment.name === '' ? '' : safeFileName(attachment.name),
      mediaId: null,
      thumbnailMediaId: null
    }))
  };
}

/** A backup is as foreign as a message: its names are held to the same rules. */
function cleanName(name: string | null): string | null {
  return name === null ? null : receivedName(name);
}

/** Values that settings may have which are no mere switches. */
const SETTING_CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  reachableBy: ['anyone', 'people-i-wrote-first'],
  notificationContent: ['neither', 'name', 'name-and-text'],
  lockAfterMinutes: [0, 1, 5, 15, 60],
  keyWindow: ['standard', 'short'],
  dormantAfterDays: [14, 30, 60, 90]
} satisfies { [Name in ChoiceSetting]: readonly SettingsView[Name][] };

type ChoiceSetting = {
  [Name in keyof SettingsView]: SettingsView[Name] extends boolean ? never : Name;
}[keyof SettingsView];

/** Settings that are known, where the values are such as ours can have. */
export function importedSettings<Settings extends object>(
  backup: BackupSettings,
  defaults: Settings
): Partial<Settings> {
  const known = Object.entries(defaults).filter(([name, value]) => {
    const given = Object.hasOwn(backup, name) ? backup[name] : undefined;
    if (typeof given !== typeof value) return false;
    return typeof given === 'boolean' || (SETTING_CHOICES[name]?.includes(given) ?? false);
  });
  return Object.fromEntries(known.map(([name]) => [name, backup[name]])) as Partial<Settings>;
}

/** A backup that was read to its end. */
export interface CheckedBackup {
  readonly manifest: BackupManifest;
  readonly profile: BackupProfile;
  /** 16 bytes; wipe after use. */
  readonly accountSeed: Uint8Array;
  readonly counts: BackupCounts;
}

/** The items of a backup, refused where they contradict each other: another account's seed, messages of strangers. */
export async function* consistent(items: AsyncIterable<BackupItem>): AsyncGenerator<BackupItem> {
  let ownId: string | null = null;
  let otherId: string | null = null;
  const refuse = (field: string) => backupError('backup-damaged', { field });
  for await (const item of items) {
    switch (item.type) {
      case 'manifest':
        ownId = item.manifest.accountId;
        break;
      case 'account':
        if (deriveIdentity(item.accountSeed).accountId !== ownId) throw refuse('account');
        break;
      case 'conversation': {
        const { kind, accountId } = item.conversation;
        if ((kind === 'note-to-self') !== (accountId === ownId)) throw refuse('conversation');
        otherId = accountId;
        break;
      }
      case 'message': {
        const { authorId } = item.message;
        if (authorId !== ownId && authorId !== otherId) throw refuse('message');
        break;
      }
      case 'deleted':
        if (item.deleted.authorId !== ownId && item.deleted.authorId !== otherId) throw refuse('deleted');
        break;
      default:
    }
    yield item;
  }
}
