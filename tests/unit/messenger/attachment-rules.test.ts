// What is believed of a pointer, what loads by itself, what is forwarded, and what follows when a file server refuses.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FilesError } from '../../../src/lib/files/index.ts';
import { createAwaitedTransfers } from '../../../src/lib/messenger/awaited-transfers.ts';
import { loadsByItself } from '../../../src/lib/messenger/downloads.ts';
import { MessengerError } from '../../../src/lib/messenger/errors.ts';
import { forwardedFiles } from '../../../src/lib/messenger/forward-files.ts';
import { buildContent } from '../../../src/lib/messenger/outgoing-content.ts';
import { receivedAttachments } from '../../../src/lib/messenger/receive-attachments.ts';
import { nextStep } from '../../../src/lib/messenger/send-policy.ts';
import { emptyConversation, type MediaStore, type StoredAttachment } from '../../../src/lib/storage/index.ts';
import { decodeContent, encodeContent, type ContentInit } from '../../../src/lib/wire/index.ts';
import { OTHER_ID, START_MS } from '../../support/storage-device.ts';

type PointerInit = NonNullable<NonNullable<ContentInit['dataMessage']>['attachments']>[number];

const POINTER = { id: 0n, key: new Uint8Array(64).fill(1), url: 'http://filev2.getsession.org/file/1' };

/** Through the wire and back, as a message brings them. */
function received(...attachments: PointerInit[]): StoredAttachment[] {
  const content = decodeContent(encodeContent({ dataMessage: { attachments } }));
  return receivedAttachments({ attachments: content.dataMessage?.attachments ?? [] }, START_MS);
}

describe('a pointer', () => {
  test('is left out without an address or a key of a known length', () => {
    const bad = [
      { ...POINTER, url: '' },
      { ...POINTER, key: new Uint8Array(63) }
    ];
    expect(received(...bad)).toEqual([]);
    const kept = received(POINTER, ...bad, { ...POINTER, key: new Uint8Array(32) });
    expect(kept.map(({ id }) => id)).toEqual([`${START_MS}-0`, `${START_MS}-3`]);
  });

  test('has a name that is safe and a type by its name where it has none', () => {
    const [file] = received({ ...POINTER, fileName: `../../${'x'.repeat(10_000)}\u202e.pdf` });
    expect(file?.name).toMatch(/^[^/\u202e]{1,120}\.pdf$/u);
    expect(file).toMatchObject({ contentType: 'application/pdf', kind: 'file' });
    expect(received({ ...POINTER, contentType: 'text/html<x>' })[0]?.contentType).toBe(
      'application/octet-stream'
    );
    const drawing = received({ ...POINTER, contentType: 'image/svg+xml' })[0];
    expect(drawing?.kind).toBe('file');
  });

  test('of a voice message is one, and its size and pixels are claims', () => {
    const claims = { flags: 1, contentType: 'audio/aac', size: 2 ** 32 - 1, width: 2 ** 32 - 1, height: 7 };
    expect(received({ ...POINTER, ...claims })[0]).toMatchObject({
      kind: 'voice',
      bytes: 2 ** 32 - 1,
      width: null,
      height: 7,
      state: 'remote'
    });
  });

  test('tells what is on a picture, there and back, cut and trimmed', () => {
    const [named] = received({
      ...POINTER,
      contentType: 'image/png',
      caption: '\u200b The harbour at dusk '
    });
    expect(named?.caption).toBe('The harbour at dusk');
    const attachments = [{ ...(named as StoredAttachment), id: '0' }];
    const sent = buildContent({
      outgoing: { kind: 'message' },
      timestampMs: START_MS,
      message: { text: '', attachments }
    });
    expect(decodeContent(sent).dataMessage?.attachments[0]?.caption).toBe('The harbour at dusk');
    expect(received({ ...POINTER, caption: '😀'.repeat(10_000) })[0]?.caption).toBe('😀'.repeat(500));
    expect(received({ ...POINTER, caption: ' \u200b ' })[0]?.caption).toBeNull();
    expect(received(POINTER)[0]?.caption).toBeNull();
  });

  test('of whatever fields becomes one that can be sent on, or is left out', () => {
    const pointers = fc.record({
      id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      key: fc.oneof(
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 })
      ),
      digest: fc.uint8Array({ maxLength: 40 }),
      caption: fc.string({ unit: 'binary', maxLength: 600 }),
      contentType: fc.string({ unit: 'binary' }),
      fileName: fc.string({ unit: 'binary', maxLength: 300 }),
      size: fc.nat(),
      flags: fc.nat(),
      url: fc.constant(POINTER.url)
    });
    fc.assert(
      fc.property(pointers, (pointer) => {
        const [file] = received(pointer);
        expect(file?.name).not.toBe('');
        const sent = buildContent({
          outgoing: { kind: 'message' },
          timestampMs: START_MS,
          message: { text: '', attachments: file ? [file] : [] }
        });
        const [again] = receivedAttachments(
          { attachments: decodeContent(sent).dataMessage?.attachments ?? [] },
          START_MS
        );
        expect(again).toEqual(file);
      })
    );
  });
});

