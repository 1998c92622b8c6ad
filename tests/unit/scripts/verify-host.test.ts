import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newestChanges } from '../../../scripts/lib/release-facts.mjs';
import {
  SIGNATURE_CONTEXT,
  compareLists,
  isSignedBy,
  parseManifest
} from '../../../scripts/lib/verify-host.mjs';
import { RELEASE_SIGNATURE_CONTEXT } from '../../../src/lib/release.ts';

const HASH = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

describe('a signed list', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const hex = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
  const manifest = Buffer.from('{"version":"1"}');
  const signed = Buffer.concat([Buffer.from(SIGNATURE_CONTEXT), manifest]);
  const text = (bytes: Buffer, key = hex) =>
    JSON.stringify({
      algorithm: 'Ed25519',
      public_key: key,
      signature: sign(null, bytes, privateKey).toString('hex')
    });

  it('is signed by its key over these very bytes', () => {
    expect(isSignedBy(manifest, text(signed), hex)).toBe(true);
    expect(isSignedBy(Buffer.from('{"version":"2"}'), text(signed), hex)).toBe(false);
  });

  it.each([
    ['by another key', text(signed), OTHER],
    ['over the list alone', text(manifest), hex],
    ['of another name', text(signed, OTHER), hex],
    ['that is no text of one', 'null', hex]
  ])('is not taken when the signature is %s', (_name, signature, key) => {
    expect(isSignedBy(manifest, signature, key)).toBe(false);
  });

  it('is signed in the same words the page checks', () => {
    expect(SIGNATURE_CONTEXT).toBe(RELEASE_SIGNATURE_CONTEXT);
  });
});

describe('two lists', () => {
  it('differ by what is altered, lacking or too much', () => {
    const found = compareLists(
      { '/a': HASH, '/b': OTHER, '/new': HASH },
      { '/a': HASH, '/b': HASH, '/c': HASH }
    );
    expect(found.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'altered /b',
      'missing /c',
      'unexpected /new'
    ]);
    expect(compareLists({ '/a': HASH }, { '/a': HASH })).toEqual([]);
  });

  it.each([
    '',
    'null',
    '{}',
    '{"version":"1"}',
    '{"version":"1","files":{"/a":"x"}}',
    '{"version":"1","files":{"a":"' + HASH + '"}}'
  ])('cannot be read from %j', (text) => {
    expect(() => parseManifest(Buffer.from(text))).toThrow();
  });
});

describe('what changed', () => {
  it('is each point of the newest version, in one line', () => {
    const log = '# Log\n\nIntro - with a dash.\n\n## 2 (new)\n\n- One\n  and more.\n- Two\n\n## 1\n\n- Old\n';
    expect(newestChanges(log)).toEqual(['One and more.', 'Two']);
    expect(newestChanges('')).toEqual([]);
  });
});
