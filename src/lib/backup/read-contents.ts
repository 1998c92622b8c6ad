// Payloads of records to contents. Every field is checked for type and size; fields that are not known are left out.
import { base64ToBytes, bytesToHex } from '../bytes/index.ts';
import {
  ATTACHMENT_KINDS,
  ATTACHMENT_STATES,
  CONFIG_NAMES,
  MEDIA_KINDS,
  MEDIA_ROLES,
  MESSAGE_STATES,
  DEVICE_CHANGES,
  PROTECTION_CHANGES,
  TIMER_MODES,
  type BackupAttachment,
  type BackupConfig,
  type BackupConversation,
  type BackupCounts,
  type BackupDeleted,
  type BackupManifest,
  type BackupMedia,
  type BackupMessage,
  type BackupNotice,
  type BackupProfile,
  type BackupSettings,
  type BackupTimer
} from './contents.ts';
import { damaged } from './errors.ts';
import { MAX_PAYLOAD_BYTES } from './records.ts';
import {
  accountId,
  fieldsOf,
  flag,
  integer,
  list,
  nested,
  nullable,
  oneOf,
  optional,
  text,
  type Fields
} from './shape.ts';

/** Sent times from here on do not exist (storage keeps positions below 2^53). */
const MAX_TIME_MS = 2 ** 43 - 1;
const MAX_TEXT = 262_144;
const MAX_NAME = 1_024;
const MAX_URL = 8_192;
const MAX_ATTACHMENTS = 64;
const MAX_REACTIONS = 4_096;
const MAX_MEDIA_BYTES = 64 * 1024 * 1024;
const MAX_SETTINGS = 256;
const MAX_COUNT = 2 ** 40;
const SEED_BYTES = 16;
const KEY_BASE64 = 44;

const short = (fields: Fields, field: string) => text(fields, field, MAX_NAME);
const url = (fields: Fields, field: string) => text(fields, field, MAX_URL);
const time = (fields: Fields, field: string) => integer(fields, field, MAX_TIME_MS);
const base64Of = (bytes: number | null) => (fields: Fields, field: string) => {
  const value = text(fields, field, bytes === null ? MAX_PAYLOAD_BYTES : KEY_BASE64 * 2);
  try {
    if (bytes !== null && base64ToBytes(value).length !== bytes) throw damaged(field);
  } catch {
    throw damaged(field);
  }
  return value;
};
const key32 = base64Of(32);

export function readManifest(payload: Uint8Array): BackupManifest {
  const fields = fieldsOf(payload, 'manifest');
  return {
    createdAtMs: time(fields, 'createdAtMs'),
    accountId: accountId(fields, 'accountId'),
    networkId: text(fields, 'networkId', 128),
    app: short(fields, 'app'),
    estimate: nested(countsOf)(fields, 'estimate')
  };
}

export function readEnd(payload: Uint8Array): BackupCounts {
  return countsOf(fieldsOf(payload, 'end'));
}

function countsOf(fields: Fields): BackupCounts {
  const count = (field: string) => integer(fields, field, MAX_COUNT);
  return {
    conversations: count('conversations'),
    messages: count('messages'),
    media: count('media'),
    mediaBytes: count('mediaBytes')
  };
}

/** The seed, 16 bytes: the payload itself. */
export function readAccount(payload: Uint8Array): Uint8Array {
  if (payload.length !== SEED_BYTES) throw damaged('account');
  return payload.slice();
}

export function readProfile(payload: Uint8Array): BackupProfile {
  const fields = fieldsOf(payload, 'profile');
  return {
    displayName: short(fields, 'displayName'),
    displayNameUpdatedSeconds: time(fields, 'displayNameUpdatedSeconds'),
    createdHere: flag(fields, 'createdHere'),
    picture: nullable(
      fields,
      'picture',
      nested((picture) => ({
        url: url(picture, 'url'),
        keyBase64: key32(picture, 'keyBase64'),
        uploadedAtMs: time(picture, 'uploadedAtMs'),
        renewedAtMs: time(picture, 'renewedAtMs')
      }))
    ),
    hasPicture: flag(fields, 'hasPicture'),
    lastTimestampMs: time(fields, 'lastTimestampMs')
  };
}

