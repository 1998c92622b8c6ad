import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptVersion,
  decodeReleaseManifest,
  forgetAcceptedVersion,
  loadAcceptedVersion,
  type AcceptedVersionStore
} from '../../src/lib/release.ts';

function memoryStore(): AcceptedVersionStore {
  const caches = new Map<string, Map<string, string>>();
  return {
    open(name) {
      const entries = caches.get(name) ?? new Map<string, string>();
      caches.set(name, entries);
      return Promise.resolve({
        async put(key, response) {
          entries.set(String(key), await response.text());
        },
        match(key) {
          const text = entries.get(String(key));
          return Promise.resolve(text === undefined ? undefined : new Response(text));
        }
      });
    },
    delete: (name) => Promise.resolve(caches.delete(name))
  };
}

describe('the accepted version', () => {
  it('is none until a person accepts one, and none again once it was used', async () => {
    const store = memoryStore();
    expect(await loadAcceptedVersion(store)).toBeNull();
    await acceptVersion(store, '1.0.0-a');
    await acceptVersion(store, '1.0.0-b');
    expect(await loadAcceptedVersion(store)).toBe('1.0.0-b');
    await forgetAcceptedVersion(store);
    expect(await loadAcceptedVersion(store)).toBeNull();
  });
});

describe('a release manifest', () => {
  const hash = 'ab'.repeat(32);

  it('gives version and hashes', () => {
    const manifest = decodeReleaseManifest(JSON.stringify({ version: '1', files: { '/a.js': hash } }));
    expect(manifest?.version).toBe('1');
    expect(manifest?.sha256ByPath.get('/a.js')).toBe(hash);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"version":"1"}',
    '{"version":1,"files":{}}',
    '{"version":"","files":{}}',
    '{"version":"1","files":[]}',
    `{"version":"1","files":{"a.js":"${hash}"}}`,
    `{"version":"1","files":{"/a.js":"${hash.toUpperCase()}"}}`,
    '{"version":"1","files":{"/a.js":"ab"}}',
    '{"version":"1","files":{"/a.js":5}}',
    JSON.stringify({ version: '1'.repeat(101), files: {} }),
    JSON.stringify({
      version: '1',
      files: Object.fromEntries(Array.from({ length: 5001 }, (_, index) => [`/${index}`, hash]))
    })
  ])('is refused when malformed (%#)', (text) => {
    expect(decodeReleaseManifest(text)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeReleaseManifest(text)));
  });
});
