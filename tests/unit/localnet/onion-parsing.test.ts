// What hops and servers read ([combined_payload], [relay_target], [server_onion_parser]).
import { describe, expect, test } from 'vitest';
import { bytesToHex, bytesToUtf8, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, decryptLayer, encryptLayer } from '../../../src/lib/crypto/index.ts';
import { isAllowedRelayTarget } from '../../../src/lib/wire/index.ts';
import { openServerRequest } from '../../../localnet/file-server/file-server.ts';
import { parseOuterFrame } from '../../../localnet/node/outer-frame.ts';
import { loadVectors } from '../../support/vectors.ts';

const vectors = loadVectors<{
  readonly combined_payload: readonly {
    what: string;
    payload: string;
    upstream_error?: string;
    expect?: string;
  }[];
  readonly relay_target: readonly { target: string; allowed: boolean }[];
  readonly server_onion_parser: readonly {
    what: string;
    server_pk: string;
    server_sk: string;
    request: string;
    payload_utf8?: string;
    reply_ciphertext?: string;
    reply_plaintext_utf8?: string;
    expect?: string;
  }[];
}>('network.json');

function complaintAbout(bytes: Uint8Array): string {
  try {
    parseOuterFrame(bytes);
    return 'none';
  } catch (error) {
    return String((error as { reply?: { body: string } }).reply?.body);
  }
}

describe('[combined_payload] at a guard', () => {
  for (const { what, payload, upstream_error: text, expect: outcome } of vectors.combined_payload) {
    if (outcome !== 'error') continue;
    test(`${what} is refused`, () => {
      const complaint = complaintAbout(hexToBytes(payload));
      expect(complaint.startsWith('Error parsing onion request: ')).toBe(true);
      // Words of a JSON library are its own; ours about sizes are those of the server.
      if (text?.startsWith('Unexpected')) expect(complaint).toBe(`Error parsing onion request: ${text}`);
    });
  }

  test.each([
    ['{}', "[json.exception.out_of_range.403] key 'ephemeral_key' not found"],
    [`{"ephemeral_key":"${'0'.repeat(64)}","enc_type":"AES-GCM"}`, 'Invalid encryption type AES-GCM'],
    [`{"ephemeral_key":"${'0'.repeat(64)}","enc_type":"cbc"}`, 'Invalid encryption type cbc'],
    [`{"ephemeral_key":"00"}`, 'Invalid ephemeral_key']
  ])('a control %s is refused in the words of the server', (control, complaint) => {
    const bytes = new Uint8Array([0, 0, 0, 0, ...utf8ToBytes(control)]);
    expect(complaintAbout(bytes)).toBe(`Error parsing onion request: ${complaint}`);
  });

  test('a right frame is taken', () => {
    const control = `{"ephemeral_key":"${'ab'.repeat(32)}","enc_type":"xchacha20","hop_no":3}`;
    const request = parseOuterFrame(new Uint8Array([2, 0, 0, 0, 7, 8, ...utf8ToBytes(control)]));
    expect([[...request.ciphertext], request.cipher, request.hopNumber]).toEqual([[7, 8], 'xchacha20', 3]);
  });
});

describe('[relay_target]', () => {
  for (const { target, allowed } of vectors.relay_target) {
    // Upstream lets `..` pass; network.md §3.4 asks the embedded server to refuse it.
    const isAllowed = allowed && !target.includes('..');
    test(`${target} is ${isAllowed ? 'relayed' : 'refused'}`, () => {
      expect(isAllowedRelayTarget(target)).toBe(isAllowed);
    });
  }

  test.each(['/oxen/%2e%2e/lsrpc', '/oxen/a#b/lsrpc', '/oxen/a\\b/lsrpc', '/oxen/a\n/lsrpc'])(
    '%j is refused',
    (target) => {
      expect(isAllowedRelayTarget(target)).toBe(false);
    }
  );
});

describe('[server_onion_parser]', () => {
  for (const vector of vectors.server_onion_parser) {
    test(vector.what, async () => {
      const crypto = await createCryptoBackend();
      const keys = {
        x25519SecretKey: hexToBytes(vector.server_sk),
        x25519PublicKey: hexToBytes(vector.server_pk)
      };
      const opened = await openServerRequest(crypto, keys, hexToBytes(vector.request));
      if (vector.expect === 'error') {
        expect(opened).toBeNull();
        return;
      }
      if (!opened) throw new Error('not opened');
      expect(bytesToUtf8(opened.payload)).toBe(vector.payload_utf8);
      // The key for the answer is the one of the request: the vector's own answer opens with it, and ours is its twin.
      const theirs = hexToBytes(vector.reply_ciphertext ?? '');
      expect(bytesToUtf8(await decryptLayer(crypto, opened.key, theirs))).toBe(vector.reply_plaintext_utf8);
      const nonce = theirs.subarray(0, opened.key.cipher === 'aes-gcm' ? 12 : 24);
      const ours = await encryptLayer(
        crypto,
        opened.key,
        utf8ToBytes(vector.reply_plaintext_utf8 ?? ''),
        nonce
      );
      expect(bytesToHex(ours)).toBe(vector.reply_ciphertext);
    });
  }
});