export function readSettings(payload: Uint8Array): BackupSettings {
  const entries = Object.entries(fieldsOf(payload, 'settings'));
  if (entries.length > MAX_SETTINGS) throw damaged('settings');
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number | boolean] => {
      const [name, value] = entry;
      if (name.length > 64) throw damaged('settings');
      if (typeof value === 'string') return value.length <= MAX_NAME;
      return typeof value === 'boolean' || Number.isFinite(value);
    })
  );
}

export function readConfig(payload: Uint8Array): BackupConfig {
  const fields = fieldsOf(payload, 'config');
  return {
    name: oneOf(fields, 'name', CONFIG_NAMES),
    stateBase64: base64Of(null)(fields, 'stateBase64'),
    storedAtMs: time(fields, 'storedAtMs'),
    renewedAtMs: time(fields, 'renewedAtMs')
  };
}

const timer = nested((fields): BackupTimer => ({
  mode: oneOf(fields, 'mode', TIMER_MODES),
  seconds: integer(fields, 'seconds', 2 ** 32 - 1)
}));

/** Null for a kind of conversation that is not known: it is passed over with all that follows it. */
export function readConversation(payload: Uint8Array): BackupConversation | null {
  const fields = fieldsOf(payload, 'conversation');
  const { kind } = fields;
  if (kind !== 'contact' && kind !== 'note-to-self') {
    short(fields, 'kind');
    return null;
  }
  return {
    kind,
    accountId: accountId(fields, 'accountId'),
    name: nullable(fields, 'name', short),
    nameUpdatedSeconds: time(fields, 'nameUpdatedSeconds'),
    lastAtMs: time(fields, 'lastAtMs'),
    readUpToMs: time(fields, 'readUpToMs'),
    pinned: flag(fields, 'pinned'),
    draft: nullable(fields, 'draft', (it, field) => text(it, field, MAX_TEXT)),
    approved: flag(fields, 'approved'),
    approvedMe: flag(fields, 'approvedMe'),
    blocked: flag(fields, 'blocked'),
    hidden: flag(fields, 'hidden'),
    nickname: nullable(fields, 'nickname', short),
    markedUnread: flag(fields, 'markedUnread'),
    mutedUntilMs: nullable(fields, 'mutedUntilMs', integer),
    notify: oneOf(fields, 'notify', ['all', 'none']),
    timer: nullable(fields, 'timer', timer),
    timerAtMs: time(fields, 'timerAtMs'),
    theirTimer: nullable(fields, 'theirTimer', timer),
    theirTimerAtMs: time(fields, 'theirTimerAtMs'),
    autoDownload: flag(fields, 'autoDownload'),
    keepMediaDays: nullable(fields, 'keepMediaDays', (it, field) => integer(it, field, 36_500)),
    picture: nullable(
      fields,
      'picture',
      nested((it) => ({ url: url(it, 'url'), keyBase64: key32(it, 'keyBase64') }))
    ),
    deletedBeforeMs: nullable(fields, 'deletedBeforeMs', time)
  };
}

export function readDeleted(payload: Uint8Array): BackupDeleted {
  const fields = fieldsOf(payload, 'deleted');
  return { authorId: accountId(fields, 'authorId'), sentAtMs: time(fields, 'sentAtMs') };
}

export function readMessage(payload: Uint8Array): BackupMessage {
  const fields = fieldsOf(payload, 'message');
  return {
    direction: oneOf(fields, 'direction', ['in', 'out']),
    authorId: accountId(fields, 'authorId'),
    text: text(fields, 'text', MAX_TEXT),
    sentAtMs: time(fields, 'sentAtMs'),
    receivedAtMs: time(fields, 'receivedAtMs'),
    state: oneOf(fields, 'state', MESSAGE_STATES),
    failureCode: nullable(fields, 'failureCode', short),
    messageHash: nullable(fields, 'messageHash', short),
    expiresAtMs: nullable(fields, 'expiresAtMs', integer),
    ...optional(fields, 'notice', nested(noticeOf)),
    ...(fields.deleted === true && { deleted: true as const }),
    ...optional(
      fields,
      'quote',
      nested((it) => ({ authorId: accountId(it, 'authorId'), timestampMs: time(it, 'timestampMs') }))
    ),
    ...optional(fields, 'reactions', (it, field) => list(it, field, MAX_REACTIONS, nested(reactionOf))),
    ...optional(fields, 'readByThemAtMs', time),
    ...optional(
      fields,
      'disappears',
      nested((it) => ({
        mode: oneOf(it, 'mode', ['after-read', 'after-send']),
        seconds: integer(it, 'seconds', 2 ** 32 - 1),
        atMs: nullable(it, 'atMs', integer)
      }))
    ),
    ...optional(
      fields,
      'preview',
      nested((it) => ({ url: url(it, 'url'), title: text(it, 'title', MAX_URL) }))
    ),
    ...optional(
      fields,
      'invitation',
      nested((it) => ({ name: short(it, 'name'), url: url(it, 'url') }))
    ),
    ...optional(fields, 'attachments', (it, field) => list(it, field, MAX_ATTACHMENTS, nested(attachmentOf)))
  };
}