describe('a file', () => {
  const contact = { ...emptyConversation('contact', OTHER_ID, START_MS), approved: true, autoDownload: true };
  const remote = { state: 'remote', bytes: 10 } as const;

  test('loads by itself of accepted people where that is set, and of ours', () => {
    expect(loadsByItself(contact, { direction: 'in' }, remote)).toBe(true);
    for (const change of [{ approved: false }, { autoDownload: false }, { blocked: true }]) {
      expect(loadsByItself({ ...contact, ...change }, { direction: 'in' }, remote)).toBe(false);
      expect(loadsByItself({ ...contact, ...change }, { direction: 'out' }, remote)).toBe(true);
    }
    expect(loadsByItself(contact, { direction: 'in' }, { ...remote, bytes: 2 ** 32 - 1 })).toBe(false);
    expect(loadsByItself(contact, { direction: 'in' }, { ...remote, state: 'failed' })).toBe(false);
  });

  test('is forwarded by its address while the server has it, else anew, and not at all when it is nowhere', async () => {
    const saved: string[] = [];
    const facts = { id: 'm', kind: 'file', name: 'n', contentType: 'a/b', bytes: 3 };
    const media = {
      facts: async (id: string) => (id === 'm' ? facts : null),
      range: async () => new Uint8Array(3),
      save: async ({ owner }: { owner: string }) => ({ id: `copy ${saved.push(owner)}` })
    } as unknown as MediaStore;
    const [pointer] = received(POINTER) as [StoredAttachment];
    const forward = (change: Partial<StoredAttachment>, ageMs: number) =>
      forwardedFiles(
        media,
        { attachments: [{ ...pointer, ...change }], sentAtMs: START_MS - ageMs },
        'c',
        START_MS
      );
    const here = { mediaId: 'm', state: 'here' } as const;
    const fresh = await forward(here, 0);
    expect(fresh.attachments[0]).toMatchObject({ remote: pointer.remote, state: 'remote', mediaId: null });
    expect(fresh.stagedIds).toEqual([]);
    expect(await forward(here, 12 * 86_400_000)).toEqual({ attachments: [], stagedIds: ['copy 1'] });
    expect(await forward({ ...here, remote: null }, 0)).toEqual({ attachments: [], stagedIds: ['copy 2'] });
    expect(saved).toEqual(['c/staged', 'c/staged']);
    const nothing = { attachments: [], stagedIds: [] };
    expect(await forward({ state: 'expired' }, 0)).toEqual(nothing);
    // The picture of a link preview is no file of its own.
    expect(await forward({ ...here, ofPreview: true }, 0)).toEqual(nothing);
  });
});

describe('a refused upload', () => {
  const content = { kind: 'message', attempts: 0, firstAttemptAtMs: null } as const;
  const step = (error: FilesError | MessengerError) => nextStep(error, content, START_MS).kind;

  test('ends the message when another attempt cannot help, and waits when it can', () => {
    expect(step(new FilesError('file-too-large', { retry: 'never' }))).toBe('fail');
    expect(step(new FilesError('file-refused', { retry: 'never' }))).toBe('fail');
    expect(step(new MessengerError('upload-cancelled', { retry: 'never' }))).toBe('fail');
    expect(step(new FilesError('file-server-busy', { retry: 'later' }))).toBe('wait');
    expect(step(new FilesError('file-server-failed', { retry: 'later' }))).toBe('wait');
  });
});

test('who waits for a transfer of another tab is told when it ended, and until then it can be asked for again', async () => {
  const awaited = createAwaitedTransfers();
  const place = { messageId: 'm', attachmentId: 'a' };
  const ended: string[] = [];
  const first = awaited.wait(place).then(() => ended.push('first'));
  const other = awaited.wait({ ...place, attachmentId: 'b' }).then(() => ended.push('other'));
  awaited.note({ ...place, phase: 'downloading' });
  awaited.note({ ...place, phase: 'ended' });
  await first;
  expect(ended).toEqual(['first']);
  expect(awaited.pending()).toEqual([{ ...place, attachmentId: 'b' }]);
  awaited.note({ ...place, attachmentId: 'b', phase: 'ended' });
  await other;
  expect(awaited.pending()).toEqual([]);
  expect(ended).toEqual(['first', 'other']);
});
