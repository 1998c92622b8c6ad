import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToBase64, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  decodeBatchResult,
  decodeDeleteResult,
  decodeExpireResult,
  decodeGetExpiriesResult,
  decodeInfoResult,
  decodeNodeReply,
  decodeRetrieveResult,
  decodeRevokeResult,
  decodeStoreResult,
  decodeSwarmResult,
  MAX_ONION_REPLY_BYTES,
  parseJson,
  type JsonObject,
  type JsonValue
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface Capture {
  name: string;
  response?: { status: number; body: { text?: string } };
  decrypted_response?: string;
}
interface Reply {
  what: string;
  method: string;
  response: JsonObject & { swarm: Record<string, JsonObject> };
}

const { captures } = loadVectors<{ captures: Capture[] }>('storage-server-captures.json');
const network = loadVectors<{
  onion_full: { what: string; response?: { plaintext_utf8?: string } }[];
  response_signature: Reply[];
}>('network.json');

/** Body of a real server's answer. */
function captured(name: string): JsonValue {
  const capture = captures.find((candidate) => candidate.name === name);
  return parseJson(capture?.response?.body.text ?? '', 1_000_000, 'capture');
}

const HASH = 'Hkhe3HBdKmQvT6pmBScKZeL5IOKrQWicKXRQaO4GbOk';
const EARLIER_HASH = '+khe3HBdKmQvT6pmBScKZeL5IOKrQWicKXRQaO4GbOk';
const ED = 'ab'.repeat(32);
const SIGNATURE = bytesToBase64(new Uint8Array(64).fill(7));

describe('decodeNodeReply', () => {
  const reply = (value: unknown) => decodeNodeReply(utf8ToBytes(JSON.stringify(value)));
  const info = { hf: [19, 3], t: 1_700_000_000_123, timestamp: 1_700_000_000_123, version: [2, 8, 0] };

  it.each(network.onion_full.filter(({ response }) => response?.plaintext_utf8))(
    'reads the replies of the test data, encoded once or twice: $what',
    ({ what, response }) => {
      const { status, body } = decodeNodeReply(utf8ToBytes(response?.plaintext_utf8 as string));
      if (what.includes('421')) {
        expect(status).toBe(421);
        expect(decodeSwarmResult(body).nodes[0]).toMatchObject({ ip: '192.0.2.38', port: 22025 });
      } else if (what.includes('406')) {
        expect({ status, body }).toEqual({
          status: 406,
          body: 'retrieve timestamp too far from current time'
        });
      } else {
        expect(status).toBe(200);
        expect(decodeBatchResult(body).results).toEqual([{ code: 200, body: info }]);
      }
    }
  );

  it.each(captures.filter((capture) => typeof capture.decrypted_response === 'string'))(
    'reads what a real server answered: $name',
    (capture) => {
      const { status, body } = decodeNodeReply(utf8ToBytes(capture.decrypted_response as string));
      expect(status).toBe((JSON.parse(capture.decrypted_response as string) as { status: number }).status);
      expect(typeof body === 'object').toBe(status === 200 || status === 421);
    }
  );

  it('leaves text that holds no object or list as it is', () => {
    for (const body of ['no method x', '5', 'null', '"a"', '', '{not json', '[1,']) {
      expect(reply({ status: 400, body })).toEqual({ status: 400, body });
    }
    expect(reply({ status: 200, body: ' [1]' }).body).toEqual([1]);
    expect(reply({ status: 200, body: null }).body).toBeNull();
  });

  it('refuses replies without status or body', () => {
    expect(wireErrorOf(() => reply({ body: '' }))).toMatchObject({ field: 'status' });
    expect(wireErrorOf(() => reply({ status: '200', body: '' }))).toMatchObject({ field: 'status' });
    expect(wireErrorOf(() => reply({ status: 200 }))).toMatchObject({ field: 'body' });
    wireErrorOf(() => reply([]));
    wireErrorOf(() => decodeNodeReply(utf8ToBytes('Server busy')));
    wireErrorOf(() => decodeNodeReply(Uint8Array.of(0xff, 0xfe)));
  });

  it('bounds size, and depth on both levels of encoding', () => {
    const deep = '['.repeat(40) + ']'.repeat(40);
    wireErrorOf(() => decodeNodeReply(new Uint8Array(MAX_ONION_REPLY_BYTES + 1)), 'too-large');
    wireErrorOf(() => decodeNodeReply(utf8ToBytes(`{"status":200,"body":${deep}}`)), 'too-large');
    wireErrorOf(() => reply({ status: 200, body: deep }), 'too-large');
    // Brackets inside text nest nothing.
    expect(reply({ status: 200, body: { a: '['.repeat(40), b: '\\"' } }).status).toBe(200);
  });
});

