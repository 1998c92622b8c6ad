import { describe, expect, test } from 'vitest';
import { MAINNET, TESTNET, type NetworkDescriptor } from '../../../src/lib/networks.ts';
import { fetchSiteNetwork, hasInPlaceFiles } from '../../../src/lib/worker/browser-ports.ts';

const LOCAL: NetworkDescriptor = {
  ...MAINNET,
  id: 'ab'.repeat(32),
  kind: 'local',
  seeds: [],
  anchors: [],
  listSigningKeyHex: 'cd'.repeat(32),
  minimumPool: 4
};

const answering = (status: number, body: string) =>
  (async () => new Response(body, { status })) as typeof fetch;

describe('the network of a site', () => {
  test('is the local one its file describes', async () => {
    expect(await fetchSiteNetwork(answering(200, JSON.stringify(LOCAL)), MAINNET)).toEqual(LOCAL);
  });

  test.each([
    ['there is no file', 404, 'nothing here'],
    ['the host answers with its start page', 200, '<!doctype html><title>Onionskin</title>'],
    ['the file is something else', 200, '{"hello":1}']
  ])('is the build’s own when %s', async (_, status, body) => {
    expect(await fetchSiteNetwork(answering(status, body), TESTNET)).toBe(TESTNET);
  });

  test('is unknown when the site is down or has a fault', async () => {
    expect(await fetchSiteNetwork(answering(502, ''), MAINNET)).toBeNull();
    const offline = (async () => {
      throw new TypeError('Failed to fetch');
    }) as typeof fetch;
    expect(await fetchSiteNetwork(offline, MAINNET)).toBeNull();
  });
});

test('slot files go to the file system only where it writes in place', () => {
  expect(hasInPlaceFiles({})).toBe(false);
  expect(hasInPlaceFiles({ FileSystemFileHandle: { prototype: {} } })).toBe(false);
  expect(hasInPlaceFiles({ FileSystemFileHandle: { prototype: { createSyncAccessHandle() {} } } })).toBe(
    true
  );
});