function reactionOf(fields: Fields) {
  return {
    emoji: text(fields, 'emoji', 128),
    authorId: accountId(fields, 'authorId'),
    timestampMs: time(fields, 'timestampMs')
  };
}

function noticeOf(fields: Fields): BackupNotice {
  const type = oneOf(fields, 'type', [
    'you-accepted',
    'they-accepted',
    'call-missed',
    'timer',
    'media-saved',
    'group-invitation',
    'device',
    'protection'
  ]);
  if (type === 'timer') {
    const mode = oneOf(fields, 'mode', TIMER_MODES);
    return { type, byMe: flag(fields, 'byMe'), mode, seconds: integer(fields, 'seconds', 2 ** 32 - 1) };
  }
  if (type === 'media-saved') return { type, byMe: flag(fields, 'byMe') };
  if (type === 'group-invitation') return { type, groupName: short(fields, 'groupName') };
  if (type === 'protection') return { type, change: oneOf(fields, 'change', PROTECTION_CHANGES) };
  if (type === 'device') {
    return { type, change: oneOf(fields, 'change', DEVICE_CHANGES), name: short(fields, 'name') };
  }
  return { type };
}

function attachmentOf(fields: Fields): BackupAttachment {
  const dimension = (it: Fields, field: string) => integer(it, field, 1_000_000);
  return {
    id: text(fields, 'id', 128),
    kind: oneOf(fields, 'kind', ATTACHMENT_KINDS),
    name: short(fields, 'name'),
    bytes: integer(fields, 'bytes'),
    contentType: text(fields, 'contentType', 256),
    width: nullable(fields, 'width', dimension),
    height: nullable(fields, 'height', dimension),
    caption: nullable(fields, 'caption', (it, field) => text(it, field, MAX_TEXT)),
    remote: nullable(
      fields,
      'remote',
      nested((it) => ({
        url: url(it, 'url'),
        keyBase64: base64Of(null)(it, 'keyBase64'),
        digestBase64: nullable(it, 'digestBase64', short),
        bytes: integer(it, 'bytes'),
        ...optional(it, 'fileNumber', (at, field) => text(at, field, 20))
      }))
    ),
    state: oneOf(fields, 'state', ATTACHMENT_STATES),
    failureCode: nullable(fields, 'failureCode', short),
    ...optional(fields, 'ofPreview', isTrue)
  };
}

function isTrue(fields: Fields, field: string): true {
  if (!flag(fields, field)) throw damaged(field);
  return true;
}

export function readMedia(payload: Uint8Array): BackupMedia {
  const fields = fieldsOf(payload, 'media');
  return {
    role: oneOf(fields, 'role', MEDIA_ROLES),
    attachment: integer(fields, 'attachment', MAX_ATTACHMENTS - 1),
    kind: oneOf(fields, 'kind', MEDIA_KINDS),
    name: short(fields, 'name'),
    contentType: text(fields, 'contentType', 256),
    bytes: integer(fields, 'bytes', MAX_MEDIA_BYTES),
    createdAtMs: time(fields, 'createdAtMs')
  };
}

/** SHA-256 of a file's bytes, hex. */
export function readMediaEnd(payload: Uint8Array): string {
  if (payload.length !== 32) throw damaged('media end');
  return bytesToHex(payload);
}
