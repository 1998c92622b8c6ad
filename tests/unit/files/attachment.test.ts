import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../../../src/lib/bytes/index.ts';
import { createNobleBackend, legacyEncryptedLength } from '../../../src/lib/crypto/index.ts';
import {
  downloadAttachment,
  downloadProfilePicture,
  FilesError,
  renewProfilePicture,
  uploadAttachment,
  uploadProfilePicture,
  type FileClient
} from '../../../src/lib/files/index.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_750_000_000_000;
const crypto = createNobleBackend();

/** A server that keeps files by number; `prolongs` false: it knows nothing of prolonging. */
function fakeServer({ prolongs = true } = {}) {
  const kept = new Map<string, { file: Uint8Array; stream: boolean }>();
  const files: FileClient = {
    async upload(file, { stream }) {
      const fileId = String(kept.size + 1);
      const url = `http://files/file/${fileId}`;
      kept.set(url, { file, stream });
      const times = { expiresAtMs: NOW_MS + 14 * DAY_MS, uploadedAtMs: NOW_MS, size: file.length };
      return { fileId, pointerId: BigInt(fileId), url, ...times };
    },
    async download(url) {
      const found = kept.get(url);
      if (!found) throw new FilesError('file-expired');
      return { ...found, expiresAtMs: null };
    },
    info: () => Promise.reject(new Error('not asked')),
    extend: async () =>
      prolongs ? { expiresAtMs: NOW_MS + 20 * DAY_MS, uploadedAtMs: null, size: null } : null
  };
  return { kept, dependencies: { files, crypto } };
}

describe('a file of a message', () => {
  const data = crypto.random(900);

  it.each(['legacy', 'stream'] as const)('comes back as it went, in the %s format', async (format) => {
    const { dependencies } = fakeServer();
    const uploaded = await uploadAttachment(dependencies, data, { format });
    expect(uploaded).toMatchObject({ id: 1n, size: 900, expiresAtMs: NOW_MS + 14 * DAY_MS });
    expect([uploaded.key.length, uploaded.digest.length]).toEqual(format === 'legacy' ? [64, 32] : [32, 0]);
    expect(bytesToHex(await downloadAttachment(dependencies, uploaded))).toBe(bytesToHex(data));
  });

  it('is sent in the legacy format, padded unless told otherwise', async () => {
    const { dependencies, kept } = fakeServer();
    await uploadAttachment(dependencies, data);
    await uploadAttachment(dependencies, data, { padded: false });
    const facts = [...kept.values()].map(({ file, stream }) => [file.length, stream]);
    expect(facts).toEqual([
      [legacyEncryptedLength(900), false],
      [legacyEncryptedLength(900, false), false]
    ]);
  });

  it('looks different each time, except in the stream format of one sender', async () => {
    const { dependencies, kept } = fakeServer();
    const senderSeed = new Uint8Array(32).fill(5);
    for (const options of [
      {},
      {},
      { format: 'stream', senderSeed },
      { format: 'stream', senderSeed }
    ] as const) {
      await uploadAttachment(dependencies, data, options);
    }
    const [one, two, three, four] = [...kept.values()].map(({ file }) => bytesToHex(file));
    expect([one === two, three === four]).toEqual([false, true]);
  });

  it('is refused when it is not what the message says', async () => {
    const { dependencies, kept } = fakeServer();
    const uploaded = await uploadAttachment(dependencies, data);
    const attempt = (change: object) =>
      expect(downloadAttachment(dependencies, { ...uploaded, ...change })).rejects;
    await attempt({ size: 0xffff_ffff }).toMatchObject({ code: 'attachment-wrong-size' });
    await attempt({ url: 'http://files/file/99' }).toMatchObject({ code: 'file-expired' });
    kept.get(uploaded.url)?.file.fill(0, 100, 101);
    await attempt({}).toMatchObject({ code: 'attachment-wrong-mac' });
  });
});

describe('the picture of a profile', () => {
  const picture = crypto.random(300);
  const renewing = async (server: ReturnType<typeof fakeServer>, ageMs: number, isKept = true) => {
    const link = await uploadProfilePicture(server.dependencies, picture);
    const loadPicture = async () => (isKept ? picture : null);
    const input = { link, uploadedAtMs: NOW_MS - ageMs, nowMs: NOW_MS, loadPicture };
    return { link, renewed: await renewProfilePicture(server.dependencies, input) };
  };

  it('is prolonged, which changes nothing for others', async () => {
    const server = fakeServer();
    const { link, renewed } = await renewing(server, 13 * DAY_MS);
    expect(renewed).toEqual({ ...link, expiresAtMs: NOW_MS + 20 * DAY_MS, changed: false });
    expect(server.kept.size).toBe(1);
  });

  it('is uploaded again with the same key where it cannot be prolonged and is older than 12 days', async () => {
    const server = fakeServer({ prolongs: false });
    const { link, renewed } = await renewing(server, 13 * DAY_MS);
    expect([renewed.changed, renewed.url === link.url, bytesToHex(renewed.key)]).toEqual([
      true,
      false,
      bytesToHex(link.key)
    ]);
    const fetched = await downloadProfilePicture(server.dependencies, renewed);
    expect(bytesToHex(fetched)).toBe(bytesToHex(picture));
  });

  it('stays as it is while it is young, or not kept here', async () => {
    const young = await renewing(fakeServer({ prolongs: false }), 11 * DAY_MS);
    expect(young.renewed).toMatchObject({ changed: false, url: young.link.url });
    const gone = await renewing(fakeServer({ prolongs: false }), 13 * DAY_MS, false);
    expect(gone.renewed).toMatchObject({ changed: false, url: gone.link.url });
  });
});
