import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScanner, hexSecret, phraseSecrets, textSecret } from '../../support/plaintext-scanner.ts';

const CANARY = 'q7Vt2mZp9XcR4nLw8KdYs3HfB6gJx1Ea';
const around = (bytes: Uint8Array) => Buffer.concat([Buffer.from('before '), bytes, Buffer.from(' after')]);

describe('the plaintext scanner', () => {
  const scanner = createScanner([textSecret('canary', CANARY)]);
  const utf8 = Buffer.from(CANARY);

  it.each([
    ['utf-8', utf8],
    ['utf-16le', Buffer.from(CANARY, 'utf16le')],
    ['utf-16be', Buffer.from(CANARY, 'utf16le').swap16()],
    ['hex', Buffer.from(utf8.toString('hex'))],
    ['upper-case hex', Buffer.from(utf8.toString('hex').toUpperCase())],
    ['hex in utf-16', Buffer.from(utf8.toString('hex'), 'utf16le')],
    ['base64', Buffer.from(utf8.toString('base64'))],
    [
      'base64 shifted by one',
      Buffer.from(Buffer.concat([Buffer.from('x'), utf8, Buffer.from('yz')]).toString('base64'))
    ],
    [
      'base64 shifted by two',
      Buffer.from(Buffer.concat([Buffer.from('xy'), utf8, Buffer.from('z')]).toString('base64'))
    ],
    ['base64url', Buffer.from(utf8.toString('base64url'))],
    ['reversed bytes', Buffer.from(utf8).reverse()]
  ])('finds a text written as %s', (_name, bytes) => {
    expect(scanner.scan(around(bytes), 'capture')).not.toHaveLength(0);
  });

  it('finds nothing in bytes that do not hold the secret', () => {
    expect(scanner.scan(around(Buffer.from(CANARY.toLowerCase())), 'capture')).toEqual([]);
  });

  it('finds a key as raw bytes and in base64 at the very end of the haystack', () => {
    const key = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
    const keyScanner = createScanner([hexSecret('key', key)]);
    expect(keyScanner.scan(Buffer.from(`00${key}`, 'hex'), 'x')).toMatchObject([{ offset: 1 }]);
    expect(keyScanner.scan(Buffer.from(Buffer.from(key, 'hex').toString('base64')), 'x')).not.toHaveLength(0);
  });

  it('finds three consecutive words but not two', () => {
    const words = ['abbey', 'zoom', 'nestle', 'ostrich', 'pitched'];
    const phrase = createScanner(phraseSecrets(words));
    expect(phrase.scan(Buffer.from('… zoom nestle ostrich …'), 'x')).not.toHaveLength(0);
    expect(phrase.scan(Buffer.from('["abbey","zoom","nestle"]'), 'x')).not.toHaveLength(0);
    expect(phrase.scan(Buffer.from('zoom nestle abbey ostrich pitched'), 'x')).toEqual([]);
  });

  it('scans every file below a folder, and file names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scan-'));
    try {
      await mkdir(join(folder, 'a', CANARY), { recursive: true });
      await writeFile(join(folder, 'a', 'deep.bin'), around(utf8));
      const { findings, files } = await scanner.scanDirectory(folder);
      expect(files).toBe(1);
      expect(findings.map((finding) => finding.place)).toEqual(
        expect.arrayContaining([`name of a/${CANARY}`, 'a/deep.bin'])
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