describe('answers of a swarm in the test data', () => {
  const decoders = {
    store: decodeStoreResult,
    delete: decodeDeleteResult,
    delete_all: decodeDeleteResult,
    expire: decodeExpireResult,
    expire_all: decodeExpireResult,
    revoke_subaccount: decodeRevokeResult
  } as const;

  it.each(network.response_signature)('keep every signature and value: $method, $what', (vector) => {
    const decode = decoders[vector.method as keyof typeof decoders];
    const result = decode(vector.response);
    expect(result).toMatchObject({ nodeTimeMs: 1_700_000_000_000, hardFork: [19, 3] });
    expect(Object.keys(result.members).sort()).toEqual(Object.keys(vector.response.swarm).sort());
    for (const [key, entry] of Object.entries(vector.response.swarm)) {
      const member = result.members[key];
      if (entry['failed']) {
        expect(member?.ok).toBe(false);
        continue;
      }
      expect(member).toMatchObject({ ok: true, signature: base64ToBytes(entry['signature'] as string) });
      expect(member).toMatchObject(expectedFields(entry));
    }
  });

  function expectedFields(entry: JsonObject): object {
    const { hash, expiry, deleted, updated, unchanged } = entry;
    return {
      ...(hash && { hash, expiryMs: expiry, already: entry['already'] ?? false }),
      ...(deleted && { deleted: flat(deleted) }),
      ...(updated && {
        updated: flat(updated),
        expiriesMs: expiry === undefined ? [] : Array.isArray(expiry) ? expiry : [expiry],
        unchanged: unchanged ?? {}
      })
    };
  }

  const flat = (value: JsonValue) => (Object.values(value as JsonObject).flat() as string[]).toSorted();
});

describe('answers of a real server', () => {
  it('to store name the member that failed', () => {
    const { members, hash, nodeTimeMs } = decodeStoreResult(captured('store_one_member_down'));
    const [failed, first] = Object.values(members);
    expect(failed).toEqual({ ok: false, reason: 'timeout' });
    expect(first).toMatchObject({ ok: true, hash, already: false });
    expect(nodeTimeMs).toBe(1_795_435_277_866);
  });

  it('to retrieve are read whole', () => {
    const result = decodeRetrieveResult(captured('retrieve_ok'));
    expect(result.messages[0]).toEqual({
      hash: 'o4tEb+7llSKks3uTOrmHMCL+d909f/0+5N4lREpYbys',
      timestampMs: 1_795_434_908_273,
      expiresAtMs: 1_795_521_308_273,
      data: utf8ToBytes('hello')
    });
    expect(result).toMatchObject({ skipped: 0, lastHash: result.messages.at(-1)?.hash });
    expect(decodeRetrieveResult(captured('retrieve_empty'))).toMatchObject({
      messages: [],
      more: false,
      lastHash: null
    });
    expect(decodeRetrieveResult(captured('retrieve_max_size_small')).more).toBe(true);
  });

  it('to expire, delete and get_expiries are read', () => {
    const unchanged = Object.values(decodeExpireResult(captured('expire_extend_noop')).members)[0];
    expect(unchanged).toMatchObject({
      updated: [],
      expiriesMs: [1_795_438_693_700],
      unchanged: { StuneE2nz7jiVyFG9qHaZNAEzTqf0qLnV3UX0vxwwds: 1_795_442_293_705 }
    });
    const several = Object.values(decodeExpireResult(captured('expire_multi')).members)[0];
    expect(several).toMatchObject({ expiriesMs: [1_795_445_894_715] });
    const all = Object.values(decodeDeleteResult(captured('delete_all_all')).members)[0];
    // Sorted over the namespaces, as it is signed.
    expect(all).toMatchObject({
      deleted: ['/HoxwjlgJhPjoZCmNaleS0xpkGPZaCdWR7YdLnNA928', 'o6WK3rZ5ag2LEbbbuUJJZVdMuF8SWL98GiBaolzf35k']
    });
    expect(decodeGetExpiriesResult(captured('get_expiries')).expiriesMs).toEqual({
      StuneE2nz7jiVyFG9qHaZNAEzTqf0qLnV3UX0vxwwds: 1_796_644_693_418
    });
  });

  it('to get_swarm, and of a wrong swarm, list the members', () => {
    const swarm = decodeSwarmResult(captured('get_swarm'));
    expect(swarm.nodes).toHaveLength(3);
    expect(swarm.nodes[0]).toEqual({
      ed25519PublicKeyHex: '5e4aa5b3363ace040f6573e75d0158fd88a61a4f96374d66b8ffcf2a40a8e8a5',
      x25519PublicKeyHex: '25e74d68ba527717d20d7e69315f3595361871f411b64568ce0cd7b0599e9b35',
      ip: '127.0.11.1',
      port: 22_200,
      swarmIdHex: swarm.swarmIdHex
    });
    expect(decodeSwarmResult(captured('retrieve_wrong_swarm')).nodes).toHaveLength(3);
  });

  it('to batch and sequence keep text and objects apart', () => {
    const { results } = decodeBatchResult(captured('sequence_stops'));
    expect(results.map(({ code }) => code)).toEqual([200, 401]);
    expect(decodeInfoResult(results[0]?.body ?? null)).toMatchObject({
      version: [2, 8, 0],
      hardFork: [19, 5]
    });
    expect(results[1]?.body).toBe('retrieve: request signature required');
    const poll = decodeBatchResult(captured('batch_poll_like_clients')).results;
    expect(poll.map(({ body }) => decodeRetrieveResult(body).messages.length)).toEqual([1, 0, 0, 0, 0]);
  });
});

