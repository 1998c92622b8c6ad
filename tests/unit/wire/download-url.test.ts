import { describe, expect, it } from 'vitest';
import { MAINNET, type FileServer } from '../../../src/lib/networks.ts';
import { buildDownloadUrl, parseDownloadUrl } from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

const { sections } = loadVectors<{
  sections: {
    download_urls: {
      accept: { url: string; file_id: string; stream: boolean; server_ed25519: string }[];
      reject: { url: string }[];
    };
  };
}>('accounts-and-messages.json');
const { accept, reject } = sections.download_urls;

const ID = '0123456789012345678901234567890123456789abcd';
const OTHER_KEY = 'ab'.repeat(32);
const localServer: FileServer = {
  protocol: 'http',
  host: '127.0.0.1',
  port: 8080,
  ed25519PublicKeyHex: OTHER_KEY,
  x25519PublicKeyHex: 'cd'.repeat(32)
};

describe('parseDownloadUrl', () => {
  it.each(accept)('reads $url', (vector) => {
    expect(parseDownloadUrl(vector.url)).toMatchObject({
      fileId: vector.file_id,
      stream: vector.stream,
      serverEd25519Hex: vector.server_ed25519
    });
  });

  it.each(reject)('refuses $url', ({ url }) => {
    wireErrorOf(() => parseDownloadUrl(url));
  });

  it('gives the server to ask: protocol, host and port', () => {
    expect(parseDownloadUrl(`http://filev2.getsession.org/file/${ID}`)).toMatchObject({
      protocol: 'http',
      host: 'filev2.getsession.org',
      port: 80
    });
    expect(parseDownloadUrl(`https://a.example:8443/file/1#p=${OTHER_KEY}`)).toMatchObject({
      protocol: 'https',
      host: 'a.example',
      port: 8443
    });
  });

  it('ignores the query and unknown parts of the fragment', () => {
    const url = `http://filev2.getsession.org/file/${ID}?x=1#sr=2&d&e=3`;
    expect(parseDownloadUrl(url)).toMatchObject({ fileId: ID, stream: true });
    expect(parseDownloadUrl(`http://filev2.getsession.org/file/${ID}#dd`).stream).toBe(false);
  });

  it.each([
    ['another scheme', `javascript:alert(1)//filev2.getsession.org/file/${ID}`],
    ['a user', `http://a@filev2.getsession.org/file/${ID}`],
    ['a password', `http://:b@filev2.getsession.org/file/${ID}`],
    ['credentials', `http://a:b@filev2.getsession.org/file/${ID}`],
    ['a host that only ends alike', `http://evilgetsession.org/file/${ID}`],
    ['an id of another form', 'http://filev2.getsession.org/file/abc'],
    ['an id with a path behind it', `http://filev2.getsession.org/file/${ID}/info`],
    ['a path above', `http://filev2.getsession.org/x/file/${ID}`],
    ['a key that is too short', `http://filev2.getsession.org/file/${ID}#p=abcd`],
    ['a key that is no hex', `http://a.example/file/${ID}#p=${'zz'.repeat(32)}`],
    ['endless text', `http://filev2.getsession.org/file/${ID}#${'x'.repeat(3000)}`]
  ])('refuses %s', (_, url) => {
    wireErrorOf(() => parseDownloadUrl(url));
  });

  it('knows the file server of the network it is on', () => {
    const url = 'http://127.0.0.1:8080/file/12#d';
    expect(parseDownloadUrl(url, localServer).serverEd25519Hex).toBe(OTHER_KEY);
    wireErrorOf(() => parseDownloadUrl(url));
  });
});

describe('buildDownloadUrl', () => {
  it('names the key of every server but the official one, and writes a bare d', () => {
    const server = MAINNET.fileServer;
    expect(buildDownloadUrl({ server, fileId: ID, stream: false })).toBe(
      `http://filev2.getsession.org/file/${ID}`
    );
    expect(buildDownloadUrl({ server, fileId: ID, stream: true })).toBe(
      `http://filev2.getsession.org/file/${ID}#d`
    );
    expect(buildDownloadUrl({ server: localServer, fileId: ID, stream: true })).toBe(
      `http://127.0.0.1:8080/file/${ID}#d&p=${OTHER_KEY}`
    );
  });

  it.each([true, false])('is read back (stream: %s)', (stream) => {
    for (const server of [MAINNET.fileServer, localServer]) {
      expect(parseDownloadUrl(buildDownloadUrl({ server, fileId: ID, stream }))).toEqual({
        protocol: server.protocol,
        host: server.host,
        port: server.port,
        fileId: ID,
        stream,
        serverEd25519Hex: server.ed25519PublicKeyHex
      });
    }
  });
});
