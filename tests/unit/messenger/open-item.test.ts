import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { base64ToBytes, hexToBytes } from '../../../src/lib/bytes/index.ts';
import {
  createCryptoBackend,
  createNobleBackend,
  deriveIdentity,
  type Identity
} from '../../../src/lib/crypto/index.ts';
import { applyContents } from '../../../src/lib/messenger/apply-content.ts';
import { openItem, type OpenedItem } from '../../../src/lib/messenger/open-item.ts';
import { contentKind } from '../../../src/lib/wire/index.ts';
import { emptySnapshot } from '../../support/inbox-snapshot.ts';
import { loadVectors } from '../../support/vectors.ts';

interface MessageVector {
  what: string;
  from: string;
  to: string;
  timestamp_ms: number;
  wrapped_b64: string;
  content_decoded: { dataMessage?: { body?: string; syncTarget?: string } };
}
interface InvalidVector {
  what: string;
  expect: string;
  recipient: string;
  wrapped_b64: string;
}
const { sections } = loadVectors<{
  sections: {
    accounts: { what: string; seed_hex: string }[];
    messages: MessageVector[];
    messages_other_clients: MessageVector[];
    messages_invalid: InvalidVector[];
  };
}>('accounts-and-messages.json');

const backends = [
  ['webcrypto first', await createCryptoBackend()],
  ['noble only', createNobleBackend()]
] as const;

function identityOf(name: string): Identity {
  const account = sections.accounts.find(({ what }) => what.toLowerCase().includes(name));
  if (!account) throw new Error(`no account ${name}`);
  return deriveIdentity(hexToBytes(account.seed_hex));
}

const open = (crypto: (typeof backends)[number][1], recipient: Identity, wrappedBase64: string) =>
  openItem(crypto, recipient, { hash: 'h', expiresAtMs: 1, data: base64ToBytes(wrappedBase64) });

function outcome(item: OpenedItem, recipient: Identity): 'reject' | 'drop' | 'accept' {
  if (item.kind === 'rejected') return item.reason === 'timestamps-differ' ? 'drop' : 'reject';
  const context = { ownId: recipient.accountId, nowMs: item.timestampMs };
  const { messages } = applyContents([item], emptySnapshot(), context);
  return messages.length > 0 ? 'accept' : 'drop';
}

describe.each(backends)('opening items (%s)', (_, crypto) => {
  test.each([...sections.messages, ...sections.messages_other_clients])('opens: $what', async (vector) => {
    const recipient = identityOf(vector.to);
    const item = await open(crypto, recipient, vector.wrapped_b64);
    expect(item).toMatchObject({
      kind: 'content',
      senderId: identityOf(vector.from).accountId,
      timestampMs: vector.timestamp_ms
    });
    if (item.kind === 'content' && contentKind(item.content) === 'data') {
      expect(item.content.dataMessage?.body).toBe(vector.content_decoded.dataMessage?.body ?? '');
    }
  });

  test.each(sections.messages_invalid)('$expect — $what', async (vector) => {
    const recipient = identityOf(vector.recipient);
    const item = await open(crypto, recipient, vector.wrapped_b64);
    const expected = vector.expect.split(/[: ]/)[0];
    expect(outcome(item, recipient)).toBe(expected === 'ignore' ? 'drop' : expected);
  });
});

describe('data of strangers', () => {
  const crypto = createNobleBackend();
  const bob = identityOf('bob');

  test('data of a protocol to come is named as such', async () => {
    const data = Uint8Array.of(0, 3, 1, 2, 3);
    const item = await openItem(crypto, bob, { hash: 'h', expiresAtMs: 1, data });
    expect(item).toMatchObject({ kind: 'rejected', reason: 'newer-protocol' });
  });

  test('what only looks forward secret is malformed, and what no key opens is kept', async () => {
    const item = (data: Uint8Array) => openItem(crypto, bob, { hash: 'h', expiresAtMs: 1, data });
    expect(await item(Uint8Array.of(0, 2, 1, 2, 3))).toMatchObject({ reason: 'hfs-malformed' });
    const sealed = new Uint8Array(1536).fill(9);
    sealed.set([0, 2]);
    expect(await item(sealed)).toMatchObject({ reason: 'hfs-not-decryptable', held: sealed });
  });

  test('any bytes are a value, never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (data) => {
        const item = await openItem(crypto, bob, { hash: 'h', expiresAtMs: 1, data });
        expect(item.kind).toBe('rejected');
      }),
      { numRuns: 300 }
    );
  });

  test('one changed byte of a real message is refused or leaves text and sender as they were', async () => {
    const [vector] = sections.messages as [MessageVector];
    const data = base64ToBytes(vector.wrapped_b64);
    await fc.assert(
      fc.asyncProperty(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = data.slice();
        altered[at] = (altered[at] as number) ^ change;
        const item = await openItem(crypto, bob, { hash: 'h', expiresAtMs: 1, data: altered });
        if (item.kind === 'rejected') return;
        expect(item.senderId).toBe(identityOf('alice').accountId);
        expect(item.timestampMs).toBe(vector.timestamp_ms);
        expect(item.content.dataMessage?.body).toBe('Hello, Bob!');
      }),
      { numRuns: 150 }
    );
  });
});