describe('members that answer badly', () => {
  const good = { hash: HASH, signature: SIGNATURE, expiry: 5 };
  const outcome = (entry: JsonValue) => decodeStoreResult({ hash: HASH, swarm: { [ED]: entry } }).members[ED];

  it('are failures of their own and spoil no other entry', () => {
    const { members } = decodeStoreResult({ hash: HASH, swarm: { [ED]: null, ['cd'.repeat(32)]: good } });
    expect(members[ED]).toEqual({ ok: false, reason: 'malformed' });
    expect(members['cd'.repeat(32)]).toMatchObject({ ok: true, expiryMs: 5 });
  });

  it.each<[string, JsonValue]>([
    ['no signature', { hash: HASH, expiry: 5 }],
    ['a short signature', { ...good, signature: 'AAAA' }],
    ['a long signature', { ...good, signature: bytesToBase64(new Uint8Array(65)) }],
    ['a signature that is no base64', { ...good, signature: '*'.repeat(88) }],
    ['no hash', { signature: SIGNATURE, expiry: 5 }],
    ['a hash of another length', { ...good, hash: 'abc' }],
    ['no expiry', { hash: HASH, signature: SIGNATURE }],
    ['an expiry that is text', { ...good, expiry: '5' }],
    ['a list', []]
  ])('with %s', (_, entry) => {
    expect(outcome(good)?.ok).toBe(true);
    expect(outcome(entry)).toEqual({ ok: false, reason: 'malformed' });
  });

  it.each<[JsonObject, object]>([
    [{ timeout: true }, { reason: 'timeout' }],
    [
      { code: 500, reason: 'x' },
      { reason: 'code', code: 500 }
    ],
    [
      { code: '421', reason: 'x' },
      { reason: 'code', code: 421 }
    ],
    [{ bad_peer_response: true }, { reason: 'bad-peer-response' }],
    [{ query_failure: true }, { reason: 'query-failure' }],
    [{}, { reason: 'unknown' }],
    [{ code: 'x' }, { reason: 'unknown' }]
  ])('that failed with %j', (entry, expected) => {
    expect(outcome({ failed: true, ...entry })).toEqual({ ok: false, ...expected });
  });

  it('under keys that are no keys are left out; keys are read in either case', () => {
    const { members } = decodeStoreResult({
      hash: HASH,
      swarm: { ['AB'.repeat(32)]: good, nonsense: good, ['__proto__']: good }
    });
    expect(Object.keys(members)).toEqual([ED]);
  });

  it('in numbers that no swarm has are refused', () => {
    const swarm = Object.fromEntries(
      Array.from({ length: 257 }, (_, index) => [index.toString(16).padStart(64, '0'), good])
    );
    wireErrorOf(() => decodeStoreResult({ hash: HASH, swarm }));
  });
});

