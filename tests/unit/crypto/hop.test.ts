import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createHopKey,
  CryptoError,
  decryptLayer,
  deriveHopKey,
  encryptLayer,
  type HopCipher
} from '../../../src/lib/crypto/index.ts';
import { bytesToHex, bytesToUtf8, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { BACKENDS, codeOf } from './support.ts';

interface LayerVector {
  what: string;
  enc_type: HopCipher;
  direction: 'client_to_server' | 'server_to_client';
  wrong_role?: boolean;
  client_pk: string;
  client_sk?: string;
  server_pk: string;
  server_sk: string;
  x25519_shared_secret?: string;
  symmetric_key?: string;
  nonce?: string;
  plaintext?: string;
  ciphertext: string;
  expect?: 'error';
}

interface ServerVector {
  what: string;
  enc_type?: HopCipher;
  server_pk: string;
  server_sk: string;
  client_sk?: string;
  client_ephemeral_pk?: string;
  request: string;
  payload_utf8?: string;
  reply_plaintext_utf8?: string;
  reply_ciphertext?: string;
}

const { onion_layer: layers, server_onion_parser: servers } = loadVectors<{
  onion_layer: LayerVector[];
  server_onion_parser: ServerVector[];
}>('network.json');

const CIPHERS: HopCipher[] = ['aes-gcm', 'xchacha20'];

/** The blob of the frame u32le length ‖ blob ‖ JSON. */
function blobOf(frame: Uint8Array): Uint8Array {
  const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  return frame.subarray(4, 4 + length);
}

function keysOf(vector: LayerVector) {
  const clientPublicKey = hexToBytes(vector.client_pk);
  const serverPublicKey = hexToBytes(vector.server_pk);
  return { clientPublicKey, serverPublicKey, cipher: vector.enc_type };
}

describe.each(BACKENDS)('onion layers on $name', ({ crypto }) => {
  const good = layers.filter((vector) => vector.expect === undefined);
  const bad = layers.filter((vector) => vector.expect === 'error');

  it.each(good)('have one key on both sides: $what', async (vector) => {
    const server = await deriveHopKey(crypto, {
      ...keysOf(vector),
      ownSecretKey: hexToBytes(vector.server_sk),
      role: 'server'
    });
    const { key: client, ephemeralPublicKey } = await createHopKey(crypto, {
      hopX25519PublicKey: hexToBytes(vector.server_pk),
      cipher: vector.enc_type,
      ephemeralSecretKey: hexToBytes(vector.client_sk as string)
    });
    expect(bytesToHex(client.key)).toBe(bytesToHex(server.key));
    expect(bytesToHex(ephemeralPublicKey)).toBe(vector.client_pk);
    if (vector.symmetric_key !== undefined) expect(bytesToHex(server.key)).toBe(vector.symmetric_key);

    const ciphertext = hexToBytes(vector.ciphertext);
    expect(bytesToHex(await decryptLayer(crypto, server, ciphertext))).toBe(vector.plaintext);
    const nonce = ciphertext.subarray(0, vector.enc_type === 'aes-gcm' ? 12 : 24);
    const again = await encryptLayer(crypto, client, hexToBytes(vector.plaintext as string), nonce);
    expect(bytesToHex(again)).toBe(vector.ciphertext);
  });

  it.each(bad)('are refused: $what', async (vector) => {
    const keys = keysOf(vector);
    const opening = deriveHopKey(crypto, {
      ...keys,
      ...(vector.wrong_role && {
        clientPublicKey: keys.serverPublicKey,
        serverPublicKey: keys.clientPublicKey
      }),
      ownSecretKey: hexToBytes(vector.server_sk),
      role: vector.wrong_role ? 'client' : 'server'
    }).then((key) => decryptLayer(crypto, key, hexToBytes(vector.ciphertext)));
    expect(await codeOf(opening)).toBe(
      vector.what.startsWith('all-zero') ? 'low-order-point' : 'open-failed'
    );
  });

  it.each(servers.filter((vector) => vector.payload_utf8 !== undefined))(
    'serve a destination: $what',
    async (vector) => {
      const key = await deriveHopKey(crypto, {
        ownSecretKey: hexToBytes(vector.server_sk),
        clientPublicKey: hexToBytes(vector.client_ephemeral_pk as string),
        serverPublicKey: hexToBytes(vector.server_pk),
        role: 'server',
        cipher: vector.enc_type as HopCipher
      });
      const payload = await decryptLayer(crypto, key, blobOf(hexToBytes(vector.request)));
      expect(bytesToUtf8(payload)).toBe(vector.payload_utf8);

      const { key: clientKey } = await createHopKey(crypto, {
        hopX25519PublicKey: hexToBytes(vector.server_pk),
        cipher: vector.enc_type as HopCipher,
        ephemeralSecretKey: hexToBytes(vector.client_sk as string)
      });
      const reply = await decryptLayer(crypto, clientKey, hexToBytes(vector.reply_ciphertext as string));
      expect(bytesToUtf8(reply)).toBe(vector.reply_plaintext_utf8);
    }
  );

  it.each(CIPHERS)('open again with %s, for every plaintext', async (cipher) => {
    const server = await crypto.generateX25519();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (plaintext) => {
        const { key } = await createHopKey(crypto, { hopX25519PublicKey: server.publicKey, cipher });
        const layer = await encryptLayer(crypto, key, plaintext);
        expect(layer).toHaveLength(plaintext.length + (cipher === 'aes-gcm' ? 28 : 40));
        expect(bytesToHex(await decryptLayer(crypto, key, layer))).toBe(bytesToHex(plaintext));
      }),
      { numRuns: 15 }
    );
  });

  it.each(CIPHERS)('throw nothing but CryptoError for garbage with %s', async (cipher) => {
    const { key } = await createHopKey(crypto, {
      hopX25519PublicKey: (await crypto.generateX25519()).publicKey,
      cipher
    });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), async (garbage) => {
        await expect(decryptLayer(crypto, key, garbage)).rejects.toBeInstanceOf(CryptoError);
      }),
      { numRuns: 40 }
    );
  });

  it.each(CIPHERS)('never repeat a key or a nonce with %s', async (cipher) => {
    const { publicKey } = await crypto.generateX25519();
    const input = { hopX25519PublicKey: publicKey, cipher };
    const [first, second] = [await createHopKey(crypto, input), await createHopKey(crypto, input)];
    expect(bytesToHex(first.ephemeralPublicKey)).not.toBe(bytesToHex(second.ephemeralPublicKey));
    expect(bytesToHex(first.key.key)).not.toBe(bytesToHex(second.key.key));
    const text = utf8ToBytes('twice');
    const [one, two] = [
      await encryptLayer(crypto, first.key, text),
      await encryptLayer(crypto, first.key, text)
    ];
    expect(bytesToHex(one)).not.toBe(bytesToHex(two));
  });

  it('refuse a nonce of the other cipher', async () => {
    const { key } = await createHopKey(crypto, {
      hopX25519PublicKey: (await crypto.generateX25519()).publicKey,
      cipher: 'aes-gcm'
    });
    expect(await codeOf(encryptLayer(crypto, key, new Uint8Array(1), new Uint8Array(24)))).toBe('usage');
  });

  it('refuse a hop key of low order or of another length', async () => {
    for (const cipher of CIPHERS) {
      const toKey = (hopX25519PublicKey: Uint8Array) =>
        codeOf(createHopKey(crypto, { hopX25519PublicKey, cipher }));
      expect(await toKey(new Uint8Array(32))).toBe('low-order-point');
      expect(await toKey(new Uint8Array(31))).toBe('bad-key-length');
    }
  });
});
