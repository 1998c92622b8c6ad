import { describe, expect, it } from 'vitest';
import { classifyPathError } from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';

interface Capture {
  name: string;
  response?: { status: number; body: { text?: string } };
}

const network = loadVectors<{
  keys: { nodes: { name: string; ed25519_pk: string }[] };
  path_error: { http_status: number; http_body: string; class: string; node: string | null }[];
}>('network.json');
const { captures } = loadVectors<{ captures: Capture[] }>('storage-server-captures.json');
const destination = network.keys.nodes.find(({ name }) => name === 'N3')?.ed25519_pk as string;

describe('classifyPathError', () => {
  it.each(network.path_error)('$http_status $http_body', (vector) => {
    expect(classifyPathError(vector.http_status, vector.http_body, destination)).toEqual({
      class: vector.class.replaceAll('_', '-'),
      nodeEd25519Hex: vector.node
    });
  });

  it('takes every unreachable node for a hop when the destination is a server', () => {
    const body = `Next node not found: ${destination}`;
    expect(classifyPathError(502, body).class).toBe('intermediate-node-unreachable');
    expect(classifyPathError(502, body, destination).class).toBe('destination-unreachable');
    expect(classifyPathError(502, body.toUpperCase()).class).toBe('path-error');
  });

  it('compares keys whatever their case', () => {
    const body = `Next node not found: ${destination.toUpperCase()}`;
    expect(classifyPathError(502, body, destination)).toEqual({
      class: 'destination-unreachable',
      nodeEd25519Hex: destination
    });
  });

  it('blames no node for requests whose form was refused, nor for an error of the daemon', () => {
    expect(classifyPathError(413, 'Request body too large').class).toBe('request-refused');
    expect(classifyPathError(400, 'invalid Content-Length').class).toBe('request-refused');
    expect(classifyPathError(404, 'post /onion_req/v4 Not Found').class).toBe('request-refused');
    expect(classifyPathError(500, 'Oxen Server error').class).toBe('server-error');
  });

  it('believes no text that comes with another status, and none with more around it', () => {
    expect(classifyPathError(500, `Next node not found: ${destination}`).nodeEd25519Hex).toBeNull();
    expect(classifyPathError(503, `Snode not ready: ${destination}x`).class).toBe('path-error');
    expect(classifyPathError(503, `x Snode not ready: ${destination}`).class).toBe('path-error');
    expect(classifyPathError(200, '').class).toBe('path-error');
    expect(classifyPathError(502, 'x'.repeat(1_000_000)).class).toBe('path-error');
  });

  it.each([
    ['onion_next_not_found', 'intermediate-node-unreachable'],
    ['onion_middle_hop_shutting_down', 'snode-not-ready'],
    ['onion_middle_hop_hangs', 'path-timed-out'],
    ['onion_bad_ciphertext_guard', 'path-error'],
    ['onion_not_combined', 'path-error'],
    ['onion_v3_v4', 'request-refused']
  ])('reads what a real server answered: %s', (name, expected) => {
    const response = captures.find((capture) => capture.name === name)?.response;
    expect(classifyPathError(response?.status ?? 0, response?.body.text ?? '').class).toBe(expected);
  });
});