describe('decodeRetrieveResult', () => {
  const good = { hash: HASH, timestamp: 1, expiration: 2, data: 'aGk=' };

  it.each<[string, JsonValue]>([
    ['no object', 5],
    ['no hash', { ...good, hash: null }],
    ['a bad hash', { ...good, hash: 'abc' }],
    ['data that is no base64', { ...good, data: 'a*' }],
    ['no data', { ...good, data: null }],
    ['data over the limit', { ...good, data: 'A'.repeat(102_404) }],
    ['a timestamp beyond exact numbers', { ...good, timestamp: 2 ** 53 }],
    ['a negative expiration', { ...good, expiration: -1 }]
  ])('skips and counts a message with %s, and keeps the others', (_, item) => {
    const result = decodeRetrieveResult({
      messages: [good, item, { ...good, hash: EARLIER_HASH }],
      more: true
    });
    expect(result.messages.map(({ hash }) => hash)).toEqual([HASH, EARLIER_HASH]);
    expect(result).toMatchObject({ skipped: 1, more: true, lastHash: EARLIER_HASH });
  });

  it('moves the cursor past an unreadable message at the end', () => {
    const result = decodeRetrieveResult({ messages: [good, { ...good, hash: EARLIER_HASH, data: '*' }] });
    expect(result).toMatchObject({ skipped: 1, more: false, lastHash: EARLIER_HASH });
    expect(decodeRetrieveResult({ messages: [good, 'x'] }).lastHash).toBe(HASH);
  });

  it('takes data of the largest size', () => {
    const data = bytesToBase64(new Uint8Array(76_800));
    expect(decodeRetrieveResult({ messages: [{ ...good, data }] }).messages[0]?.data).toHaveLength(76_800);
  });

  it('refuses answers without a list, and lists without end', () => {
    wireErrorOf(() => decodeRetrieveResult({ messages: {} }));
    wireErrorOf(() => decodeRetrieveResult('retrieve: request signature required'));
    wireErrorOf(() => decodeRetrieveResult({ messages: new Array<JsonValue>(60_001).fill(1) }), 'too-large');
  });

  it('says the time of the node only when it is a time', () => {
    expect(decodeRetrieveResult({ messages: [], t: 5, hf: [19, 3] })).toMatchObject({ nodeTimeMs: 5 });
    const without = decodeRetrieveResult({ messages: [], t: 'x', hf: [19] });
    expect('nodeTimeMs' in without || 'hardFork' in without).toBe(false);
  });
});

describe('other answers', () => {
  it('of get_swarm drop nodes without address, and take the text form of the port', () => {
    const node = { pubkey_ed25519: ED, pubkey_x25519: 'cd'.repeat(32), ip: '10.0.0.1', port: '22021' };
    const other = { ...node, pubkey_ed25519: 'ef'.repeat(32), ip: '0.0.0.0' };
    const { nodes, swarmIdHex } = decodeSwarmResult({ snodes: [node, other, node, 5], swarm: '0FF' });
    expect(swarmIdHex).toBe('ff');
    expect(nodes).toEqual([
      {
        ed25519PublicKeyHex: ED,
        x25519PublicKeyHex: 'cd'.repeat(32),
        ip: '10.0.0.1',
        port: 22_021,
        swarmIdHex: 'ff'
      }
    ]);
    expect(decodeSwarmResult({ snodes: [], swarm: 'ffffffffffffffff' })).toEqual({
      swarmIdHex: null,
      nodes: []
    });
  });

  it('are refused when their frame is missing', () => {
    for (const body of [null, 'text', [], {}]) {
      wireErrorOf(() => decodeStoreResult(body));
      wireErrorOf(() => decodeDeleteResult(body));
      wireErrorOf(() => decodeExpireResult(body));
      wireErrorOf(() => decodeGetExpiriesResult(body));
      wireErrorOf(() => decodeSwarmResult(body));
      wireErrorOf(() => decodeInfoResult(body));
      wireErrorOf(() => decodeBatchResult(body));
    }
    wireErrorOf(() => decodeInfoResult({ version: [2, 8], timestamp: 1 }));
    wireErrorOf(() => decodeBatchResult({ results: [{ body: {} }] }));
    wireErrorOf(
      () => decodeBatchResult({ results: new Array<JsonValue>(21).fill({ code: 200 }) }),
      'too-large'
    );
    wireErrorOf(() => decodeGetExpiriesResult({ expiries: { abc: 5 } }));
    wireErrorOf(() => decodeGetExpiriesResult({ expiries: { [HASH]: '5' } }));
  });
});
