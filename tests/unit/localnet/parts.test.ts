// The small parts: certificates, rate limits, quiet, names, and text that must be base64.
import { X509Certificate } from 'node:crypto';
import { createServer, request } from 'node:https';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAccountId } from '../../../src/lib/account-id.ts';
import { base64ToBytes, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { createCryptoBackend, messageHash, nameHash, openNameRecord } from '../../../src/lib/crypto/index.ts';
import { createActivity } from '../../../localnet/activity.ts';
import { createCertificate } from '../../../localnet/certificate.ts';
import { createDirectory } from '../../../localnet/directory.ts';
import { createHashMemory } from '../../../localnet/hash-memory.ts';
import { createNameTable } from '../../../localnet/names.ts';
import { addressOf } from '../../../localnet/new-state.ts';
import { createRateLimit } from '../../../localnet/node/rate-limit.ts';
import { base64, base64Text } from '../../../localnet/rpc/parameters.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

describe('a certificate', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');

  test('is signed by its own P-256 key, for localhost, for ten years', () => {
    const { certificatePem } = createCertificate(now);
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.subject).toBe('CN=localhost');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(Date.parse(certificate.validFrom)).toBe(now - 86_400_000);
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBe(3_650 * 86_400_000);
  });

  test('is another each time', () => {
    const [a, b] = [createCertificate(now), createCertificate(now)];
    expect(
      new X509Certificate(a.certificatePem).verify(new X509Certificate(b.certificatePem).publicKey)
    ).toBe(false);
  });

  test('carries a TLS connection of a client that trusts it', async () => {
    const { certificatePem: cert, keyPem: key } = createCertificate(Date.now());
    const server = createServer({ cert, key }, (_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, ca: cert, servername: 'localhost', agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    server.close();
  });
});

describe('a rate limit', () => {
  test('gives a full bucket, then what time earns, to each client', async () => {
    const clock = createFakeClock();
    const mayCall = createRateLimit(clock, { capacity: 3, perSecond: 2 });
    const taken = (client: string) => [1, 2, 3, 4, 5].filter(() => mayCall(client)).length;
    expect([taken('a'), taken('b')]).toEqual([3, 3]);
    await clock.advance(1_000);
    expect(taken('a')).toBe(2);
    await clock.advance(60_000);
    expect(taken('a')).toBe(3);
  });

  test('remembers 10,000 clients and forgets the one unheard of longest', () => {
    const mayCall = createRateLimit(createFakeClock(), { capacity: 1, perSecond: 0 });
    expect(mayCall('first')).toBe(true);
    for (let client = 0; client < 9_999; client++) mayCall(String(client));
    expect(mayCall('first')).toBe(false);
    for (let client = 0; client < 10_000; client++) mayCall(`next ${client}`);
    expect(mayCall('first')).toBe(true);
  });
});

describe('settling', () => {
  test('waits for work, and for work that work begins', async () => {
    const activity = createActivity();
    const order: string[] = [];
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    void activity.run(async () => {
      await turn();
      order.push('first');
      void Promise.resolve().then(() =>
        activity.run(async () => {
          await turn();
          order.push('second');
        })
      );
    });
    await activity.settle();
    expect(order).toEqual(['first', 'second']);
  });

  test('does not wait where nothing runs, nor for what has failed', async () => {
    const activity = createActivity();
    await activity.settle();
    await expect(activity.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await activity.settle();
  });
});

test('a name is found by its hash, in any capitals, and its record opens with the name', async () => {
  const names = createNameTable(await createCryptoBackend());
  const owner = parseAccountId(`05${'ab'.repeat(32)}`);
  await names.set('Alice', owner);
  const record = names.resolve(base64Text(nameHash('aLICE'))) as { encrypted_value: string; nonce: string };
  const opened = { encryptedValue: hexToBytes(record.encrypted_value), nonce: hexToBytes(record.nonce) };
  expect(openNameRecord('alice', opened)).toBe(owner);
  expect(() => openNameRecord('bob', opened)).toThrow();
  expect(names.resolve(base64Text(nameHash('bob')))).toEqual({});
});

test('base64 is read as strictly as on the ground floor', () => {
  const strict = (text: string) => {
    try {
      return Buffer.from(base64ToBytes(text)).toString('hex');
    } catch {
      return null;
    }
  };
  const ours = (text: string) => {
    const bytes = base64(text);
    return bytes ? Buffer.from(bytes).toString('hex') : null;
  };
  for (const text of [
    '',
    '-_-_',
    'YWJj',
    'YWJjZA',
    'YWJjZA==',
    'YWJjZA=',
    'YWJjZB==',
    'YWJj\n',
    'Y',
    '=',
    '===='
  ]) {
    expect([text, ours(text)]).toEqual([text, strict(text)]);
  }
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ABab09+/-_= \n'), maxLength: 12 }), (text) => {
      expect(ours(text)).toBe(strict(text));
    })
  );
});

test('remembered hashes are those of the bytes, also after the bytes changed', () => {
  const hashOf = createHashMemory();
  const accountHex = `05${'11'.repeat(32)}`;
  const data = new Uint8Array(50).fill(1);
  const real = (bytes: Uint8Array, namespace = 0) => messageHash(hexToBytes(accountHex), namespace, bytes);
  expect(hashOf(accountHex, 0, data)).toBe(real(data));
  expect(hashOf(accountHex, 0, data.slice())).toBe(real(data));
  data[3] = 9;
  expect(hashOf(accountHex, 0, data)).toBe(real(data));
  expect(hashOf(accountHex, 2, data)).toBe(real(data, 2));
});

test('every one of 250 nodes has a loopback address in a /24 of its own', () => {
  const addresses = Array.from({ length: 250 }, (_, index) => addressOf(index));
  expect(addresses.slice(0, 2)).toEqual(['127.0.11.1', '127.0.12.1']);
  expect(new Set(addresses.map((ip) => ip.slice(0, ip.lastIndexOf('.')))).size).toBe(250);
});

test('a swarm is the nodes that name it, and those without one belong nowhere', () => {
  const directory = createDirectory(() => 0);
  const node = (index: number, swarmIdHex: string | null) => ({
    index,
    swarmIdHex,
    ed25519PublicKeyHex: String(index).repeat(64),
    x25519PublicKeyHex: '',
    ip: '127.0.0.1',
    port: 1,
    omqPort: 2
  });
  const key = new Uint8Array(32);
  expect(directory.swarmOf(key)).toBeNull();
  for (const entry of [
    node(0, '1'),
    node(1, '8000000000000000'),
    node(2, '1'),
    node(3, null),
    node(4, 'ffffffffffffffff')
  ]) {
    directory.set(entry);
  }
  expect(directory.swarmOf(key)?.members.map(({ index }) => index)).toEqual([0, 2]);
  directory.set(node(2, null));
  expect(directory.swarmOf(key)?.members.map(({ index }) => index)).toEqual([0]);
});
