import { describe, expect, test } from 'vitest';
import type { BackupItem } from '../../../src/lib/backup/index.ts';
import { deriveIdentity } from '../../../src/lib/crypto/index.ts';
import { errorCode } from '../../../src/lib/errors.ts';
import {
  consistent,
  importedConversation,
  importedMessage,
  importedSettings
} from '../../../src/lib/messenger/backup-items.ts';
import { backupFailure } from '../../../src/lib/text/en/backup.ts';
import { DEFAULT_SETTINGS } from '../../../src/lib/storage/index.ts';
import { ACCOUNT_SEED, CONVERSATION, MANIFEST, MESSAGE, NOTICE } from '../../support/backup-file.ts';

const own = deriveIdentity(ACCOUNT_SEED).accountId;
const stranger = deriveIdentity(new Uint8Array(16).fill(9)).accountId;
const manifest: BackupItem = { type: 'manifest', manifest: { ...MANIFEST, accountId: own } };
const account: BackupItem = { type: 'account', accountSeed: ACCOUNT_SEED };
const conversation: BackupItem = { type: 'conversation', conversation: CONVERSATION };
const theirs: BackupItem = { type: 'message', message: MESSAGE };
const ours: BackupItem = { type: 'message', message: { ...NOTICE, authorId: own } };

async function verdict(...items: BackupItem[]): Promise<string> {
  async function* source() {
    yield* items;
  }
  try {
    for await (const _ of consistent(source()));
    return 'consistent';
  } catch (error) {
    return errorCode(error);
  }
}

describe('a backup that opens', () => {
  test('is taken when all of it is of one account', async () => {
    expect(await verdict(manifest, account, conversation, theirs, ours)).toBe('consistent');
  });

  test('is refused when its secret is of another account', async () => {
    const other: BackupItem = { type: 'account', accountSeed: new Uint8Array(16).fill(1) };
    expect(await verdict(manifest, other)).toBe('backup-damaged');
  });

  test('is refused when it claims our own account as a contact, or a contact as Note to Self', async () => {
    const claimed = { ...CONVERSATION, accountId: own };
    expect(await verdict(manifest, account, { type: 'conversation', conversation: claimed })).toBe(
      'backup-damaged'
    );
    const note = { ...CONVERSATION, kind: 'note-to-self' as const };
    expect(await verdict(manifest, account, { type: 'conversation', conversation: note })).toBe(
      'backup-damaged'
    );
    const right = { ...note, accountId: own };
    expect(await verdict(manifest, account, { type: 'conversation', conversation: right }, ours)).toBe(
      'consistent'
    );
  });

  test('is refused with messages, or deletions, of people who are not in the conversation', async () => {
    const foreign: BackupItem = { type: 'message', message: { ...MESSAGE, authorId: stranger } };
    expect(await verdict(manifest, account, conversation, foreign)).toBe('backup-damaged');
    const deleted: BackupItem = { type: 'deleted', deleted: { authorId: stranger, sentAtMs: 1 } };
    expect(await verdict(manifest, account, conversation, deleted)).toBe('backup-damaged');
  });

  test('gives names that are fit to be shown and saved under', () => {
    const [attachment] = MESSAGE.attachments ?? [];
    const named = { ...MESSAGE, attachments: [{ ...attachment, name: '../../\u202egpj.exe' }] };
    expect(importedMessage(named as never).attachments?.[0]?.name).toBe('_.._gpj.exe');
    const long = { ...CONVERSATION, name: 'x'.repeat(500), nickname: ' ' };
    const conversation = importedConversation(long);
    expect([conversation.name?.length, conversation.nickname]).toEqual([100, null]);
  });

  test('gives settings that are known, with values of their kind', () => {
    const read = importedSettings(
      {
        readReceipts: true,
        typingIndicators: 'yes',
        unheardOf: 5,
        notificationContent: 'name',
        reachableBy: 'nobody'
      },
      DEFAULT_SETTINGS
    );
    expect(read).toEqual({ readReceipts: true, notificationContent: 'name' });
  });
});

test('every way in which a backup cannot be used has a sentence of its own', () => {
  const codes = [
    'backup-foreign',
    'backup-from-newer',
    'backup-truncated',
    'backup-damaged',
    'backup-passphrase-wrong',
    'backup-too-costly',
    'backup-other-account',
    'backup-other-network',
    'profile-exists',
    'quota'
  ];
  expect(new Set(codes.map(backupFailure)).size).toBe(codes.length);
  for (const code of codes) expect(backupFailure(code)).not.toContain(code);
  expect(backupFailure('never-heard-of')).toContain('never-heard-of');
});
