// The form of a request between members ([forwarded_request]).
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../src/lib/bytes/index.ts';
import { messageHash } from '../../../src/lib/crypto/index.ts';
import type { JsonObject } from '../../../src/lib/wire/index.ts';
import type { NodeContext } from '../../../localnet/node/context.ts';
import { expire } from '../../../localnet/rpc/expire.ts';
import { decodeForwarded, encodeForwarded } from '../../../localnet/rpc/forwarding.ts';
import { revokeSubaccount } from '../../../localnet/rpc/revoke.ts';
import { store } from '../../../localnet/rpc/store.ts';
import { loadVectors } from '../../support/vectors.ts';

const vectors = loadVectors<{
  readonly forwarded_request: readonly {
    readonly what: string;
    readonly method: string;
    readonly bt: string;
  }[];
  readonly request_signature: readonly {
    readonly what: string;
    readonly method: string;
    readonly params: JsonObject;
  }[];
}>('network.json');

/** Parsing needs little of a node. */
const context = {
  chain: { hf: [19, 5] },
  hashOf: (accountHex: string, namespace: number, data: Uint8Array) =>
    messageHash(hexToBytes(accountHex), namespace, data)
} as unknown as NodeContext;

const vectorOf = (method: string) =>
  vectors.forwarded_request.find((vector) => vector.method === method)?.bt as string;
const requestOf = (what: RegExp) =>
  vectors.request_signature.find((vector) => what.test(vector.what))?.params as JsonObject;

describe('[forwarded_request]', () => {
  test('a store is forwarded as upstream forwards it', () => {
    const params = vectors.request_signature[0]?.params as JsonObject;
    expect(bytesToHex(encodeForwarded(store, store.parse(params, context)))).toBe(vectorOf('store'));
  });

  test('an expire that only extends is forwarded as upstream forwards it', () => {
    const request = expire.parse(decodeForwarded(hexToBytes(vectorOf('expire'))), context);
    expect(request.mode).toBe('extend');
    expect(bytesToHex(encodeForwarded(expire, request))).toBe(vectorOf('expire'));
  });

  test('what arrives is the request that was sent', () => {
    const params = requestOf(/^store to own config namespace 2/);
    const sent = store.parse(params, context);
    const arrived = store.parse(decodeForwarded(hexToBytes(vectorOf('store'))), context);
    expect(arrived).toEqual({ ...sent, data: expect.anything(), auth: expect.anything() });
    expect([bytesToHex(arrived.data), arrived.ttlMs]).toEqual([bytesToHex(sent.data), sent.ttlMs]);
    expect(bytesToHex(arrived.auth.signature as Uint8Array)).toBe(
      bytesToHex(sent.auth.signature as Uint8Array)
    );
  });

  test('tokens travel as bytes', () => {
    const token = '03'.repeat(36);
    const params = { ...requestOf(/^revoke/), revoke: [token], timestamp: 1_700_000_000_000 };
    const request = revokeSubaccount.parse(params, context);
    const arrived = revokeSubaccount.parse(
      decodeForwarded(encodeForwarded(revokeSubaccount, request)),
      context
    );
    expect(arrived.tokens.map(bytesToHex)).toEqual([token]);
  });
});

describe('a forwarded request that is broken', () => {
  test.each(['', 'le', 'i1e', 'd4:dataded', 'd4:data3:abc', 'd9:timestampi1ee9'])('%j is refused', (text) => {
    const bytes = new TextEncoder().encode(text);
    expect(() => store.parse(decodeForwarded(bytes), context)).toThrow();
  });
});
