import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { OnionError, type OnionErrorCode } from '../../../src/lib/onion/errors.ts';
import { pathErrorOf, penaltyFor } from '../../../src/lib/onion/path-fault.ts';
import { loadVectors } from '../../support/vectors.ts';

interface PathErrorVector {
  http_status: number;
  http_body: string;
  class: string;
  node: string | null;
}
const { path_error: vectors, keys } = loadVectors<{
  path_error: PathErrorVector[];
  keys: { nodes: { ed25519_pk: string }[] };
}>('network.json');
const [n0, n1, n2, n3] = keys.nodes.map((node) => node.ed25519_pk) as [string, string, string, string];
const path = [n0, n1, n2];

/** What network.md §2.1 says to do, by the vector's class. */
const ACTIONS: Record<string, (node: string | null) => { code: OnionErrorCode; penalty: object }> = {
  intermediate_node_unreachable: (node) => ({
    code: 'hop-failed',
    penalty: { pathFailure: true, strikes: [], remove: node, test: false }
  }),
  destination_unreachable: () => ({
    code: 'destination-unreachable',
    penalty: { pathFailure: false, strikes: [n3], remove: null, test: true }
  }),
  snode_not_ready: (node) => ({
    code: 'hop-not-ready',
    penalty: { pathFailure: true, strikes: [node], remove: null, test: false }
  }),
  edge_not_ready: () => ({
    code: 'guard-not-ready',
    penalty: { pathFailure: true, strikes: [n0], remove: null, test: false }
  }),
  path_timed_out: () => ({
    code: 'path-timeout',
    penalty: { pathFailure: true, strikes: [n1, n2], test: true }
  }),
  invalid_hop_response: () => ({
    code: 'path-failed',
    penalty: { pathFailure: true, strikes: [n1, n2], test: true }
  }),
  path_error: () => ({ code: 'path-failed', penalty: { pathFailure: true, strikes: [n1, n2], test: true } })
};

describe('plain errors of a path', () => {
  it.each(vectors)('turns $http_status "$http_body" into the action $class', (vector) => {
    const error = pathErrorOf(vector.http_status, utf8ToBytes(vector.http_body), n3);
    const { code, penalty } = ACTIONS[vector.class]!(vector.node);
    expect(error.code).toBe(code);
    expect(error.details.node ?? null).toBe(vector.node);
    expect(penaltyFor(error, path, n3)).toMatchObject(penalty);
  });

  it('reads no more of a long body than an error can have', () => {
    const body = utf8ToBytes(`Next node not found: ${n1}${' '.repeat(2_000_000)}`);
    expect(pathErrorOf(502, body, n3).code).toBe('path-failed');
  });

  it('survives bytes that are no text', () => {
    expect(pathErrorOf(599, Uint8Array.of(0xff, 0xfe, 0x00), null).code).toBe('path-failed');
  });
});

describe('who pays for a failure', () => {
  const named = (code: OnionErrorCode, node: string) => new OnionError(code, { details: { node } });

  it('believes no error that names a node outside the path', () => {
    const stranger = 'ab'.repeat(32);
    expect(penaltyFor(named('hop-failed', stranger), path, n3)).toMatchObject({
      remove: null,
      strikes: [n1, n2]
    });
    expect(penaltyFor(named('hop-not-ready', stranger), path, n3)).toMatchObject({ strikes: [n1, n2] });
  });

  it('strikes the hop that says another is gone, in case it lies, but not a guard node', () => {
    expect(penaltyFor(named('hop-failed', n2), path, n3)).toMatchObject({ remove: n2, strikes: [n1] });
    expect(penaltyFor(named('hop-failed', n1), path, n3)).toMatchObject({ remove: n1, strikes: [] });
  });

  it('does not remove the guard node on the word of a hop behind it', () => {
    expect(penaltyFor(named('hop-failed', n0), path, n3)).toMatchObject({ remove: null, strikes: [n1, n2] });
  });

  it('strikes a destination that is not ready and leaves the path alone', () => {
    expect(penaltyFor(named('hop-not-ready', n3), path, n3)).toMatchObject({
      pathFailure: false,
      strikes: [n3]
    });
  });

  it('strikes only the guard node when the gateway cannot reach it', () => {
    const error = new OnionError('guard-unreachable');
    expect(penaltyFor(error, path, n3)).toMatchObject({ pathFailure: true, strikes: [n0], test: false });
  });

  it.each([
    'gateway-unreachable',
    'gateway-refused',
    'gateway-busy',
    'request-refused',
    'server-refused',
    'offline',
    'onion-stopped'
  ] as const)('punishes nobody for %s', (code) => {
    expect(penaltyFor(new OnionError(code), path, n3)).toEqual({
      pathFailure: false,
      strikes: [],
      remove: null,
      test: false
    });
  });

  it('never strikes the guard node for an unknown culprit', () => {
    for (const code of ['path-timeout', 'path-failed', 'response-unreadable'] as const) {
      expect(penaltyFor(new OnionError(code), path, null).strikes).toEqual([n1, n2]);
    }
  });
});
